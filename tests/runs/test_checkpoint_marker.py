"""A checkpoint counts only once its marker stands, and only while its files match it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.run_builder import fill_model
from tuner.runs.checkpoint_marker import MARKER, folder_bytes, is_complete, mark_complete


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    folder = fill_model(tmp_path / "checkpoint-5")
    (folder / "nested").mkdir()
    (folder / "nested" / "rng.pth").write_bytes(b"123")
    mark_complete(folder)
    return folder


def test_a_marked_checkpoint_is_whole(checkpoint: Path) -> None:
    assert is_complete(checkpoint)
    marker = json.loads((checkpoint / MARKER).read_bytes())
    assert marker["files"]["nested/rng.pth"] == 3
    assert set(marker["files"]) == {"nested/rng.pth", "adapter_config.json", "adapter_model.safetensors"}


def test_without_its_marker_it_is_torn(checkpoint: Path) -> None:
    (checkpoint / MARKER).unlink()
    assert not is_complete(checkpoint)
    assert not is_complete(checkpoint / "missing")


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "nested/rng.pth"])
def test_a_file_cut_short_grown_or_missing(checkpoint: Path, name: str) -> None:
    path = checkpoint / name
    data = path.read_bytes()
    for wrong in (data[:-1], data + b"x"):
        path.write_bytes(wrong)
        assert not is_complete(checkpoint)
    path.write_bytes(data)
    assert is_complete(checkpoint)
    path.unlink()
    assert not is_complete(checkpoint)


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"files": {"adapter_con',
        "[]",
        "{}",
        '{"files": 3}',
        '{"files": {"adapter_config.json": "31"}}',
        '{"files": {"a\\u0000b": 1}}',
    ],
)
def test_a_broken_marker_marks_nothing(checkpoint: Path, text: str) -> None:
    (checkpoint / MARKER).write_text(text, encoding="utf-8")
    assert not is_complete(checkpoint)


def test_marking_again_takes_the_files_as_they_are(checkpoint: Path) -> None:
    (checkpoint / "nested" / "rng.pth").write_bytes(b"12345")
    mark_complete(checkpoint)
    assert is_complete(checkpoint)


def test_bytes_of_a_folder_leave_the_marker_out(checkpoint: Path) -> None:
    files = [p for p in checkpoint.rglob("*") if p.is_file() and p.name != MARKER]
    assert folder_bytes(checkpoint) == sum(len(p.read_bytes()) for p in files)
    assert folder_bytes(checkpoint / "missing") == 0
