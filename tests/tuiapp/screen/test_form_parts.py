"""Parts of the form and the preflight that need no screen: steps, typed values, choices, bars."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.config.test_yaml_edit import values_for
from tests.tuiapp.screen.fake_backend import LabBackend
from tuiapp.handlers.form import FieldState, form_state
from tuiapp.handlers.form_reading import edit_of, with_edits
from tuiapp.widgets.form.changing import next_choice, switched
from tuiapp.widgets.form.steps import stepped
from tuiapp.widgets.form.values import as_typed, range_text, read_typed, shown
from tuiapp.widgets.ink import _COLOURLESS as INK
from tuiapp.widgets.preflight.memory import memory_lines
from tuiapp.widgets.preflight.spark import spark
from tuner.core.backend_protocol import Estimate
from tuner.core.fields import Field, FieldKind, schema_fields

FIELDS = {f.path: f for f in schema_fields()}
TEXT = "# kept\nobjective: sft   # and this\nmodel: {base_model: m}\n"
STATES = form_state(TEXT, LabBackend(), ["lab"]).fields


@pytest.mark.parametrize(
    ("path", "value", "up", "down", "finely"),
    [
        ("method.lora.rank", 8, 16, 4, 9),
        ("method.lora.rank", 12, 16, 8, 13),
        ("schedule.sequence_length", 33000, 33000, 32768, 33000),
        ("schedule.epochs", 1, 2, 1, 2),
        ("schedule.max_steps", None, 100, None, 100),
        ("schedule.max_steps", 1, 2, None, 2),
        ("schedule.max_steps", 300, 500, 200, 301),
        ("optimizer.learning_rate", 2e-4, 5e-4, 1e-4, 2.1e-4),
        ("optimizer.learning_rate", 0.0, 1e-7, 0.0, 0.01),
        ("optimizer.learning_rate", 1e-7, 2e-7, 0.0, 1.1e-7),
        ("optimizer.scheduler.warmup_ratio", 0.1, 0.15, 0.05, 0.11),
        ("optimizer.max_gradient_norm", 1.0, 1.1, 0.9, 1.01),
        ("schedule.epochs", "many", 3, 3, 3),
    ],
)
def test_steps_suit_what_is_counted(path: str, value: object, up: object, down: object, finely: object) -> None:
    field = FIELDS[path]
    assert stepped(field, value, 1) == up and stepped(field, value, -1) == down
    assert stepped(field, value, 1, fine=True) == finely


@given(st.sampled_from([f for f in FIELDS.values() if f.is_number]), st.sampled_from([1, -1]), st.data())
@settings(max_examples=150, deadline=None)
def test_a_step_stays_within_the_limits(field: Field, way: int, data: st.DataObject) -> None:
    new = stepped(field, data.draw(values_for(field)), way, fine=data.draw(st.booleans()))
    if new is not None:
        assert math.isfinite(new)
        assert (field.minimum is None or new >= field.minimum) and (field.maximum is None or new <= field.maximum)
        assert field.kind is not FieldKind.INTEGER or isinstance(new, int)


@given(st.sampled_from(list(STATES.values())), st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_typed_is_what_the_text_says_then(state: FieldState, data: st.DataObject) -> None:
    value = data.draw(values_for(state.field))
    if isinstance(value, str):
        value = value.strip(" ,") or "x"
        value = value if state.field.kind is not FieldKind.NAMES else value.replace(",", "")
    if state.field.kind not in {FieldKind.CHOICE, FieldKind.CHECK, FieldKind.CHECKS}:
        assert read_typed(state.field, as_typed(value)) == value
    text, problems = with_edits(TEXT, {state.field.path: edit_of(state, value)})
    after = form_state(text, LabBackend(), ["lab"]).fields[state.field.path]
    assert problems == [] and after.value == (state.field.default if value is None else value)
    assert text.startswith("# kept\n") and "# and this" in text


@pytest.mark.parametrize("text", ["many", "1.5", "nan", "1e999", "--"])
def test_what_is_no_such_number_is_refused(text: str) -> None:
    field = FIELDS["schedule.epochs"] if text not in {"nan", "1e999"} else FIELDS["optimizer.learning_rate"]
    with pytest.raises(ValueError, match="expected"):
        read_typed(field, text)


def test_typed_values_of_each_kind() -> None:
    assert read_typed(FIELDS["schedule.epochs"], " 1_0 ") == 10
    assert read_typed(FIELDS["optimizer.learning_rate"], "3e-5") == 3e-5
    assert read_typed(FIELDS["method.lora.trainable_modules"], "q, v,") == ["q", "v"]
    assert read_typed(FIELDS["method.lora.trainable_modules"], "all-linear") == "all-linear"
    assert read_typed(FIELDS["model.base_model"], "  ") is None


def test_values_in_one_line() -> None:
    said = [shown(v) for v in (None, [], "", True, False, 2e-4, 0.5, ["a", "b"], 7, "x\x1b[31m")]
    assert said == ["–", "–", "–", "yes", "no", "2e-4", "0.5", "a, b", "7", "x"]
    assert range_text(Field("a", FieldKind.NUMBER, "", maximum=2)) == "at most 2"
    assert range_text(Field("a", FieldKind.NUMBER, "", minimum=1e-4)) == "1e-4 or more"
    assert range_text(Field("a", FieldKind.NUMBER, "")) == ""


def test_choices_that_cannot_be_had_are_passed_over() -> None:
    objective = STATES["objective"]  # sft and kto alone
    assert [next_choice(objective, v, 1) for v in ("sft", "kto", "dpo", "unheard of")] == ["kto", "sft", "sft", "sft"]
    assert next_choice(objective, "sft", -1) == "kto"


def test_ticks() -> None:
    options = STATES["optimizations.enabled"]
    assert switched(options, [], "gradient_checkpointing") == (["gradient_checkpointing"], "")
    assert switched(options, ["gradient_checkpointing"], "gradient_checkpointing") == (None, "")
    assert switched(options, ["paged_optimizer", "x"], "paged_optimizer") == (["x"], "")  # always taken away
    assert switched(options, None, "paged_optimizer")[1] != ""
    assert switched(STATES["metadata.evaluate_first"], False, "") == (True, "")


def test_bars_of_a_histogram() -> None:
    assert spark([0, 1, 4, 8]) == " ▁▄█" and spark([]) == "" and spark([0]) == ""


def said(estimate: Estimate, width: int = 70) -> str:
    return "\n".join("".join(text for text, _ in line) for line in memory_lines(estimate, INK, width, 12))


def test_memory_that_is_unknown_is_a_dash() -> None:
    assert said(Estimate()) == "Memory      –"
    assert "of 8.0 GB free" in said(Estimate(available_bytes=8 * 10**9))
    assert "what is free is unknown" in said(Estimate(memory_bytes={"weights": 10**9}))


@pytest.mark.parametrize(("free", "glyph"), [(8, ""), (5, "⚠ "), (3, "✗ ")])
def test_memory_is_held_against_what_is_free(free: int, glyph: str) -> None:
    parts = {"weights": 3 * 10**9, "logits": 10**9, "adapter": 1000}
    known = {"total_bytes": 4 * 10**9, "low_bytes": 35 * 10**8, "high_bytes": 55 * 10**8}
    text = said(Estimate(memory_bytes=parts, available_bytes=free * 10**9, **known))
    assert f"Memory      {glyph}4.0 GB of {free}.0 GB free · 3.5 GB to 5.5 GB" in text
    bar = text.split("\n")[1].strip()
    assert len(bar) == 58 and abs(bar.count("█") - 3 * bar.count("▓")) <= 6
    assert ("┃" in bar) == (free < 5.5)
    assert "█ weights" in text and "▓ logits" in text and "▒ adapter" in text
    assert all(len(line) <= 40 for line in said(Estimate(memory_bytes=parts), 40).split("\n")[1:])
