"""The log: search, filter, errors, places, wrapping, pager, copying."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from tests.tuiapp.screen.every_action.deeds import Stage, deed
from tests.tuiapp.screen.log_support import add_logged
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.log_view.field import LogField
from tuner.config.workspace import Workspace


def long_lines(workspace: Workspace) -> None:
    """A log that ends in a line much wider than its pane."""
    add_logged(workspace, 20, extra="begin " + "word " * 100 + "finally\n")


def is_asked(s: Stage) -> bool:
    return isinstance(s.app.focused, LogField)


async def searched(s: Stage) -> None:
    """Search for what eleven lines have."""
    await s.press("slash")
    await s.until(lambda: is_asked(s))
    await s.press(*"step=10", "0", "enter")
    await s.until(lambda: "step=1009" in s.area(Pane.LOG) and not is_asked(s))


@deed("log.search", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.does(lambda: is_asked(s))


@deed("log.next", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await searched(s)
    await s.changes(lambda: s.area(Pane.LOG))


@deed("log.previous", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await searched(s)
    await s.changes(lambda: s.area(Pane.LOG))


@deed("log.filter", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.does(lambda: is_asked(s))


@deed("log.error", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.until(lambda: "4 error lines" in s.area(Pane.LOG))
    await s.press("home")
    await s.does(lambda: "ValueError: at step 500" in s.area(Pane.LOG))


@deed("log.error_before", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.until(lambda: "4 error lines" in s.area(Pane.LOG))
    await s.press("home")
    await s.press("e", "e")
    await s.until(lambda: "ValueError: at step 1000" in s.area(Pane.LOG))
    await s.does(lambda: "ValueError: at step 500" in s.area(Pane.LOG))


@deed("log.go", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.does(lambda: is_asked(s))


@deed("log.wrap", focus=Pane.LOG, furnish=long_lines)
async def _(s: Stage) -> None:
    await s.does(lambda: "finally" in s.area(Pane.LOG))


@deed("log.copy", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await s.press("home")
    await s.until(lambda: "step=1 " in s.area(Pane.LOG))
    await s.does(lambda: "step=1 " in s.app.clipboard)


@deed("log.leave", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    await searched(s)
    await s.until(lambda: "of 11 lines" in s.area(Pane.LOG))
    await s.does(lambda: "of 11 lines" not in s.area(Pane.LOG))


@deed("log.pager", focus=Pane.LOG, furnish=add_logged)
async def _(s: Stage) -> None:
    shown, pager = s.workspace.root / "shown", s.workspace.root / "pager"
    pager.write_text(f'#!/bin/sh\necho "$@" > "{shown}"\n', encoding="utf-8")
    pager.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGER", str(pager))
        patch.setattr(s.app, "suspend", nullcontext)  # there is no terminal here that could be lent
        await s.does(lambda: shown.is_file() and "console.log" in shown.read_text(encoding="utf-8"))
