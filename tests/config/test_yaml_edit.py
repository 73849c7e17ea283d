"""Values changed where they stand: the text says what was meant, and nothing else of it is touched."""

from __future__ import annotations

import difflib
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuner.config.presets import list_presets
from tuner.config.yaml_edit import Default, set_values
from tuner.config.yaml_nodes import comments_of
from tuner.config.yaml_text import parse_mapping
from tuner.config.yaml_values import written
from tuner.core.errors import ConfigurationError
from tuner.core.fields import Field, FieldKind, schema_fields
from tuner.core.job import JobConfiguration

TEXT = """\
# Household assistant
objective: sft
model:
  base_model: org/base-2m     # a Hub id or a local folder
  precision: bf16
datasets: {training: data/train.jsonl, validation_fraction: 0.1}
method:
    type: lora
    lora: {rank: 16, alpha: 32}
schedule:
  epochs: 3   # enough

  # fits two cores
  batch_size: 16
optimizations:
  enabled:
    - gradient_checkpointing  # saves memory
    # packs
    - sequence_packing
seed: 42
"""
ORDER = tuple(JobConfiguration.model_fields)


def change(text: str, path: str, value: object) -> tuple[list[str], str]:
    """The lines that went and came ("-a", "+b"), and the new text."""
    new = set_values(text, {tuple(path.split(".")): value}, order=ORDER)
    lines = difflib.unified_diff(text.splitlines(), new.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))], new


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("objective", "kto", ["-objective: sft", "+objective: kto"]),
        ("method.lora.rank", 64, ["-    lora: {rank: 16, alpha: 32}", "+    lora: {rank: 64, alpha: 32}"]),
        ("method.lora.dropout", 0.1, ["-    lora: {rank: 16, alpha: 32}",
                                      "+    lora: {rank: 16, alpha: 32, dropout: 0.1}"]),
        ("schedule.epochs", 1, ["-  epochs: 3   # enough", "+  epochs: 1   # enough"]),
        ("schedule.max_steps", 70, ["+  max_steps: 70"]),
        ("optimizer.learning_rate", 2e-4, ["+optimizer:", "+  learning_rate: 2e-4"]),
        ("integrations.wandb.project", "tune", ["+integrations:", "+  wandb:", "+    project: tune"]),
        ("optimizations.enabled", ["gradient_checkpointing"], ["-    - sequence_packing"]),
        (
            "optimizations.enabled",
            ["gradient_checkpointing", "sequence_packing", "dynamic_padding"],
            ["+    - dynamic_padding"],
        ),
        ("model.base_model", "a: b #c", ["-  base_model: org/base-2m     # a Hub id or a local folder",
                                        '+  base_model: "a: b #c"     # a Hub id or a local folder']),
    ],
)  # fmt: skip
def test_only_the_value_is_touched(path: str, value: object, expected: list[str]) -> None:
    assert change(TEXT, path, value)[0] == expected


@pytest.mark.parametrize(
    ("path", "default", "expected"),
    [
        ("model.precision", "auto", ["-  precision: bf16"]),
        ("seed", 42, ["-seed: 42"]),
        ("datasets.training", None, None),
        ("method.lora.alpha", 16, ["-    lora: {rank: 16, alpha: 32}", "+    lora: {rank: 16}"]),
        ("schedule.epochs", 3, []),  # the comment beside it stays, so the key does
        ("schedule.batch_size", 4, ["-  batch_size: 16"]),
        ("hardware.device", "auto", []),  # nothing to take out
    ],
)
def test_a_default_takes_the_key_out_but_no_comment(path: str, default: object, expected: list[str] | None) -> None:
    changed, new = change(TEXT, path, Default(default))
    assert comments_of(new) == comments_of(TEXT)
    assert expected is None or changed == expected
    assert JobConfiguration.model_validate(parse_mapping(new)[0])


def test_the_last_value_of_a_section_takes_the_section_with_it() -> None:
    assert change("model:\n  base_model: a\nseed: 1\n", "model.base_model", Default(None))[1] == "seed: 1\n"
    assert change("method: {lora: {rank: 4}, type: lora}", "method.lora.rank", Default(8))[1] == "method: {type: lora}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "seed: 7\n"),
        ("# nothing yet\n", "# nothing yet\nseed: 7\n"),
        ("objective: sft", "objective: sft\nseed: 7\n"),
        ("{objective: sft}", "{objective: sft, seed: 7}"),
        ("{}", "{seed: 7}"),
        ("seed:\nobjective: sft\n", "seed: 7\nobjective: sft\n"),
    ],
)
def test_a_value_is_put_into_texts_of_any_shape(text: str, expected: str) -> None:
    assert set_values(text, {("seed",): 7}, order=ORDER) == expected


def test_a_section_that_is_named_and_empty_gets_its_first_value() -> None:
    assert set_values("model:\nseed: 1\n", {("model", "base_model"): "a/b"}) == "model: {base_model: a/b}\nseed: 1\n"


def test_a_new_section_stands_where_the_schema_has_it() -> None:
    new = set_values("objective: sft\nseed: 1\n", {("model", "base_model"): "a"}, order=ORDER)
    assert new == "objective: sft\nmodel:\n  base_model: a\nseed: 1\n"


@pytest.mark.parametrize(
    "text",
    ["a: &x {b: 1}\nc: *x\n", "c: plain\n", "c: [1, 2]\n"],
)
def test_what_cannot_be_changed_in_its_place_is_told(text: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be changed in its place"):
        set_values(text, {("c", "b"): 2})


def test_a_text_that_is_no_yaml_is_told_with_the_line() -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        set_values("a: 1\nb: [", {("a",): 2})


@given(st.one_of(st.text(max_size=20), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
@settings(max_examples=100, deadline=None)
def test_a_value_reads_back_as_it_was_written(value: object) -> None:
    for text in (f"v: {written(value)}\n", f"{{v: {written(value)}}}\n", f"{{v: {written([value, 'a'])}}}\n"):
        read = parse_mapping(text)[0]["v"]
        assert (read[0] if isinstance(read, list) else read) == value


def values_for(field: Field) -> st.SearchStrategy[object]:
    """Values that a field may hold, and None: its default."""
    low, high = field.minimum, field.maximum
    made: st.SearchStrategy[object]
    if field.kind is FieldKind.INTEGER:
        made = st.integers(int(low or 0), int(high or 10**6))
    elif field.kind is FieldKind.NUMBER:
        least = max(low or 0.0, 1e-9)
        made = st.floats(least, least + 10.0 if high is None else high, exclude_max=True)
    elif field.kind is FieldKind.CHOICE:
        made = st.sampled_from(field.choices)
    elif field.kind is FieldKind.CHECK:
        made = st.booleans()
    elif field.kind is FieldKind.CHECKS:
        made = st.lists(st.sampled_from(field.choices), unique=True, min_size=1)
    else:
        made = st.text(string.ascii_letters + string.digits + " :#{}[],'\"-*&!é", min_size=1, max_size=12)
    return st.one_of(st.none(), made)


edits = st.sampled_from(schema_fields()).flatmap(lambda f: st.tuples(st.just(f), values_for(f)))
texts = st.sampled_from([TEXT, "", "# only this\n", *(p.text() for p in list_presets())])


@given(texts, st.lists(edits, min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_any_edits_say_what_was_meant_and_keep_the_rest(text: str, changes: list[tuple[Field, object]]) -> None:
    for field, value in changes:
        keys = tuple(field.path.split("."))
        before, comments = flat(text), comments_of(text)
        text = set_values(text, {keys: Default(field.default) if value is None else value}, order=ORDER)
        after = flat(text)
        assert comments_of(text) == comments
        assert after.get(field.path, field.default) == (field.default if value is None else value)
        assert {p: v for p, v in after.items() if p != field.path} == {
            p: v for p, v in before.items() if p != field.path
        }


def flat(text: str) -> dict[str, object]:
    """Every value of a text by its dotted path."""
    found: dict[str, object] = {}
    left = [("", parse_mapping(text)[0])]
    while left:
        place, tree = left.pop()
        for key, value in tree.items():
            path = f"{place}.{key}" if place else key
            if isinstance(value, dict):
                left.append((path, value))
            elif value is not None:
                found[path] = value
    return found
