"""What a backend cannot do is refused; what it would leave out needs a yes; nothing is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backends.training import CPUBackend, MacBackend, RTXBackend
from backends.training.checks import capability_issues
from tests.support.jobs import job
from tuner.core.backend_protocol import Capabilities, CustomParameter, TrainingBackend
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration


def found(issues: list[Issue], path: str) -> tuple[str, str]:
    """Severity and code of the issue at a path."""
    issue = next(i for i in issues if i.path == path)
    assert issue.message
    return issue.severity.value, issue.code


def cpu(configuration: JobConfiguration) -> list[Issue]:
    return CPUBackend().validate_configuration(configuration)


def rtx(configuration: JobConfiguration) -> list[Issue]:
    return RTXBackend().validate_configuration(configuration)


def test_a_plain_job_has_no_issues() -> None:
    assert cpu(job()) == []
    assert rtx(job()) == []


@pytest.mark.parametrize(
    ("path", "code", "sections"),
    [
        ("method.type", "UNSUPPORTED_METHOD", {"method": {"type": "qlora"}}),
        ("model.precision", "UNSUPPORTED_PRECISION", {"model": {"precision": "fp16"}}),
        ("optimizer.type", "BAD_VALUE", {"optimizer": {"type": "muon"}}),
        ("optimizer.type", "BAD_VALUE", {"optimizer": {"type": "lion"}}),
        ("hardware.device", "UNSUPPORTED_DEVICE", {"hardware": {"device": "cuda"}}),
        ("schedule.batch_size", "KTO_BATCH", {"objective": "kto", "schedule": {"batch_size": 1}}),
        ("method.type", "BAD_VALUE", {"model": {"parent": "/a/checkpoint-1"}, "method": {"type": "full"}}),
        ("model.base_model", "MISSING", {"model": {"base_model": None}}),
        ("datasets.training", "MISSING", {"datasets": {"training": None}}),
        ("metadata.exact_match_row", "UNKNOWN_KEY", {"metadata": {"exact_match_row": 1}}),
        ("metadata.exact_match_rows", "WRONG_TYPE", {"metadata": {"exact_match_rows": True}}),
        ("metadata.exact_match_rows", "OUT_OF_RANGE", {"metadata": {"exact_match_rows": -1}}),
        ("metadata.evaluate_first", "WRONG_TYPE", {"metadata": {"evaluate_first": 1}}),
    ],
)
def test_what_cpu_cannot_do_is_an_error(path: str, code: str, sections: dict[str, object]) -> None:
    assert found(cpu(job(**sections)), path) == ("error", code)


@pytest.mark.parametrize(
    ("path", "code", "model"),
    [
        ("model.architecture", "BAD_VALUE", {"architecture": "gpt", "size": "2m", "tokenizer": "t"}),
        ("model.size", "BAD_VALUE", {"architecture": "llama", "size": "3m", "tokenizer": "t"}),
        ("model.tokenizer", "MISSING", {"architecture": "llama", "size": "2m"}),
    ],
)
def test_a_model_from_scratch_needs_all_its_parts(path: str, code: str, model: dict[str, object]) -> None:
    made = job(objective="pretrain", method={"type": "full"}, model={"base_model": None, **model})
    assert found(cpu(made), path) == ("error", code)


@pytest.mark.parametrize(
    ("path", "sections"),
    [
        ("optimizations.enabled", {"optimizations": {"enabled": ["flash_attention"]}}),
        ("optimizations.enabled", {"objective": "kto", "optimizations": {"enabled": ["sequence_packing"]}}),
        ("schedule.train_on_inputs", {"objective": "kto", "schedule": {"train_on_inputs": "enabled"}}),
        ("integrations.huggingface", {"integrations": {"huggingface": {"repo_id": "a/b"}}}),
        ("hardware.num_gpus", {"hardware": {"num_gpus": 2}}),
        ("hardware.gpu_type", {"hardware": {"gpu_type": "H200"}}),
        ("optimizer.scheduler.warmup_ratio", {"optimizer": {"scheduler": {"type": "constant", "warmup_ratio": 0.1}}}),
        ("optimizer.scheduler.min_lr_ratio", {"optimizer": {"scheduler": {"type": "constant", "min_lr_ratio": 0.1}}}),
        ("optimizer.scheduler.cycles", {"optimizer": {"scheduler": {"type": "linear", "cycles": 1.0}}}),
    ],
)
def test_what_cpu_would_leave_out_is_a_warning(path: str, sections: dict[str, object]) -> None:
    assert found(cpu(job(**sections)), path) == ("warning", "NOT_HONOURED")


@pytest.mark.parametrize("backend", [CPUBackend(), RTXBackend(), MacBackend()], ids=lambda b: b.name)
@pytest.mark.parametrize(("scaled", "offered"), [(False, 1024), (True, None)])
def test_no_backend_refuses_what_lies_beyond_a_models_context(
    tmp_path: Path, backend: TrainingBackend, scaled: bool, offered: int | None
) -> None:
    """It is told once for all of them, as the warning CONTEXT_LENGTH; the form offers what the model was made for."""
    config = {"model_type": "llama", "hidden_size": 8, "num_hidden_layers": 1, "max_position_embeddings": 1024}
    config |= {"vocab_size": 9, "num_attention_heads": 2}
    config |= {"rope_scaling": {"rope_type": "yarn", "factor": 4.0}} if scaled else {}
    (tmp_path / "config.json").write_text(json.dumps(config))
    can = backend.capabilities(str(tmp_path))
    assert can.context_length == 1024
    assert can.ranges.get("schedule.sequence_length", (0, None))[1] == offered
    for length in (4096, 16):  # the lower one is beyond our own range, and meant
        asked = job(
            model={"base_model": str(tmp_path)},
            schedule={"sequence_length": length},
            metadata={"override_ranges": ["schedule.sequence_length"]},
        )
        assert [i for i in backend.validate_configuration(asked) if i.path == "schedule.sequence_length"] == []


def test_what_rtx_would_leave_out_is_a_warning() -> None:
    asked = job(optimizer={"type": "sgd"}, optimizations={"enabled": ["optimizer_8bit", "dynamic_padding"]})
    assert [i.message for i in rtx(asked)] == ["it would be left out: sgd has no optimizer_8bit"]
    assert {i.code for i in rtx(asked)} == {"NOT_HONOURED"}
    assert found(rtx(job(hardware={"num_gpus": 17})), "hardware.num_gpus") == ("error", "OUT_OF_RANGE")


@pytest.mark.parametrize(
    ("path", "sections"),
    [
        ("preference", {"preference": {"beta": 0.5}}),
        ("method.lora", {"method": {"type": "full", "lora": {"rank": 4}}}),
    ],
)
def test_a_section_that_does_not_apply_is_only_said(path: str, sections: dict[str, object]) -> None:
    assert found(cpu(job(**sections)), path) == ("info", "NO_EFFECT")


def test_a_parent_stands_for_the_base_model() -> None:
    assert cpu(job(model={"base_model": None, "parent": "/runs/a/checkpoints/checkpoint-5"})) == []


def test_every_custom_parameter_takes_its_kind() -> None:
    can = Capabilities(
        objectives=["sft"],
        methods=["lora"],
        precisions=["auto"],
        optimizations=[],
        required=["output.suffix"],
        ranges={"schedule.epochs": (2, 2)},
        custom={
            "whole": CustomParameter(kind="int", help="a whole number", minimum=1, maximum=3),
            "share": CustomParameter(kind="float", help="a share"),
            "word": CustomParameter(kind="str", help="a word"),
        },
    )
    good = job(metadata={"whole": 3, "share": 1, "word": "w"}, output={"suffix": "s"}, schedule={"epochs": 2})
    assert list(capability_issues("b", good, can)) == []
    bad = job(metadata={"whole": 4, "share": "x", "word": 3, "other": 0})
    issues = list(capability_issues("b", bad, can))
    assert {i.path: i.code for i in issues} == {
        "output.suffix": "MISSING",
        "schedule.epochs": "OUT_OF_RANGE",
        "metadata.whole": "OUT_OF_RANGE",
        "metadata.share": "WRONG_TYPE",
        "metadata.word": "WRONG_TYPE",
        "metadata.other": "UNKNOWN_KEY",
    }
    assert all(i.severity is Severity.ERROR for i in issues)
    typo = list(
        capability_issues("b", job(metadata={"wholly": 1}, output={"suffix": "s"}, schedule={"epochs": 2}), can)
    )
    assert typo[0].hint == "did you mean whole?"


def test_overriding_a_range_is_no_parameter_of_the_backend() -> None:
    assert cpu(job(schedule={"epochs": 99}, metadata={"override_ranges": ["schedule.epochs"]})) == []
