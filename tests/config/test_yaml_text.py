"""YAML in and out: numbers are numbers, keys know their line, mistakes are told with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.config.yaml_text import YamlProblem, dump, parse_mapping, read_mapping, read_text
from tuner.core import ConfigurationError

TEXT = """\
# a comment
objective: sft
schedule:
  epochs: 3          # trailing
  sizes: [1, 2]
model:

  base_model: "Qwen/Qwen3-4B"
"""


def test_values_and_lines() -> None:
    tree, lines = parse_mapping(TEXT)
    assert tree == {
        "objective": "sft",
        "schedule": {"epochs": 3, "sizes": [1, 2]},
        "model": {"base_model": "Qwen/Qwen3-4B"},
    }
    assert lines == {
        "objective": 2,
        "schedule": 3,
        "schedule.epochs": 4,
        "schedule.sizes": 5,
        "model": 6,
        "model.base_model": 8,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2e-4", 2e-4),
        ("1E5", 1e5),
        ("0.1", 0.1),
        ("12", 12),
        ("0x10", 16),
        ("true", True),
        ("yes", "yes"),
        ("null", None),
        ("'2e-4'", "2e-4"),
        ("no", "no"),
        ("[a, 1]", ["a", 1]),
    ],
)
def test_scalars_mean_what_yaml_1_2_says_and_are_plain(text: str, value: object) -> None:
    found = parse_mapping(f"key: {text}")[0]["key"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "null"])
def test_nothing_is_an_empty_mapping(text: str) -> None:
    assert parse_mapping(text) == ({}, {})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: ]\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\na: 2\n", 2),
        ("- a\n- b\n", 1),
        ("just words", 1),
        ("a: 'open\n", 2),
        ("a: *nowhere\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(YamlProblem) as caught:
        parse_mapping(text)
    assert caught.value.line == line
    assert caught.value.message


@pytest.mark.parametrize(
    "text",
    ["a: 2001-99-99", "&all\nmetadata:\n  inner: *all\n", "a: " + "[" * 1000, "a: \x00", "a: 1" + "0" * 5000],
    ids=["impossible date", "a mapping within itself", "too deep", "control character", "too many digits"],
)
def test_what_yaml_allows_but_nobody_can_use_is_told_too(text: str) -> None:
    with pytest.raises(YamlProblem) as caught:
        parse_mapping(text)
    assert caught.value.message


def test_aliases_that_grow_without_bound_are_refused() -> None:
    layers = "".join(f"l{i}: &l{i} [{', '.join([f'*l{i - 1}'] * 10)}]\n" for i in range(1, 9))
    with pytest.raises(YamlProblem, match="too many"):
        parse_mapping(f"l0: &l0 [x, x]\n{layers}")


def test_anchors_and_merges_in_measure_are_fine() -> None:
    tree, _ = parse_mapping("base: &b {rank: 8, alpha: 16}\nlora: {<<: *b, rank: 32}\nagain: *b\n")
    assert tree["lora"] == {"rank": 32, "alpha": 16}
    assert tree["again"] == {"rank": 8, "alpha": 16}


@given(st.text(max_size=60) | st.text(alphabet="abc:-[]{}&*!|>'\"#%@,?~<\n \t0e.", max_size=40))
def test_arbitrary_text_is_a_mapping_or_a_problem(text: str) -> None:
    try:
        tree, lines = parse_mapping(text)
    except YamlProblem as problem:
        assert problem.message
        assert problem.line is None or problem.line >= 1
    else:
        assert all(isinstance(key, str) for key in tree)
        assert all(line >= 1 for line in lines.values())


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="ascii"), max_size=12)
)
TREES = st.dictionaries(
    st.text("abcdefgh_", min_size=1, max_size=6),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("xyz", min_size=1), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(TREES)
def test_what_is_written_reads_back_the_same(tree: dict[str, object]) -> None:
    assert parse_mapping(dump(tree))[0] == tree


def test_tuples_are_written_as_lists_in_the_order_given() -> None:
    assert dump({"b": (1, 2), "a": {"c": None}}) == "b:\n- 1\n- 2\na:\n  c:\n"


def test_read_mapping_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_text("a: 1\nb: [\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"job\.yaml:3: ") as caught:
        read_mapping(path)
    assert caught.value.hint
    path.write_text("a: 1", encoding="utf-8")
    assert read_mapping(path) == {"a": 1}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path, reason in [(tmp_path / "missing.yaml", "no such file"), (tmp_path, "directory"), (binary, "not UTF-8")]:
        with pytest.raises(ConfigurationError, match=reason) as caught:
            read_text(path)
        assert str(path) in caught.value.message
        assert caught.value.hint
