"""The main screen as plain text, without a terminal: what one would see, once the selected run is read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from textual.app import App
from textual.pilot import Pilot

from tuiapp.app import TunerApp
from tuiapp.screens.appearance import Appearance
from tuiapp.screens.main.screen import MainScreen
from tuiapp.screens.services import Services
from tuiapp.screens.session import Session
from tuiapp.screens.surroundings import Surroundings
from tuner.config.workspace import Workspace

PATIENCE = 30.0
"""Seconds in which everything should be read."""
_STILL = 0.1
"""Seconds without a change after which the screen is taken to be whole."""


def take_picture(
    workspace: Workspace, run_dir: Path | None, size: tuple[int, int], patience: float = PATIENCE
) -> tuple[list[str], bool]:
    """The screen's lines, and whether all of the run was read in time.

    ``run_dir``: the run to select, None for the one that the screen selects by itself. ``size``: columns and rows.
    """
    app = TunerApp(
        Services(workspace), Appearance(notify=()), Surroundings.of(workspace.root), session=_NoSession(workspace)
    )
    return asyncio.run(_taken(app, run_dir, size, patience))


async def _taken(app: TunerApp, run_dir: Path | None, size: tuple[int, int], patience: float) -> tuple[list[str], bool]:
    deadline = time.monotonic() + patience
    async with app.run_test(size=size) as pilot:
        screen = app.screen
        assert isinstance(screen, MainScreen)
        whole = await _until(pilot, lambda: screen.is_listed, deadline)
        if run_dir is not None and (named := screen.id_of(run_dir)) is not None:
            screen.select(named)
            whole = await _until(pilot, lambda: screen.run is not None and screen.run.id == named, deadline) and whole
        if screen.run is not None:
            whole = await _until(pilot, lambda: screen.is_read and not _busy(app), deadline) and whole
        shown, since = _lines(app), time.monotonic()
        while time.monotonic() - since < _STILL and time.monotonic() < deadline + _STILL:
            await pilot.pause(_STILL / 4)
            if (now := _lines(app)) != shown:
                shown, since = now, time.monotonic()
        return shown, whole


async def _until(pilot: Pilot[None], holds: Callable[[], bool], deadline: float) -> bool:
    while not holds():
        if time.monotonic() > deadline:
            return False
        await pilot.pause(0.01)
    return True


def _busy(app: App[None]) -> bool:
    """Whether a thread still reads something to be shown; the watching one never ends."""
    return any(not w.is_finished and w.group != "watching" for w in app.workers)


def _lines(app: App[None]) -> list[str]:
    # What the terminal would get; Textual has no public way to ask for it.
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


class _NoSession(Session):
    """Remembers nothing: a picture shows the screen as it is laid out by itself, and leaves no trace."""

    def read(self, section: str) -> dict[str, object]:
        return {}

    def keep(self, section: str, value: Mapping[str, object]) -> None:
        """Nothing is."""
