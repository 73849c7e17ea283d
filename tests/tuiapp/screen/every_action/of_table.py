"""The run table: marks, tags, notes, pin, archive, undo, order, groups, columns; the query field."""

from __future__ import annotations

from tests.tuiapp.screen.every_action.deeds import Stage, deed
from tuiapp.screens.ask_line import AskLineScreen
from tuiapp.screens.choose_columns import ColumnsScreen
from tuiapp.screens.confirm import ConfirmScreen
from tuiapp.screens.main.panes import Pane
from tuiapp.widgets.run_table.table import RunTable


def table(s: Stage) -> RunTable:
    return s.main.query_one(RunTable)


@deed("table.mark")
async def _(s: Stage) -> None:
    await s.press("home")
    await s.does(lambda: len(table(s).marked) == 1)


@deed("table.unmark")
async def _(s: Stage) -> None:
    await s.press("home", "space", "space")
    await s.until(lambda: len(table(s).marked) == 2)
    await s.does(lambda: len(table(s).marked) == 0)


@deed("run.tags")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(AskLineScreen))


@deed("run.note")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(AskLineScreen))


@deed("run.pin")
async def _(s: Stage) -> None:
    await s.does(lambda: s.main.run is not None and s.main.run.pinned)


@deed("run.archive")
async def _(s: Stage) -> None:
    run = s.main.run
    assert run is not None
    await s.does(lambda: run.name not in s.pane_text(Pane.RUNS))


@deed("run.undo")
async def _(s: Stage) -> None:
    run = s.main.run
    assert run is not None
    await s.open(ConfirmScreen, "d")
    await s.press("y")
    await s.until(lambda: not run.path.exists() and "Z undoes" in s.text)
    await s.does(run.path.exists)


@deed("table.sort")
async def _(s: Stage) -> None:
    await s.changes(lambda: s.pane_text(Pane.RUNS))


@deed("table.reverse")
async def _(s: Stage) -> None:
    await s.press("o")
    await s.changes(lambda: s.pane_text(Pane.RUNS))


@deed("table.group")
async def _(s: Stage) -> None:
    await s.changes(lambda: s.pane_text(Pane.RUNS))


@deed("table.fold")
async def _(s: Stage) -> None:
    await s.press("v")
    await s.until(lambda: "sft" in s.pane_text(Pane.RUNS))
    await s.does(lambda: "second" not in s.pane_text(Pane.RUNS))


@deed("table.unfold")
async def _(s: Stage) -> None:
    await s.press("v")
    await s.press("left")
    await s.until(lambda: "second" not in s.pane_text(Pane.RUNS))
    await s.does(lambda: "second" in s.pane_text(Pane.RUNS))


@deed("table.columns")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(ColumnsScreen))


async def asked_twice(s: Stage) -> None:
    """Two queries in the field's memory, and the field open again."""
    for word in ("first", "second"):
        await s.press("slash")
        await s.until(lambda: s.app.focused is not None and s.app.focused.id == "find")
        s.app.focused.value = word  # type: ignore[union-attr]
        await s.press("enter")
    await s.press("slash")
    await s.until(lambda: s.app.focused is not None and s.app.focused.id == "find")


@deed("query.older")
async def _(s: Stage) -> None:
    await asked_twice(s)
    await s.press("up")
    await s.changes(lambda: getattr(s.app.focused, "value", ""))


@deed("query.newer")
async def _(s: Stage) -> None:
    await asked_twice(s)
    await s.press("up", "up")
    await s.changes(lambda: getattr(s.app.focused, "value", ""))


async def columns(s: Stage) -> None:
    """Open the choice of columns."""
    await s.open(ColumnsScreen, "C")


@deed("columns.toggle")
async def _(s: Stage) -> None:
    await columns(s)
    await s.changes(lambda: s.text)


@deed("columns.up")
async def _(s: Stage) -> None:
    await columns(s)
    await s.press("down")
    await s.changes(lambda: s.text)


@deed("columns.down")
async def _(s: Stage) -> None:
    await columns(s)
    await s.changes(lambda: s.text)


@deed("columns.reset")
async def _(s: Stage) -> None:
    await columns(s)
    before = s.text
    await s.press("space")
    await s.until(lambda: s.text != before)
    await s.changes(lambda: s.text)


@deed("columns.done")
async def _(s: Stage) -> None:
    await columns(s)
    before = table(s).columns
    await s.press("down", "space")
    await s.does(lambda: table(s).columns != before and not s.on(ColumnsScreen))


@deed("columns.back")
async def _(s: Stage) -> None:
    await columns(s)
    before = table(s).columns
    await s.press("down", "space")
    await s.ends()
    assert table(s).columns == before


@deed("ask.done")
async def _(s: Stage) -> None:
    await s.open(AskLineScreen, "T")
    await s.press(*"keep")
    await s.does(lambda: s.main.run is not None and s.main.run.tags == ["keep"])


@deed("ask.back")
async def _(s: Stage) -> None:
    await s.open(AskLineScreen, "T")
    await s.press(*"keep")
    await s.ends()
    assert s.main.run is not None and s.main.run.tags == []
