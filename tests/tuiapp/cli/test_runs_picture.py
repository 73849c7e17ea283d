"""tuner runs show --once: the screen as it would be, in plain text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.screen.support import add_several, add_sft
from tuiapp.screens.picture import take_picture
from tuner.config.workspace import Workspace


def test_the_screen_is_printed_without_a_code_or_a_colour(tuner: CommandLine, workspace: Workspace) -> None:
    add_several(workspace)
    done = tuner("runs", "show", "--once", "--size", "160x48")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert len(lines) == 48 and max(map(len, lines)) <= 160 and "\x1b" not in done.out
    for part in ("household-kto", "running · training", "212/300", "saved checkpoint-50", "base_model: org/base-2m"):
        assert part in done.out
    assert not workspace.hidden.exists() or not (workspace.hidden / "session.json").exists()


def test_a_run_is_chosen_by_name_and_the_size_is_the_terminals(
    tuner: CommandLine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_several(workspace)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    picture = tuner.json("runs", "show", "too-big", "--once")
    assert (picture["columns"], picture["rows"], len(picture["lines"])) == (80, 24, 24)
    assert "✗ too-big" in "\n".join(picture["lines"])


def test_an_empty_workspace_says_what_to_press(tuner: CommandLine) -> None:
    done = tuner("runs", "show", "--once", "--size", "120x36")
    assert done.code == 0 and "press n to start one" in done.out


@pytest.mark.parametrize("size", ["big", "10x10", "9999x40", "120"])
def test_a_size_that_is_none_is_refused(tuner: CommandLine, size: str) -> None:
    done = tuner("runs", "show", "--once", "--size", size)
    assert done.code == 2 and "takes" in done.err and done.out == ""


def test_without_once_a_run_has_to_be_named(tuner: CommandLine) -> None:
    done = tuner("runs", "show")
    assert done.code == 2 and "which run?" in done.err and "tuner runs list" in done.err


def test_an_unknown_run_is_refused(tuner: CommandLine, workspace: Workspace) -> None:
    add_sft(workspace)
    done = tuner("runs", "show", "nonesuch", "--once")
    assert done.code != 0 and "nonesuch" in done.err and done.out == ""


def test_what_could_not_be_read_in_time_is_told(
    tuner: CommandLine, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sft(workspace)
    lines, whole = take_picture(workspace, None, (120, 36), patience=0)
    assert len(lines) == 36 and not whole

    def late(place: Workspace, run_dir: Path | None, size: tuple[int, int]) -> tuple[list[str], bool]:
        return ["half"], False

    monkeypatch.setattr("tuiapp.screens.picture.take_picture", late)
    done = tuner("runs", "show", "--once")
    assert (done.code, done.out) == (1, "half\n") and "not everything" in done.err
