"""Each parameter of a JobConfiguration is found again in the trainer that was constructed from it, for each objective.

The tables below hold every leaf of the schema and every parameter of the backend's own; a new one without an entry
fails here. What a backend does not honour is in them too, and is asked of the backend itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest

from backends.training import CPUBackend, RTXBackend
from backends.training.custom import CUSTOM
from backends.training.translate import translate
from tests.support.built_trainers import Built, Silent, build, trl_classes
from tests.support.jobs import job
from tests.support.tiny_chat import write_tiny_model
from tests.trainers.parameter_data import write_data
from tuner.core.enums import Objective, Optimization
from tuner.core.fields import schema_fields
from tuner.core.job import JobConfiguration

pytestmark = pytest.mark.training

TRL = ("sft", "kto", "dpo")
ALL = (*TRL, "pretrain")
COUNTED: dict[str, Any] = {
    "method": {
        "type": "lora",
        "lora": {"rank": 3, "alpha": 7, "dropout": 0.25, "trainable_modules": ["q_proj"], "variant": "rslora"},
    },
    "schedule": {
        "epochs": 2,
        "batch_size": 2,
        "gradient_accumulation": 3,
        "sequence_length": 600,
        "checkpoints": 2,
        "evaluations": 3,
        "logging_steps": 4,
    },
    "optimizer": {
        "type": "adafactor",
        "learning_rate": 3e-3,
        "weight_decay": 0.03,
        "max_gradient_norm": 0.7,
        "scheduler": {"type": "cosine", "warmup_ratio": 0.5, "min_lr_ratio": 0.2, "cycles": 1.5},
    },
    "preference": {"beta": 0.3, "desirable_weight": 1.5, "undesirable_weight": 0.75},
    "seed": 7,
}
NAMED: dict[str, Any] = {
    "model": {"precision": "bf16"},
    "method": {"type": "full"},
    "schedule": {
        "max_steps": 9, "batch_size": 3, "save_steps": 2, "eval_steps": 4, "train_on_inputs": "enabled",
        "sequence_length": 512, "early_stopping_patience": 3,
    },
    "optimizer": {"scheduler": {"type": "polynomial", "min_lr_ratio": 0.5, "warmup_ratio": 1.0}},
    "metadata": {
        "exact_match_rows": 2, "answer_tokens": 5, "evaluate_first": True, "train_on_turns": "last", "dpo_loss": "ipo",
        "dpo_label_smoothing": 0.1, "kto_loss": "apo_zero_unpaired", "precompute_reference": True, "probe": True,
        "early_stopping_metric": "eval_runtime", "early_stopping_delta": 0.5, "divergence_guard": False,
        "divergence_loss_factor": 4.0, "divergence_gradient_norm": 99.0, "divergence_gradient_rows": 7,
        "tensorboard": True, "keep_checkpoints": 3,
    },
    "integrations": {"wandb": {"project": "mine", "entity": "us", "api_key_env": "OUR_KEY"}},
}  # fmt: skip

Check = Callable[[Built], Any]


def steps(built: Built) -> int:
    """Of the run of COUNTED."""
    return math.ceil(math.ceil(len(built.trainer.train_dataset) / 2) / 3) * 2


def scheduled(built: Built) -> tuple[str, dict[str, float]]:
    return str(built.args.lr_scheduler_type.value), built.args.lr_scheduler_kwargs


def said(section: str, key: str, built: Built) -> Any:
    """What stands in a section of the payload that is read by what we put around the trainer."""
    return built.payload.values[section][key]


IN_COUNTED: dict[str, tuple[tuple[str, ...], Check, Any]] = {
    # path: the objectives it concerns, where it is in the trainer, what it must be there
    "objective": (TRL, lambda b: type(b.trainer).__name__.removesuffix("Trainer").lower(), "its own"),
    "model.base_model": (TRL, lambda b: Path(b.trainer.model.get_base_model().config._name_or_path).name, "model"),
    "datasets.training": (TRL, lambda b: len(b.rows.training) + len(b.rows.validation), 40),
    "datasets.validation_fraction": (ALL, lambda b: 4 <= len(b.trainer.eval_dataset) <= 16, True),
    "datasets.format": (TRL, lambda b: b.reporter.facts["dataset"]["format"], "its own"),
    "method.type": (TRL, lambda b: type(b.trainer.model).__name__, "PeftModelForCausalLM"),
    "method.lora.rank": (TRL, lambda b: b.adapter.r, 3),
    "method.lora.alpha": (TRL, lambda b: b.adapter.lora_alpha, 7),
    "method.lora.dropout": (TRL, lambda b: b.adapter.lora_dropout, 0.25),
    "method.lora.trainable_modules": (TRL, lambda b: set(b.adapter.target_modules), {"q_proj"}),
    "method.lora.variant": (TRL, lambda b: (b.adapter.use_rslora, b.adapter.use_dora), (True, False)),
    "schedule.epochs": (ALL, lambda b: (b.args.num_train_epochs, b.args.max_steps), (2, -1)),
    "schedule.batch_size": (
        ALL, lambda b: (b.args.per_device_train_batch_size, b.args.per_device_eval_batch_size), (2, 2)
    ),
    "schedule.gradient_accumulation": (ALL, lambda b: b.args.gradient_accumulation_steps, 3),
    "schedule.sequence_length": (TRL, lambda b: b.args.max_length, 600),
    "schedule.checkpoints": (
        ALL, lambda b: (b.args.save_strategy.value, b.args.save_steps == math.ceil(steps(b) / 2)), ("steps", True)
    ),
    "schedule.evaluations": (
        ALL, lambda b: (b.args.eval_strategy.value, b.args.eval_steps == math.ceil(steps(b) / 3)), ("steps", True)
    ),
    "schedule.logging_steps": (ALL, lambda b: (b.args.logging_strategy.value, b.args.logging_steps), ("steps", 4)),
    "optimizer.type": (ALL, lambda b: b.args.optim.value, "adafactor"),
    "optimizer.learning_rate": (ALL, lambda b: b.args.learning_rate, 3e-3),
    "optimizer.weight_decay": (ALL, lambda b: b.args.weight_decay, 0.03),
    "optimizer.max_gradient_norm": (ALL, lambda b: b.args.max_grad_norm, 0.7),
    "optimizer.scheduler.type": (ALL, lambda b: scheduled(b)[0], "cosine_with_min_lr"),
    "optimizer.scheduler.min_lr_ratio": (ALL, lambda b: scheduled(b)[1]["min_lr_rate"], 0.2),
    "optimizer.scheduler.cycles": (ALL, lambda b: scheduled(b)[1]["num_cycles"], 1.5),
    "optimizer.scheduler.warmup_ratio": (ALL, lambda b: b.args.get_warmup_steps(40), 20),
    "preference.beta": (("kto", "dpo"), lambda b: (b.args.beta, b.trainer.beta), (0.3, 0.3)),
    "preference.desirable_weight": (("kto",), lambda b: b.trainer.desirable_weight, 1.5),
    "preference.undesirable_weight": (("kto",), lambda b: b.trainer.undesirable_weight, 0.75),
    "hardware.device": (ALL, lambda b: (b.args.use_cpu, b.trainer.model.device.type), (True, "cpu")),
    "seed": (ALL, lambda b: (b.args.seed, b.args.data_seed), (7, None)),
}  # fmt: skip

IN_NAMED: dict[str, tuple[tuple[str, ...], Check, Any]] = {
    "model.precision": (TRL, lambda b: str(b.trainer.model.dtype), "torch.bfloat16"),
    "method.type": (TRL, lambda b: all(p.requires_grad for p in b.trainer.model.parameters()), True),
    "datasets.validation": (TRL, lambda b: (len(b.rows.training), len(b.rows.validation)), (40, 8)),
    "schedule.max_steps": (ALL, lambda b: b.args.max_steps, 9),
    "schedule.save_steps": (ALL, lambda b: (b.args.save_strategy.value, b.args.save_steps), ("steps", 2)),
    "schedule.eval_steps": (ALL, lambda b: (b.args.eval_strategy.value, b.args.eval_steps), ("steps", 4)),
    "schedule.train_on_inputs": (("sft",), lambda b: "<|im_start|>user" in b.learned(), True),
    "optimizer.scheduler.type": (ALL, scheduled, ("polynomial", {"lr_end": 0.5 * 1e-5, "power": 1.0})),
    "optimizer.scheduler.warmup_ratio": (ALL, lambda b: b.args.get_warmup_steps(40), 40),
    **{
        path: (ALL, partial(said, "guards", key), value)
        for path, key, value in (
            ("schedule.early_stopping_patience", "early_stopping_patience", 3),
            ("metadata.early_stopping_metric", "early_stopping_metric", "eval_runtime"),
            ("metadata.early_stopping_delta", "early_stopping_delta", 0.5),
            ("metadata.keep_checkpoints", "keep_checkpoints", 3),
            ("metadata.divergence_guard", "divergence", False),
            ("metadata.divergence_loss_factor", "loss_factor", 4.0),
            ("metadata.divergence_gradient_norm", "gradient_norm", 99.0),
            ("metadata.divergence_gradient_rows", "gradient_rows", 7),
        )
    },
    "metadata.tensorboard": (ALL, partial(said, "reporting", "tensorboard"), True),
    "integrations.wandb.project": (ALL, lambda b: said("reporting", "wandb", b)["project"], "mine"),
    "integrations.wandb.entity": (ALL, lambda b: said("reporting", "wandb", b)["entity"], "us"),
    "integrations.wandb.api_key_env": (ALL, lambda b: said("reporting", "wandb", b)["api_key_env"], "OUR_KEY"),
    "metadata.probe": (ALL, lambda b: b.payload.option("probe"), True),
    "metadata.exact_match_rows": (ALL, lambda b: b.payload.option("exact_match_rows"), 2),
    "metadata.answer_tokens": (ALL, lambda b: b.payload.option("answer_tokens"), 5),
    "metadata.evaluate_first": (ALL, lambda b: b.payload.option("evaluate_first"), True),
    "metadata.train_on_turns": (("sft",), lambda b: b.payload.option("train_on_turns"), "last"),
    "metadata.dpo_loss": (("dpo",), lambda b: (b.args.loss_type, b.trainer.loss_types), (["ipo"], ["ipo"])),
    "metadata.dpo_label_smoothing": (("dpo",), lambda b: b.trainer.label_smoothing, 0.1),
    "metadata.kto_loss": (("kto",), lambda b: (b.args.loss_type, b.trainer.calculate_KL), ("apo_zero_unpaired", False)),
    "metadata.precompute_reference": (
        ("kto", "dpo"),
        lambda b: (b.trainer.ref_model, any(c.startswith("ref_") for c in b.trainer.train_dataset.column_names)),
        (None, True),
    ),
}

ELSEWHERE: dict[str, str] = {
    # path: where it is looked at
    "model.revision": "in the payload, below; what the Hub gives for it in test_download",
    "model.parent": "in test_reference",
    "model.architecture": "of the model that pretrain builds, below",
    "model.size": "of the model that pretrain builds, below",
    "model.tokenizer": "of the model that pretrain builds, below",
    "optimizations.enabled": "one by one, below",
    "output.suffix": "it names the run",
    "hardware.num_gpus": "how many processes the run is started with",
}


@cache
def built(objective: str, which: str, folder: Path) -> Built:
    """The trainer of a whole job, made once for all of its parameters."""
    named = which == "named"
    sections = {**(NAMED if named else COUNTED)}
    data = {"training": str(folder / f"{objective}.jsonl"), "validation_fraction": 0.2}
    data |= {"validation": str(folder / f"{objective}-validation.jsonl")} if named else {}
    sections["datasets"] = data | ({} if named or objective == "pretrain" else {"format": FORMATS[objective]})
    sections["model"] = {**sections.get("model", {}), "base_model": str(folder / "model")}
    if objective == "pretrain":
        scratch = {"base_model": None, "architecture": "llama", "size": "2m", "tokenizer": str(folder / "model")}
        sections |= {"model": scratch, "method": {"type": "full"}}
    return build(job(objective=objective, **sections), folder / f"{objective}-{which}")


FORMATS = {"sft": "messages", "kto": "labelled", "dpo": "preference"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("parameters")
    write_tiny_model(made / "model")
    write_data(made)
    yield made
    built.cache_clear()


def cases(table: dict[str, tuple[tuple[str, ...], Check, Any]]) -> list[Any]:
    return [pytest.param(o, path, id=f"{o}-{path}") for path, (which, _, _) in table.items() for o in which]


@pytest.mark.parametrize(("objective", "path"), cases(IN_COUNTED))
def test_it_reaches_the_trainer(folder: Path, objective: str, path: str) -> None:
    _, look, wanted = IN_COUNTED[path]
    own = FORMATS.get(objective) if path == "datasets.format" else objective
    assert look(built(objective, "counted", folder)) == (own if wanted == "its own" else wanted)


@pytest.mark.parametrize(("objective", "path"), cases(IN_NAMED))
def test_so_does_what_rules_over_another(folder: Path, objective: str, path: str) -> None:
    _, look, wanted = IN_NAMED[path]
    assert look(built(objective, "named", folder)) == wanted


def test_a_model_from_scratch_is_the_one_described(folder: Path) -> None:
    model = built("pretrain", "counted", folder).trainer.model
    assert (model.config.model_type, model.config.hidden_size, model.config.num_hidden_layers) == ("llama", 192, 4)
    assert model.config.vocab_size == len(built("pretrain", "counted", folder).tokenizer)
    longest = max(len(e["input_ids"]) for e in built("pretrain", "counted", folder).trainer.train_dataset)
    assert longest == 600, "plain text is cut into blocks of schedule.sequence_length"


def test_a_revision_is_asked_of_the_hub() -> None:
    payload = CPUBackend().translate_configuration(job(model={"revision": "v2"}), {}).payload
    assert payload["model"]["revision"] == "v2"  # type: ignore[index, call-overload]  # JSON


OPTIMIZED: dict[Optimization, tuple[tuple[str, ...], dict[str, Any]]] = {
    Optimization.GRADIENT_CHECKPOINTING: (ALL, {"gradient_checkpointing": True}),
    Optimization.OPTIMIZER_8BIT: (ALL, {"optim": "adamw_8bit"}),
    Optimization.PAGED_OPTIMIZER: (ALL, {"optim": "paged_adamw_32bit"}),
    Optimization.FUSED_KERNELS: (ALL, {"use_liger_kernel": True}),
    Optimization.SEQUENCE_PACKING: (("sft",), {"packing": True}),
    Optimization.ACTIVATION_OFFLOADING: (TRL, {"activation_offloading": True}),
}


@pytest.mark.parametrize(
    ("name", "objective"), [pytest.param(n, o, id=f"{o}-{n.value}") for n, (os, _) in OPTIMIZED.items() for o in os]
)
def test_each_optimization_reaches_the_arguments(tmp_path: Path, name: Optimization, objective: str) -> None:
    from transformers import TrainingArguments

    from Trainers.common.trl_arguments import made_with

    asked = job(objective=objective, optimizations={"enabled": [name.value]})
    payload: Any = translate(asked, device="cpu", dtype="float32", facts={}).payload
    config = TrainingArguments if objective == "pretrain" else trl_classes(Objective(objective))[1]
    reporter: Any = Silent(tmp_path)
    made = made_with({**payload["arguments"], "output_dir": str(tmp_path)}, config, reporter)
    wanted = OPTIMIZED[name][1]
    assert {k: getattr(getattr(made, k), "value", getattr(made, k)) for k in wanted} == wanted
    assert reporter.events == []


def test_flash_attention_is_asked_of_the_model_and_padding_is_always_dynamic(folder: Path) -> None:
    asked = job(optimizations={"enabled": ["flash_attention"]})
    payload: Any = RTXBackend().translate_configuration(asked, {}).payload
    assert "flash" in payload["model"]["attention"]
    trainer = built("sft", "counted", folder).trainer
    batch = trainer.data_collator([{"input_ids": [5] * n, "labels": [5] * n} for n in (3, 5)])
    assert batch["input_ids"].shape == (2, 5), "padded to the longest of the batch, not to the sequence length"


def test_every_parameter_has_an_entry() -> None:
    asked = {f.path for f in schema_fields()} | {f"metadata.{name}" for name in CUSTOM}
    told = CPUBackend().capabilities().unsupported
    tested = {*IN_COUNTED, *IN_NAMED, *ELSEWHERE}
    missing = {path for path in asked - tested if not any(path == u or path.startswith(f"{u}.") for u in told)}
    assert not missing, "add it to one of the tables above, or to what the backend says it does not honour"
    assert not tested - asked, "no such parameter any more"
    assert {*OPTIMIZED, Optimization.FLASH_ATTENTION, Optimization.DYNAMIC_PADDING} == set(Optimization)


@pytest.mark.parametrize("objective", ALL)
def test_what_an_objective_does_not_take_is_told(objective: str) -> None:
    sections = {"method": {"type": "full"}} if objective == "pretrain" else {}
    idle = CPUBackend().inapplicable(job(objective=objective, **sections))
    for table in (IN_COUNTED, IN_NAMED):
        for path, (which, _, _) in table.items():
            if objective in which or (objective == "pretrain" and set(which) == set(TRL)):
                assert path not in idle, path
            elif set(which) != set(TRL):
                assert path in idle or path.rpartition(".")[0] in idle, path


def test_a_configuration_is_left_as_it_was(folder: Path) -> None:
    before = job(**COUNTED).model_dump()
    CPUBackend().translate_configuration(JobConfiguration.model_validate(before), {})
    assert job(**COUNTED).model_dump() == before
