"""What has no effect beside a job's other choices: told for the form, and as an issue where the job gives it."""

from __future__ import annotations

import pytest

from backends.training import CPUBackend, RTXBackend
from backends.training.translate import planned_steps
from tests.support.jobs import job
from tuner.core.issues import Issue

PRETRAIN: dict[str, object] = {
    "objective": "pretrain",
    "method": {"type": "full"},
    "model": {"base_model": None, "architecture": "llama", "size": "2m", "tokenizer": "/t"},
}


def issues_at(path: str, **sections: object) -> list[Issue]:
    return [i for i in CPUBackend().validate_configuration(job(**sections)) if i.path == path]


CASES: list[tuple[str, dict[str, object], str | None]] = [
    # path, a job that makes it idle and gives it nevertheless, the code of its issue (None: another openly rules)
    ("model.tokenizer", {"model": {"tokenizer": "/t"}}, "NOT_HONOURED"),
    ("model.revision", {"model": {"base_model": "/models/mine", "revision": "v2"}}, "NOT_HONOURED"),
    ("method.lora", {"method": {"type": "full", "lora": {"rank": 4}}}, "NO_EFFECT"),
    ("method.lora", {"model": {"parent": "/runs/a"}, "method": {"lora": {"rank": 4}}}, "NO_EFFECT"),
    ("preference", {"preference": {"beta": 0.2}}, "NO_EFFECT"),
    (
        "preference.desirable_weight",
        {"objective": "dpo", "preference": {"desirable_weight": 2.0}},
        "NOT_HONOURED",
    ),
    ("preference.undesirable_weight", {"objective": "dpo", "preference": {"undesirable_weight": 2.0}}, "NOT_HONOURED"),
    ("schedule.train_on_inputs", {"objective": "kto", "schedule": {"train_on_inputs": "enabled"}}, "NOT_HONOURED"),
    (
        "schedule.train_on_inputs",
        {"datasets": {"format": "text"}, "schedule": {"train_on_inputs": "disabled"}},
        "NOT_HONOURED",
    ),
    ("metadata.dpo_loss", {"metadata": {"dpo_loss": "ipo"}}, "NOT_HONOURED"),
    ("metadata.kto_loss", {"objective": "dpo", "metadata": {"kto_loss": "kto"}}, "NOT_HONOURED"),
    (
        "metadata.train_on_turns",
        {"schedule": {"train_on_inputs": "enabled"}, "metadata": {"train_on_turns": "last"}},
        "NOT_HONOURED",
    ),
    ("schedule.epochs", {"schedule": {"epochs": 9, "max_steps": 5}}, None),
    ("schedule.checkpoints", {"schedule": {"checkpoints": 9, "save_steps": 5}}, None),
    ("schedule.evaluations", {"schedule": {"evaluations": 9, "eval_steps": 5}}, None),
    ("datasets.validation_fraction", {"datasets": {"validation": "/v", "validation_fraction": 0.5}}, None),
    (
        "schedule.eval_steps",
        {"datasets": {"validation_fraction": 0.0}, "schedule": {"eval_steps": 5}},
        "NOT_HONOURED",
    ),
    (
        "schedule.early_stopping_patience",
        {"datasets": {"validation_fraction": 0.0}, "schedule": {"evaluations": 9, "early_stopping_patience": 2}},
        "NOT_HONOURED",
    ),
    (
        "schedule.early_stopping_patience",
        {"schedule": {"evaluations": 0, "early_stopping_patience": 2}},
        "NOT_HONOURED",
    ),
]


@pytest.mark.parametrize(("path", "sections", "code"), CASES)
def test_the_form_and_the_issues_agree(path: str, sections: dict[str, object], code: str | None) -> None:
    why = CPUBackend().inapplicable(job(**sections))[path]
    found = issues_at(path, **sections)
    assert [i.code for i in found] == ([code] if code else [])
    assert all(why in i.message for i in found)


@pytest.mark.parametrize("path", sorted({path for path, _, _ in CASES}))
def test_what_the_job_does_not_give_is_no_issue(path: str) -> None:
    assert issues_at(path) == []


def test_an_element_of_a_list_has_a_path_of_its_own() -> None:
    asked: dict[str, object] = {"objective": "dpo", "optimizations": {"enabled": ["sequence_packing"]}}
    assert "optimizations.enabled.sequence_packing" in RTXBackend().inapplicable(job(**asked))
    (issue,) = issues_at("optimizations.enabled", **asked)
    assert issue.code == "NOT_HONOURED" and "dpo cannot pack" in issue.message
    idle = CPUBackend().inapplicable(job(**PRETRAIN))
    assert {"optimizations.enabled.sequence_packing", "optimizations.enabled.activation_offloading"} <= idle.keys()
    small = CPUBackend().inapplicable(job(optimizer={"type": "sgd"}))
    assert {"optimizations.enabled.optimizer_8bit", "optimizations.enabled.paged_optimizer"} <= small.keys()


@pytest.mark.parametrize("modules", ["lm_head", ["q_proj", "lm_head"], ["model.lm_head"]])
def test_the_head_is_not_adapted(modules: object) -> None:
    (issue,) = issues_at("method.lora.trainable_modules", method={"lora": {"trainable_modules": modules}})
    assert issue.is_error and "lm_head" in issue.message
    assert not issues_at(
        "method.lora.trainable_modules", method={"type": "full", "lora": {"trainable_modules": modules}}
    )


def test_a_choice_is_one_of_those_named() -> None:
    (issue,) = issues_at("metadata.dpo_loss", objective="dpo", metadata={"dpo_loss": "sigmoyd"})
    assert (issue.is_error, issue.code) == (True, "BAD_VALUE")
    assert "sigmoid" in issue.hint
    assert issues_at("metadata.dpo_loss", objective="dpo", metadata={"dpo_loss": "hinge"}) == []


def test_kto_without_its_kl_term_takes_single_examples() -> None:
    one = {"objective": "kto", "schedule": {"batch_size": 1}}
    assert [i.code for i in issues_at("schedule.batch_size", **one)] == ["KTO_BATCH"]
    assert issues_at("schedule.batch_size", **one, metadata={"kto_loss": "apo_zero_unpaired"}) == []


@pytest.mark.parametrize(("gpus", "steps"), [(1, 26), (2, 14), (4, 8)])
def test_steps_are_shared_by_the_gpus(gpus: int, steps: int) -> None:
    asked = job(
        schedule={"epochs": 2, "batch_size": 4, "gradient_accumulation": 2}, hardware={"num_gpus": gpus}
    )  # 100 rows: 25 batches of 4, 13 updates an epoch on one
    assert planned_steps(asked, {"training_rows": 100}) == steps


def test_what_is_learned_is_said() -> None:
    def said(**sections: object) -> str:
        return " ".join(CPUBackend().translate_configuration(job(**sections), {}).changes)

    assert "all assistant turns" in said()
    assert "last assistant turn" in said(metadata={"train_on_turns": "last"})
    assert "prompts included" in said(schedule={"train_on_inputs": "enabled"})
