"""Copying: OSC 52 for every terminal, and tmux asked by name where it stands between."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tuiapp.screen.support import MIDDLE, make_app, shown, until
from tuiapp.app import TunerApp
from tuner.config.workspace import Workspace


def written(app: TunerApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the terminal besides the screen, from now on."""
    kept: list[str] = []
    assert app._driver is not None
    monkeypatch.setattr(app._driver, "write", kept.append)
    return kept


def in_clipboard(sequence: str) -> str:
    found = re.search(r"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", sequence)
    assert found is not None
    return base64.b64decode(found[1]).decode()


async def test_copied_text_goes_to_the_terminal_and_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        kept = written(app, monkeypatch)
        app.copy_text("loss 0.4\n\x1b[31mé\nend")
        await until(pilot, lambda: "copied 3 lines" in shown(app))
        assert in_clipboard("".join(kept)) == "loss 0.4\n\x1b[31mé\nend"
        app.copy_text("half a pair: \ud83d")
        await until(pilot, lambda: "copied 1 line " in shown(app))
        app.copy_text("")
        await until(pilot, lambda: "nothing to copy" in shown(app))


@pytest.mark.parametrize("obeys", [True, False])
async def test_tmux_is_asked_and_passed_through_where_it_refuses(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obeys: bool
) -> None:
    loaded = tmp_path / "loaded"
    stand_in = tmp_path / "bin" / "tmux"
    stand_in.parent.mkdir()
    stand_in.write_text(f'#!/bin/sh\necho "$@" > {loaded}.words\ncat > {loaded}\nexit {0 if obeys else 1}\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(stand_in.parent), prepend=":")
    app = make_app(workspace)
    app.surroundings = replace(app.surroundings, in_tmux=True)
    async with app.run_test(size=MIDDLE):
        kept = written(app, monkeypatch)
        app.copy_text("checkpoint-600")
        await app.workers.wait_for_complete([w for w in app.workers if w.group == "copying"])
        assert loaded.read_text() == "checkpoint-600"
        assert (tmp_path / "loaded.words").read_text() == "load-buffer -w -\n"
        passed = [k for k in kept if k.startswith("\x1bPtmux;")]
        assert bool(passed) is not obeys
        if passed:
            inner = passed[0].removeprefix("\x1bPtmux;").removesuffix("\x1b\\").replace("\x1b\x1b", "\x1b")
            assert in_clipboard(inner) == "checkpoint-600"


async def test_without_tmux_the_passage_is_still_tried(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    app = make_app(workspace)
    app.surroundings = replace(app.surroundings, in_tmux=True)
    async with app.run_test(size=MIDDLE) as pilot:
        kept = written(app, monkeypatch)
        app.copy_text("a")
        await until(pilot, lambda: any(k.startswith("\x1bPtmux;") for k in kept))
