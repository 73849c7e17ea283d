"""What the screen remembers: kept whole, read back, and never in the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.waiting import wait_for
from tests.tuiapp.screen.support import MIDDLE, add_several, make_app, settled, shown, until
from tuiapp.screens.session import Session, words
from tuner.config.workspace import Workspace


def test_what_was_kept_is_written_by_itself_and_read_back(workspace: Workspace) -> None:
    session = Session(workspace)
    assert session.read("panes") == {}
    session.keep("panes", {"left": 40, "zoomed": "log"})
    wait_for(session.path.exists, 10)
    again = Session(workspace).read("panes")
    assert (again["left"], words(again, "zoomed"), words(again, "left")) == (40, "log", "")


def test_another_screens_sections_stay(workspace: Workspace) -> None:
    one, other = Session(workspace), Session(workspace)
    assert one.read("table") == other.read("panes") == {}
    one.keep("table", {"sort": "loss"})
    one.save()
    other.keep("panes", {"left": 40})
    other.save()
    assert json.loads(one.path.read_text()) == {"table": {"sort": "loss"}, "panes": {"left": 40}}


def test_what_is_as_it_was_is_not_written_again(workspace: Workspace) -> None:
    session = Session(workspace)
    session.keep("panes", {"left": 40})
    session.save()
    session.path.unlink()
    session.keep("panes", {"left": 40})
    session.save()
    assert not session.path.exists()


@pytest.mark.parametrize("text", ["{", "[1]", '{"panes": 3}'])
def test_a_broken_file_is_as_none(workspace: Workspace, text: str) -> None:
    workspace.hidden.mkdir()
    session = Session(workspace)
    session.path.write_text(text)
    assert session.read("panes") == {}
    session.keep("panes", {"left": 40})
    session.save()
    assert Session(workspace).read("panes") == {"left": 40}


def test_a_workspace_that_cannot_be_written_forgets(tmp_path: Path) -> None:
    (tmp_path / ".tuner").write_text("a file where the folder should be")
    session = Session(Workspace(tmp_path))
    session.keep("panes", {"left": 40})
    session.save()
    assert session.read("panes") == {"left": 40}, "for as long as the screen is open"


async def test_a_broken_file_is_said(workspace: Workspace) -> None:
    workspace.hidden.mkdir()
    (workspace.hidden / "session.json").write_text("{")
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await until(pilot, lambda: ".tuner/session.json: not val" in shown(app))


async def test_leaving_writes_what_was_kept(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await pilot.pause()
        app.session.keep("panes", {"left": 40})
    assert Session(workspace).read("panes") == {"left": 40}


async def test_looking_leaves_no_file(workspace: Workspace) -> None:
    add_several(workspace)
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
    assert not app.session.path.exists()
