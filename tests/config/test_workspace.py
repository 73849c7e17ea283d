"""The workspace: any folder; what cannot be written is told with the way out."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tuner.config.workspace import Workspace, cannot_write, open_workspace
from tuner.core import ConfigurationError
from tuner.core.errors import ErrorCode


def test_the_named_one_then_the_variable_then_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, variable, current = (tmp_path / n for n in ("named", "variable", "current"))
    for folder in (named, variable, current):
        folder.mkdir()
    monkeypatch.chdir(current)
    environment = {"TUNER_WORKSPACE": str(variable)}
    assert open_workspace(named, environment).root == named
    assert open_workspace(None, environment).root == variable
    assert open_workspace(None, {}).root == current
    monkeypatch.setenv("TUNER_WORKSPACE", str(variable))
    assert open_workspace().root == variable


def test_the_root_is_absolute_and_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    assert open_workspace("a/../a/.", {}).root == tmp_path / "a"


@pytest.mark.parametrize(("name", "why"), [("missing", "does not exist"), ("file", "is not a folder")])
def test_what_is_no_folder_is_refused(tmp_path: Path, name: str, why: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=why) as caught:
        open_workspace(tmp_path / name, {})
    assert "mkdir" in caught.value.hint


def test_the_home_of_an_unknown_user_is_a_folder_that_is_not_there() -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        open_workspace("~no-such-user/work", {})


def test_where_things_lie(workspace: Workspace) -> None:
    assert workspace.runs == workspace.root / "runs"
    assert workspace.hidden == workspace.root / ".tuner"
    assert list(workspace.root.iterdir()) == []


def test_relative_paths_mean_the_workspace(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert workspace.resolve("data/a.jsonl") == workspace.root / "data/a.jsonl"
    assert workspace.resolve("../b/./c") == workspace.root.parent / "b" / "c"
    assert workspace.resolve("/elsewhere/x") == Path("/elsewhere/x")
    assert workspace.resolve("~/x") == Path("/home/me/x")
    assert workspace.resolve("~no-such-user/x") == workspace.root / "~no-such-user/x"


def test_folders_are_made_when_needed(workspace: Workspace) -> None:
    made = workspace.make_folder(workspace.hidden / "logs")
    assert made.is_dir()
    assert workspace.make_folder(made) == made


@pytest.mark.parametrize("inside", ["", "deeper"])
def test_a_file_in_the_place_of_a_folder(workspace: Workspace, inside: str) -> None:
    workspace.runs.touch()
    with pytest.raises(ConfigurationError, match="cannot write") as caught:
        workspace.make_folder(workspace.runs / inside)
    assert caught.value.code is ErrorCode.CONFIG_INVALID
    assert "--workspace" in caught.value.hint


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_has_its_own_code(number: int) -> None:
    error = cannot_write(Path("/w/runs"), OSError(number, os.strerror(number)))
    assert (error.code, "free some space" in error.hint) == (ErrorCode.DISK_FULL, True)
    assert "/w/runs" in error.message


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(errno.EROFS, "Read-only file system"), "Read-only file system"), (OSError("odd"), "odd")],
)
def test_other_refusals_say_why(error: OSError, said: str) -> None:
    told = cannot_write(Path("/w/runs"), error)
    assert (told.code, told.message) == (ErrorCode.CONFIG_INVALID, f"cannot write /w/runs: {said}")
