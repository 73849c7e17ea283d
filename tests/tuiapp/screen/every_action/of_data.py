"""The Data mode."""

from __future__ import annotations

from textual.widgets import Input

from tests.tuiapp.screen.every_action.deeds import Stage, deed
from tuiapp.screens.ask_line import AskLineScreen
from tuiapp.screens.data.convert import ConvertScreen
from tuiapp.screens.data.panes import DataFiles
from tuiapp.screens.data.screen import DataScreen


async def data(s: Stage) -> DataScreen:
    """Look at the datasets, without a model: nothing is counted."""
    screen = await s.open(DataScreen, "5")
    await s.until(lambda: screen.query_one(DataFiles).files)
    await s.open(AskLineScreen, "m")
    s.app.screen.query_one(Input).value = ""
    await s.press("enter")
    await s.until(lambda: s.app.screen is screen and screen.asked is not None and screen.asked.model is None)
    await s.until(lambda: "can be used" in s.pane_text("report"))
    return screen


@deed("data.open")
async def _(s: Stage) -> None:
    await s.does(lambda: s.on(DataScreen) and "train.jsonl" in s.text)


@deed("data.inspect")
async def _(s: Stage) -> None:
    screen = await data(s)
    assert screen.asked is not None
    with screen.asked.path.open("a") as file:
        file.write("{broken\n")
    await s.does(lambda: "NOT_A_RECORD" in s.pane_text("report"))


@deed("data.objective")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: "kto" in s.text)


@deed("data.model")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.on(AskLineScreen) and "RUN[@STEP]" in s.text)


@deed("data.length")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.on(AskLineScreen) and "2048" in s.text)


@deed("data.row")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.on(AskLineScreen) and "from this row on" in s.text)


@deed("data.next_rows")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: "no model is chosen" in s.pane_text("masks"))


@deed("data.previous_rows")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: "no model is chosen" in s.pane_text("masks"))


@deed("data.convert")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.on(ConvertScreen))


@deed("data.pane")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.pane("report").has_focus)


@deed("data.pane_back")
async def _(s: Stage) -> None:
    await data(s)
    await s.does(lambda: s.pane("masks").has_focus)


@deed("data.refresh")
async def _(s: Stage) -> None:
    screen = await data(s)
    assert screen.asked is not None
    (screen.asked.path.parent / "another.jsonl").write_text('{"text": "new"}\n')
    await s.does(lambda: "another.jsonl" in s.pane_text("files"))


@deed("data.back")
async def _(s: Stage) -> None:
    await data(s)
    await s.ends()


@deed("convert.write")
async def _(s: Stage) -> None:
    await data(s)
    screen = await s.open(ConvertScreen, "c")
    file = s.workspace.root / screen.query_one("#file", Input).value
    await s.does(lambda: file.is_file() and '"messages"' in file.read_text(encoding="utf-8"))


@deed("convert.back")
async def _(s: Stage) -> None:
    await data(s)
    await s.open(ConvertScreen, "c")
    await s.ends()
