"""Our SFT and a plain TRL script with the same arguments: the same loss, gradient and learning rate at every step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backends.training import CPUBackend
from tests.support.built_trainers import train_here
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.tiny_chat import turn, write_tiny_model

pytestmark = pytest.mark.training

STEPS, SEED, RATE = 6, 7, 1e-2
PAIRS = [(f"what is {i} and {i}?" + " please" * (i % 3), f"it is {2 * i}") for i in range(24)]
LORA = {"rank": 4, "alpha": 8, "dropout": 0.125, "trainable_modules": ["q_proj", "v_proj"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("parity") / "model")


def plain_trl(model: Path, output: Path, lora: bool) -> list[dict[str, Any]]:
    """What somebody would write who has only TRL and its documentation."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, AutoTokenizer, set_seed
    from trl import SFTConfig, SFTTrainer

    rows = [{"prompt": [turn("user", q)], "completion": [turn("assistant", a)]} for q, a in PAIRS]
    arguments = SFTConfig(
        output_dir=str(output),
        max_steps=STEPS,
        per_device_train_batch_size=2,
        gradient_accumulation_steps=2,
        learning_rate=RATE,
        weight_decay=0.03,
        max_grad_norm=0.7,
        lr_scheduler_type="cosine",
        warmup_steps=0.34,
        max_length=512,
        completion_only_loss=True,
        logging_steps=1,
        save_strategy="no",
        seed=SEED,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
    )
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    set_seed(SEED)
    adapter = LoraConfig(r=4, lora_alpha=8, lora_dropout=0.125, target_modules=["q_proj", "v_proj"])
    trainer = SFTTrainer(
        model=base,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=AutoTokenizer.from_pretrained(model),
        peft_config=adapter if lora else None,
    )
    trainer.train()
    return [r for r in trainer.state.log_history if "loss" in r]


def ours(model: Path, folder: Path, lora: bool) -> list[dict[str, float]]:
    """The rows that our training script writes."""
    data = folder / "data.jsonl"
    data.write_text("".join(json.dumps({"prompt": q, "completion": a}) + "\n" for q, a in PAIRS), encoding="utf-8")
    asked = job(
        model={"base_model": str(model)},
        datasets={"training": str(data), "validation_fraction": 0.0},
        method={"type": "lora", "lora": LORA} if lora else {"type": "full"},
        schedule={"max_steps": STEPS, "batch_size": 2, "gradient_accumulation": 2, "sequence_length": 512},
        optimizer={
            "learning_rate": RATE,
            "weight_decay": 0.03,
            "max_gradient_norm": 0.7,
            "scheduler": {"type": "cosine", "warmup_ratio": 0.34},
        },
        seed=SEED,
    )
    return [r for r in rows_of(train_here(CPUBackend(), asked, folder)) if "loss" in r]


@pytest.mark.parametrize("lora", [True, False], ids=["lora", "full"])
def test_the_loss_curve_is_that_of_plain_trl(model: Path, tmp_path: Path, lora: bool) -> None:
    plain, mine = plain_trl(model, tmp_path / "plain", lora), ours(model, tmp_path, lora)
    assert [r["step"] for r in mine] == list(range(1, STEPS + 1))
    for name, relative in (("loss", 1e-6), ("grad_norm", 1e-5), ("learning_rate", 0), ("num_tokens", 0)):
        # The same process computes the same step twice with differences of 1e-7, as its memory happens to lie.
        assert [r[name] for r in mine] == pytest.approx([r[name] for r in plain], rel=relative, abs=0), name
    assert mine[-1]["loss"] < mine[0]["loss"]
