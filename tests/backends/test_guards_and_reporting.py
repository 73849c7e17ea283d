"""What ends a run early and where it is reported to: checked before it starts, and carried to the trainer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from backends.training import CPUBackend
from tests.support.jobs import job
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration

VALIDATED = {"training": "/data/train.jsonl", "validation_fraction": 0.1}
WANDB = {"wandb": {"project": "p", "entity": "team", "api_key_env": "OUR_KEY"}}


def found(configuration: JobConfiguration, prefix: str) -> list[tuple[str, str]]:
    return [(i.path, i.code) for i in issues(configuration) if i.path.startswith(prefix)]


def issues(configuration: JobConfiguration) -> list[Issue]:
    return CPUBackend().validate_configuration(configuration)


@pytest.mark.parametrize(
    ("schedule", "datasets", "told"),
    [
        ({"early_stopping_patience": 2, "evaluations": 8}, VALIDATED, False),
        ({"early_stopping_patience": 9, "eval_steps": 10}, VALIDATED, False),
        ({"early_stopping_patience": 8, "evaluations": 8}, VALIDATED, True),
        ({"early_stopping_patience": 2, "evaluations": 3}, VALIDATED, True),  # the third is the end anyway
        ({"early_stopping_patience": 2, "evaluations": 4}, VALIDATED, False),
        ({"early_stopping_patience": 2, "evaluations": 0}, VALIDATED, True),
        ({"early_stopping_patience": 2, "evaluations": 8}, {**VALIDATED, "validation_fraction": 0.0}, True),
    ],
)
def test_early_stopping_that_cannot_happen_is_told(
    schedule: dict[str, object], datasets: dict[str, object], told: bool
) -> None:
    asked = job(schedule=schedule, datasets=datasets)
    expected = [("schedule.early_stopping_patience", "NOT_HONOURED")] if told else []
    assert found(asked, "schedule.early_stopping") == expected


def test_choices_beside_a_patience_need_one() -> None:
    asked = job(metadata={"early_stopping_metric": "eval_exact_match"})
    assert found(asked, "metadata.early") == [("metadata.early_stopping_metric", "NOT_HONOURED")]


def test_guards_reach_the_payload() -> None:
    plain = CPUBackend().translate_configuration(job(), {}).payload["guards"]
    assert plain == {
        "early_stopping_patience": None,
        "early_stopping_metric": "",
        "early_stopping_delta": 0.0,
        "objective": "sft",
        "keep_checkpoints": 0,
        "divergence": True,
        "loss_factor": 3.0,
        "gradient_norm": 1000.0,
        "gradient_rows": 20,
    }
    asked = job(
        schedule={"early_stopping_patience": 4},
        metadata={
            "early_stopping_metric": "eval_x",
            "divergence_guard": False,
            "divergence_loss_factor": 5.0,
        },
    )
    made = CPUBackend().translate_configuration(asked, {}).payload["guards"]
    assert isinstance(made, dict)
    assert (made["early_stopping_patience"], made["early_stopping_metric"]) == (4, "eval_x")
    assert (made["divergence"], made["loss_factor"]) == (False, 5.0)


@pytest.fixture
def with_wandb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """wandb as it looks when it is installed."""
    (tmp_path / "wandb-1.0.dist-info").mkdir()
    (tmp_path / "wandb-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: wandb\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("WANDB_MODE", raising=False)


def test_without_the_package_a_report_is_refused() -> None:
    assert found(job(integrations=WANDB), "integrations.wandb")[0] == ("integrations.wandb", "MISSING_LIBRARY")
    (issue,) = [i for i in issues(job(integrations=WANDB)) if i.code == "MISSING_LIBRARY"]
    assert f"{sys.executable} -m pip install wandb" in issue.hint


def test_a_key_is_looked_for_by_name(with_wandb: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(job(integrations=WANDB), "integrations") == [("integrations.wandb.api_key_env", "UNAUTHORIZED")]
    monkeypatch.setenv("WANDB_MODE", "offline")
    assert found(job(integrations=WANDB), "integrations") == []
    monkeypatch.delenv("WANDB_MODE")
    monkeypatch.setenv("OUR_KEY", "canary")
    assert found(job(integrations=WANDB), "integrations") == []


def test_a_key_in_the_place_of_its_name_is_refused_and_not_repeated(with_wandb: None) -> None:
    canary = "0123456789abcdef0123456789abcdef01234567"
    told = [i for i in issues(job(integrations={"wandb": {"project": "p", "api_key_env": canary}})) if i.is_error]
    assert [i.code for i in told] == ["BAD_VALUE"]
    assert canary not in told[0].message + told[0].hint


def test_the_trainer_is_told_names_and_inherits_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "canary")
    backend = CPUBackend()
    payload = backend.translate_configuration(job(integrations=WANDB, metadata={"tensorboard": True}), {}).payload
    assert payload["reporting"] == {
        "tensorboard": True,
        "wandb": {"project": "p", "entity": "team", "name": "sft-tiny", "api_key_env": "OUR_KEY"},
    }
    plan = backend.launch_plan("sft", tmp_path / "runs" / "one", sys.executable, payload)
    assert "OUR_KEY" in plan.passed_on
    assert "canary" not in plan.model_dump_json() + str(payload)
    assert "OUR_KEY" not in backend.launch_plan("sft", tmp_path / "runs" / "one", sys.executable, {}).passed_on


def test_an_interpreter_that_does_not_run_is_told_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "canary")
    backend = CPUBackend()
    backend.use_interpreter("/nowhere/python")
    assert [i.path for i in backend.validate_configuration(job(integrations=WANDB)) if "wandb" in i.path] == []
