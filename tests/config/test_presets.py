"""Presets: found by name, each a configuration that holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuner.config.load import parse_job_text
from tuner.config.presets import find_preset, list_presets, preset_backend, presets_folder
from tuner.core import ConfigurationError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in {
        "rtx/sft.yaml": "# Tools on one GPU\nobjective: sft\n",
        "cpu/sft.yaml": "objective: sft\n",
        "cpu/tiny.yaml": "#Tiny\nobjective: pretrain\n",
        "cpu/notes.txt": "not a preset",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_all_are_listed_by_backend_and_name(folder: Path) -> None:
    listed = [(p.name, p.backend, p.title) for p in list_presets(folder)]
    assert listed == [
        ("cpu/sft", "cpu", "sft"),
        ("cpu/tiny", "cpu", "Tiny"),
        ("rtx/sft", "rtx", "Tools on one GPU"),
    ]


@pytest.mark.parametrize("name", ["cpu/tiny", "tiny"])
def test_found_with_or_without_the_backend(folder: Path, name: str) -> None:
    preset = find_preset(name, folder)
    assert preset.path == folder / "cpu" / "tiny.yaml"
    assert preset.text() == "#Tiny\nobjective: pretrain\n"


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("nope", "there is no preset 'nope'", "`tuner config new --list` lists the presets"),
        ("cpu/tony", "there is no preset 'cpu/tony'", "did you mean cpu/tiny"),
        ("sft", "several presets are called", "did you mean cpu/sft or rtx/sft?"),
    ],
)
def test_none_or_several(folder: Path, name: str, said: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as caught:
        find_preset(name, folder)
    assert hint in caught.value.hint


def test_a_folder_without_presets(tmp_path: Path) -> None:
    assert list_presets(tmp_path) == []


def test_the_backend_of_a_file_is_known_where_it_is_a_preset(tmp_path: Path) -> None:
    assert preset_backend(presets_folder() / "cpu" / "x.yaml") == "cpu"
    assert preset_backend(tmp_path / "cpu" / "x.yaml") is None


def test_every_preset_that_ships_is_a_valid_configuration() -> None:
    for preset in list_presets():
        loaded = parse_job_text(preset.text())
        assert loaded.job is not None, (preset.name, loaded.issues)
        assert preset.title
