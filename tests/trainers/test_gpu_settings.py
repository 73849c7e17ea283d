"""What rtx lays over a payload, as the trainers understand it: tried on the processor as far as that goes."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from backends.training import CPUBackend
from tests.support.built_trainers import Silent, train_here
from tests.support.gpu_machines import H200, machine, rtx
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.tiny_chat import turn, write_tiny_model
from tuner.core.backend_protocol import Translation
from tuner.core.errors import ErrorCode, TunerError
from tuner.core.job import JobConfiguration

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("gpu") / "model")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpu-data") / "rows.jsonl"
    rows = [
        {"prompt": [turn("user", "add" + " please" * (i % 5))], "completion": [turn("assistant", "yes " * (1 + i % 7))]}
        for i in range(24)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


class LaidOver(CPUBackend):
    """The cpu backend with settings that rtx would choose."""

    def __init__(self, **sections: dict[str, Any]) -> None:
        super().__init__()
        self.sections = sections

    def translate_configuration(self, job: JobConfiguration, facts: Any) -> Translation:
        made = super().translate_configuration(job, facts)
        payload = dict(made.payload)
        for name, values in self.sections.items():
            before = payload.get(name)
            payload[name] = {**(before if isinstance(before, dict) else {}), **values}
        return made.model_copy(update={"payload": payload})


def losses(tmp_path: Path, asked: JobConfiguration, **sections: dict[str, Any]) -> list[float]:
    run_dir = train_here(LaidOver(**sections), asked, tmp_path)
    return [row[k] for row in rows_of(run_dir) for k in ("loss", "eval_loss") if k in row]


def asked(model: Path, data: Path, **sections: object) -> JobConfiguration:
    return job(
        model={"base_model": str(model)},
        datasets={"training": str(data), "validation_fraction": 0.25},
        method={"type": "full"},
        schedule={"max_steps": 4, "batch_size": 4, "sequence_length": 512, "evaluations": 1, "checkpoints": 0},
        optimizer={"learning_rate": 1e-2},
        **sections,
    )


def test_batches_without_padding_learn_the_same(model: Path, data: Path, tmp_path: Path) -> None:
    padded = losses(tmp_path / "padded", asked(model, data))
    free = losses(
        tmp_path / "free",
        asked(model, data),
        model={"attention": "tuner_varlen"},
        throughput={"padding_free": True},
        arguments={"pad_to_multiple_of": 8},
    )
    assert len(padded) == 5
    assert free == pytest.approx(padded, rel=1e-4)


def test_packed_rows_learn_the_same_with_our_attention_and_with_masks(model: Path, data: Path, tmp_path: Path) -> None:
    packed = asked(model, data, optimizations={"enabled": ["sequence_packing"]})
    masks = losses(tmp_path / "masks", packed)
    ours = losses(tmp_path / "ours", packed, model={"attention": "tuner_varlen"}, arguments={"packing_strategy": "bfd"})
    assert len(masks) >= 3
    assert ours == pytest.approx(masks, rel=1e-4)


def test_padding_stays_where_the_attention_needs_it(model: Path, data: Path, tmp_path: Path) -> None:
    run_dir = train_here(LaidOver(throughput={"padding_free": True}), asked(model, data), tmp_path)
    events = (run_dir / "events.jsonl").read_text()
    assert "batches are padded" in events


def test_adapters_are_wide_enough_for_the_gradient_scaler() -> None:
    import torch

    from Trainers.common.payload import Payload
    from Trainers.common.speed import speed_up

    class Trainer:
        """The part that is looked at."""

        class args:  # noqa: N801  # its name in transformers
            fp16 = True

        model = torch.nn.Sequential(torch.nn.Linear(2, 2).bfloat16(), torch.nn.Linear(2, 2).half())

    Trainer.model[1].requires_grad_(False)
    speed_up(Trainer(), Payload(Path(), {}), Silent(Path()))  # type: ignore[arg-type]  # stand-ins
    assert {p.dtype for p in Trainer.model[0].parameters()} == {torch.float32}
    assert {p.dtype for p in Trainer.model[1].parameters()} == {torch.float16}


def test_a_quantized_base_without_bitsandbytes_is_told(model: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(TunerError, match="needs bitsandbytes") as caught:
        train_here(LaidOver(model={"quantization": "int4"}), asked(model, data), tmp_path)
    assert caught.value.code is ErrorCode.MODEL_LOAD_FAILED
    assert "pip install bitsandbytes" in caught.value.hint


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, model: Path) -> Iterator[list[dict[str, Any]]]:
    """Unsloth's door, which notes what it is asked and loads through transformers."""
    calls: list[dict[str, Any]] = []

    class FastLanguageModel:
        @staticmethod
        def from_pretrained(**options: Any) -> tuple[Any, Any]:
            from transformers import AutoModelForCausalLM

            calls.append(options)
            return AutoModelForCausalLM.from_pretrained(options["model_name"]), None

        @staticmethod
        def get_peft_model(base: Any, **options: Any) -> Any:
            from peft import LoraConfig, get_peft_model

            calls.append(options)
            kept = {k: v for k, v in options.items() if k in inspect.signature(LoraConfig).parameters}
            return get_peft_model(base, LoraConfig(task_type="CAUSAL_LM", **kept))

    module = ModuleType("unsloth")
    module.FastLanguageModel = FastLanguageModel  # type: ignore[attr-defined]  # made here
    monkeypatch.setitem(sys.modules, "unsloth", module)
    return iter([calls])


def test_unsloth_loads_and_adapts_the_model_that_was_named(
    stand_in: Iterator[list[dict[str, Any]]], model: Path, data: Path, tmp_path: Path
) -> None:
    calls = next(stand_in)
    lora = {"type": "lora", "lora": {"rank": 3, "alpha": 9, "variant": "rslora", "trainable_modules": ["q_proj"]}}
    wanted = asked(model, data).model_copy(deep=True)
    wanted = JobConfiguration.model_validate(wanted.model_dump(mode="json") | {"method": lora})
    run_dir = train_here(LaidOver(model={"loader": "unsloth"}), wanted, tmp_path)
    loading, adapting = calls
    assert (loading["model_name"], loading["use_exact_model_name"]) == (str(model), True)
    assert (loading["load_in_4bit"], loading["load_in_8bit"], loading["load_in_16bit"]) == (False, False, True)
    assert (loading["max_seq_length"], loading["full_finetuning"]) == (512, False)
    assert {"r": 3, "lora_alpha": 9, "use_rslora": True, "target_modules": ["q_proj"]}.items() <= adapting.items()
    adapter = json.loads((run_dir / "final_model" / "adapter_config.json").read_text())
    assert (adapter["r"], adapter["use_rslora"]) == (3, True)


@pytest.mark.parametrize(
    ("sections", "loading"),
    [
        ({"method": {"type": "qlora"}}, {"load_in_4bit": True, "load_in_16bit": False}),
        ({"method": {"type": "qlora"}, "model": {"precision": "int8"}}, {"load_in_8bit": True, "load_in_4bit": False}),
        ({"method": {"type": "full"}}, {"full_finetuning": True, "load_in_16bit": False, "load_in_4bit": False}),
        ({"optimizations": {"enabled": ["gradient_checkpointing"]}}, {"use_gradient_checkpointing": "unsloth"}),
        ({"model": {"precision": "fp16"}, "seed": 7}, {"dtype": "float16", "random_state": 7}),
    ],
)
def test_a_job_in_unsloths_words(sections: dict[str, object], loading: dict[str, object]) -> None:
    from Trainers.common.payload import Payload
    from Trainers.common.unsloth_models import import_first, loading_options

    backend = rtx(machine(H200, "unsloth", "bitsandbytes"))
    payload = Payload(Path(), backend.translate_configuration(job(**sections), {}).payload)
    assert payload.model["loader"] == "unsloth"
    assert loading.items() <= loading_options(payload).items()
    with pytest.raises(ModuleNotFoundError, match="unsloth"):
        import_first(payload)
    import_first(Payload(Path(), CPUBackend().translate_configuration(job(seed=1), {}).payload))
