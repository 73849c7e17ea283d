"""What a form shows of a text with a backend: values, limits, choices, what is out of use and why."""

from __future__ import annotations

from tests.tuiapp.screen.fake_backend import LabBackend, quick_backends
from tuiapp.handlers.context import Context
from tuiapp.handlers.form import FormState, form_state
from tuiapp.handlers.form_reading import Difference, Edit, differences, edit_of, read_form, with_edits
from tuner.config.settings import Settings
from tuner.config.workspace import Workspace
from tuner.core.enums import Optimization

TEXT = """\
objective: sft
model: {base_model: org/base}
lr: 2e-4   # another trainer's name
schedule: {batch_size: 8}
preference: {beta: 0.3}
metadata: {exact_match_rows: 3, override_ranges: [schedule.epochs]}
"""


def form(text: str = TEXT) -> FormState:
    return form_state(text, LabBackend(), ["cpu", "rtx"])


def test_values_stand_where_the_text_has_them_else_at_their_default() -> None:
    fields = form().fields
    assert (fields["schedule.batch_size"].value, fields["schedule.batch_size"].is_set) == (8, True)
    assert (fields["schedule.epochs"].value, fields["schedule.epochs"].is_set) == (3, False)
    assert (fields["optimizer.learning_rate"].value, fields["optimizer.learning_rate"].keys) == (2e-4, ("lr",))
    assert fields["metadata.exact_match_rows"].value == 3


def test_a_backend_narrows_ranges_and_what_is_set_aside_has_none() -> None:
    fields = form().fields
    assert (fields["schedule.batch_size"].field.minimum, fields["schedule.batch_size"].field.maximum) == (1, 16)
    assert fields["schedule.epochs"].field.maximum is None


def test_choices_that_cannot_be_had_say_why() -> None:
    fields = form().fields
    reasons = {c.value: c.reason for c in fields["objective"].choices}
    assert reasons == {
        "sft": "",
        "kto": "",
        "dpo": "the lab backend has no dpo",
        "pretrain": "the lab backend has no pretrain",
    }
    options = {c.value: c.reason for c in fields["optimizations.enabled"].choices}
    assert options[Optimization.GRADIENT_CHECKPOINTING] == "" and options["paged_optimizer"]


def test_what_has_no_effect_is_disabled_with_the_reason() -> None:
    fields = form().fields
    assert fields["seed"].disabled == "the lab backend leaves it out: it has its own"
    assert fields["preference.beta"].disabled == "sft has no preference"
    assert fields["model.base_model"].disabled == ""
    assert form(TEXT.replace("sft", "sfd")).fields["preference.beta"].disabled == ""  # nobody can tell


def test_a_text_that_is_no_yaml_has_no_form_but_the_place_of_the_mistake() -> None:
    problem = form("a: [").problem
    assert problem is not None and problem.line == 1 and not form("a: [").fields


def test_a_findings_path_means_the_nearest_field() -> None:
    state = form()
    for path, expected in {
        "schedule.epochs": "schedule.epochs",
        "optimizations.enabled.0": "optimizations.enabled",
        "preference": "preference.beta",
        "method.lora": "method.lora.rank",
    }.items():
        found = state.nearest(path)
        assert found is not None and found.field.path == expected
    assert state.nearest("") is None and state.nearest("metadata.unheard_of") is None


def test_edits_go_to_where_the_text_has_the_value() -> None:
    fields = form().fields
    edits = {"a": edit_of(fields["optimizer.learning_rate"], 1e-4), "b": edit_of(fields["preference.beta"], None)}
    text, problems = with_edits(TEXT, edits)
    assert not problems and "lr: 1e-4   # another trainer's name" in text and "preference" not in text


def test_an_edit_that_cannot_be_made_is_told_and_the_others_are() -> None:
    edits = {"a": Edit(("model", "base_model", "x"), 1, None), "b": Edit(("seed",), 7, 42)}
    text, problems = with_edits("model: {base_model: m}\n", edits)
    assert "seed: 7" in text and len(problems) == 1 and "model.base_model.x" in problems[0]


def test_the_backend_is_the_one_named_else_the_devices_else_the_usual_one(workspace: Workspace) -> None:
    context = Context(workspace, Settings.model_validate({}), quick_backends())
    assert read_form(context, TEXT, "cpu").backend == "cpu"
    assert read_form(context, "hardware: {device: cpu}", None).backend == "cpu"
    assert read_form(context, "not yaml: [", None).backend == context.default_backend()


def test_differences_are_of_values_not_of_spelling() -> None:
    other = TEXT.replace("lr: 2e-4", "learning_rate: 0.0002").replace("batch_size: 8", "batch_size: 4, epochs: 3")
    assert differences(TEXT, other) == [Difference("schedule.batch_size", 8, 4)]
    assert differences("seed: 1", "metadata: {x: 1}") == [
        Difference("seed", 1, None),
        Difference("metadata.x", None, 1),
    ]
    assert differences("a: [", "a: [") == []
