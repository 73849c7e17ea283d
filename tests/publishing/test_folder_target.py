"""A folder is published whole, or stands as it was before."""

from __future__ import annotations

import errno
import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.subprocesses import start_python
from tests.support.waiting import wait_for
from tuner.core import ConfigurationError
from tuner.core.errors import ErrorCode
from tuner.publishing.folder_target import publish_folder
from tuner.publishing.plan import MARKER, check_target, parse_target

Tree = dict[str, bytes]


def tree(folder: Path) -> Tree | None:
    """Every file below a folder; None where there is no folder."""
    if not folder.exists():
        return None
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "checkpoint-5"
    folder.mkdir()
    made = [folder / "adapter_model.safetensors", folder / "adapter_config.json"]
    for path in made:
        path.write_bytes(path.name.encode() * 100)
    return made


FRESH = {"README.md": b"# card\n", MARKER: b"{}\n"}


def published(sources: list[Path], fresh: Tree) -> Tree:
    return {**{p.name: p.read_bytes() for p in sources}, **fresh}


def test_a_new_target_is_made_with_its_parents(tmp_path: Path, sources: list[Path]) -> None:
    target = tmp_path / "published" / "deep" / "tools"
    publish_folder(target, sources, FRESH)
    assert tree(target) == published(sources, FRESH)
    assert target.stat().st_mode & 0o777 == 0o755
    assert [p.name for p in target.parent.iterdir()] == ["tools"]


def test_an_earlier_publication_is_replaced_whole(tmp_path: Path, sources: list[Path]) -> None:
    target = tmp_path / "out"
    publish_folder(target, sources, {**FRESH, "old.txt": b"from last time"})
    publish_folder(target, sources[:1], {**FRESH, "README.md": b"# newer\n"})
    assert tree(target) == published(sources[:1], {**FRESH, "README.md": b"# newer\n"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoint-5", "out"]


def test_an_empty_folder_may_be_filled(tmp_path: Path, sources: list[Path]) -> None:
    (tmp_path / "out").mkdir()
    publish_folder(tmp_path / "out", sources, FRESH)
    assert tree(tmp_path / "out") == published(sources, FRESH)


def test_a_foreign_folder_or_file_is_refused(tmp_path: Path, sources: list[Path]) -> None:
    for target in (tmp_path / "mine", tmp_path / "file"):
        if target.name == "mine":
            target.mkdir()
            (target / "thesis.txt").write_text("ten years of work")
        else:
            target.write_text("ten years of work")
        with pytest.raises(ConfigurationError, match="was not published by Tuner"):
            publish_folder(target, sources, FRESH)
    assert tree(tmp_path / "mine") == {"thesis.txt": b"ten years of work"}
    assert (tmp_path / "file").read_text() == "ten years of work"


@pytest.mark.parametrize("there_before", [False, True])
@pytest.mark.parametrize("nth", range(1, 8))
def test_a_disk_that_fills_up_changes_nothing(
    tmp_path: Path, sources: list[Path], monkeypatch: pytest.MonkeyPatch, nth: int, there_before: bool
) -> None:
    target = tmp_path / "out" / "tools"
    if there_before:
        publish_folder(target, sources[:1], {MARKER: b"{}", "old.txt": b"old"})
    before, calls, real = tree(target), 0, os.fsync

    def full(handle: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationError) as caught:
        publish_folder(target, sources, FRESH)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert tree(target) in (before, published(sources, FRESH)), "neither the old nor the new one, whole"
    assert [p.name for p in (tmp_path / "out").iterdir() if p.name != "tools"] == []


def test_a_swap_that_fails_brings_the_old_one_back(
    tmp_path: Path, sources: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    publish_folder(target, sources[:1], {MARKER: b"{}", "old.txt": b"old"})
    before, real = tree(target), Path.rename

    def refused(self: Path, other: Path) -> Path:
        if other == target and self.name.endswith(".part"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, other)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(ConfigurationError, match="Permission denied"):
        publish_folder(target, sources, FRESH)
    assert tree(target) == before


def test_a_source_that_vanished_changes_nothing(tmp_path: Path, sources: list[Path]) -> None:
    target = tmp_path / "out"
    publish_folder(target, sources, FRESH)
    before = tree(target)
    sources[0].unlink()
    with pytest.raises(ConfigurationError, match="No such file"):
        publish_folder(target, sources, FRESH)
    assert tree(target) == before


_KILLED = """
import sys
from pathlib import Path
from tuner.publishing import folder_target
copy = folder_target._copy
def slow(source, target):
    copy(source, target)
    print(target, flush=True)
    sys.stdin.read()
folder_target._copy = slow
folder_target.publish_folder(Path(sys.argv[1]), [Path(p) for p in sys.argv[2:]], {"tuner.json": b"{}"})
"""


def test_being_killed_midway_leaves_the_old_one(tmp_path: Path, sources: list[Path]) -> None:
    target = tmp_path / "out"
    publish_folder(target, sources, {MARKER: b"{}", "old.txt": b"old"})
    before = tree(target)
    process = start_python(_KILLED, str(target), *map(str, sources))
    assert process.stdout is not None
    half = Path(process.stdout.readline().strip()).parent
    assert half != target
    process.send_signal(signal.SIGKILL)
    process.communicate()
    wait_for(lambda: process.returncode == -signal.SIGKILL)
    assert tree(target) == before
    publish_folder(target, sources, FRESH)
    assert tree(target) == published(sources, FRESH)
    shutil.rmtree(half)


@given(text=st.text(max_size=20))
def test_any_text_is_a_place_or_a_clear_refusal(text: str) -> None:
    try:
        place = parse_target(text)
    except ConfigurationError as error:
        assert error.hint == "use dir:PATH"
    else:
        assert text == f"dir:{place}"
        assert place


def test_the_hub_is_not_built_yet() -> None:
    with pytest.raises(ConfigurationError, match="Hub is not built yet"):
        parse_target("hub:me/model")


def test_a_marked_folder_may_be_replaced(tmp_path: Path) -> None:
    check_target(tmp_path / "nowhere")
    (tmp_path / MARKER).write_text("{}")
    (tmp_path / "other").write_text("")
    check_target(tmp_path)
