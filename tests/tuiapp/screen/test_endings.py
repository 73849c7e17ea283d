"""The end of a run is told by bell and notification, in the ways that the settings name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.screen.support import MIDDLE, add_live, add_sft, make_app, settled, shown, until
from tuiapp.app import TunerApp
from tuiapp.screens.main.endings import ended, glyph_of, sentence, sequences
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.runs.atomic import write_json
from tuner.runs.json_file import read_object
from tuner.runs.summary import RunSummary, summarise


def end(run_dir: Path, state: str, **fields: object) -> None:
    path = run_dir / "state.json"
    write_json(path, {**read_object(path), "state": state, "phase": None, **fields}, durable=False)


def kept_writes(app: TunerApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    kept: list[str] = []
    assert app._driver is not None
    monkeypatch.setattr(app._driver, "write", kept.append)
    return kept


@pytest.mark.parametrize("in_tmux", [False, True])
async def test_a_run_that_ends_rings_and_notifies(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, in_tmux: bool
) -> None:
    add_sft(workspace)
    run_dir = add_live(workspace)
    app = make_app(workspace)
    app.surroundings = replace(app.surroundings, in_tmux=in_tmux)
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        kept = kept_writes(app, monkeypatch)
        end(run_dir, "failed", error={"message": "NaN \x1b]9;evil\x07loss \x07at 3\x9c"})
        await until(pilot, lambda: len(kept) >= 2)
        notice = "\x1b]9;Tuner: household-kto failed: NaN loss at 3\x07"
        expected = "\x1bPtmux;" + notice.replace("\x1b", "\x1b\x1b") + "\x1b\\" if in_tmux else notice
        assert kept == ["\x07", expected]
        await until(pilot, lambda: "✗ household-kto failed: NaN loss at 3" in shown(app))


async def test_nobody_is_told_who_does_not_want_to_be(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run_dir = add_live(workspace)
    app = make_app(workspace)
    app.appearance = replace(app.appearance, notify=())
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        kept = kept_writes(app, monkeypatch)
        end(run_dir, "succeeded")
        await until(pilot, lambda: "✓ household-kto succeeded" in shown(app))
        assert kept == []


@pytest.fixture
def live(tmp_path: Path) -> RunSummary:
    return summarise(build_run(tmp_path, name="tools", state=RunState.RUNNING))


def test_only_what_was_live_has_ended(live: RunSummary) -> None:
    over = replace(live, state="succeeded", best={"step": 600, "by": "eval_exact_match", "value": 0.91})
    assert ended({live.id: live}, [over]) == [over]
    assert ended({}, [over]) == ended({over.id: over}, [over]) == ended({live.id: live}, [live]) == []
    assert (glyph_of(over), sentence(over)) == ("✓", "tools succeeded: 91.0% @600")
    cancelled = replace(live, state="cancelled")
    assert (glyph_of(cancelled), sentence(cancelled)) == ("⚠", "tools cancelled")


def test_many_ends_are_told_once(live: RunSummary) -> None:
    over = replace(live, state="cancelled")
    assert sequences([over] * 4, ["osc9"], in_tmux=False) == ["\x1b]9;Tuner: 4 runs have ended\x07"]
    assert sequences([over] * 2, ["bell"], in_tmux=True) == ["\x07"]
    assert sequences([], ["bell", "osc9"], in_tmux=False) == []
