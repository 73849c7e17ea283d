"""The Data mode: files found, looked through, counted, masked, converted."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, add_sft, main_screen, make_app, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.handlers import data as data_handler
from tuiapp.handlers import data_convert
from tuiapp.handlers.data import Inspection, MaskedRow
from tuiapp.handlers.data_files import list_data_files
from tuiapp.screens.data.convert import ConvertScreen
from tuiapp.screens.data.masked_text import mask_lines
from tuiapp.screens.data.panes import DataFiles, MaskPane, ReportPane
from tuiapp.screens.data.screen import DataScreen
from tuner.config.workspace import Workspace
from tuner.core.enums import DatasetFormat
from tuner.data.report import DatasetReport
from tuner.data.token_report import TokenReport
from tuner.data.usable_rows import Progress


def write_rows(path: Path, rows: list[Mapping[str, object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def pairs(count: int) -> list[Mapping[str, object]]:
    return [{"prompt": f"question {i}", "completion": f"answer {i}"} for i in range(count)]


@pytest.fixture
def furnished(workspace: Workspace) -> Workspace:
    """Two datasets, one of them with a broken line; a configuration and a run that are no datasets."""
    add_sft(workspace)
    write_rows(workspace.root / "data" / "a.jsonl", pairs(3))
    bad = write_rows(workspace.root / "data" / "b.jsonl", pairs(2))
    bad.write_text(bad.read_text() + "{broken\n", encoding="utf-8")
    (workspace.root / "data" / "settings.json").write_text("{}")
    (workspace.root / "data" / "list.json").write_text('\n [{"prompt": "p", "completion": "c"}]')
    return workspace


async def opened(pilot: Pilot[None], app: TunerApp) -> DataScreen:
    await until(pilot, lambda: main_screen(app).is_listed)
    await pilot.press("5")
    await until(pilot, lambda: isinstance(app.screen, DataScreen) and app.screen.query_one(DataFiles).files is not None)
    screen = app.screen
    assert isinstance(screen, DataScreen)
    return screen


async def at_file(pilot: Pilot[None], screen: DataScreen, name: str) -> None:
    files = screen.query_one(DataFiles)
    files.focus()
    await pilot.press("home")
    names = [f.name for f in files.files or ()]
    await pilot.press(*["down"] * names.index(name))
    await until(pilot, lambda: files.selected is not None and files.selected.name == name)


def test_datasets_are_found_and_other_files_are_not(furnished: Workspace) -> None:
    hidden = furnished.root / ".cache"
    hidden.mkdir()
    write_rows(hidden / "x.jsonl", pairs(1))
    deep = furnished.root / "a" / "b" / "c" / "d"
    write_rows(deep / "too-deep.jsonl", pairs(1))
    found = list_data_files(furnished)
    assert [f.name for f in found] == ["data/a.jsonl", "data/b.jsonl", "data/list.json"]
    assert [f.format for f in found] == [DatasetFormat.PROMPT_COMPLETION] * 3
    assert found[0].bytes == (furnished.root / "data" / "a.jsonl").stat().st_size


def test_of_a_large_json_file_the_first_record_is_read_alone(workspace: Workspace) -> None:
    rows = ",".join('{"prompt": "p", "completion": "c"}' for _ in range(400_000))
    (workspace.root / "large.json").write_text(f"[{rows}")  # it breaks off, which nobody meets
    (found,) = list_data_files(workspace)
    assert found.bytes > 10_000_000 and found.format is DatasetFormat.PROMPT_COMPLETION


async def test_a_file_is_looked_through_and_the_next_one_too(furnished: Workspace) -> None:
    app = make_app(furnished)
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, app)
        screen._named = True  # no model: the runs' own is not on this machine
        await at_file(pilot, screen, "data/a.jsonl")
        await pilot.press("i")
        await until(pilot, lambda: "prompt_completion" in shown(app))
        assert "m chooses the model" in shown(app)
        await at_file(pilot, screen, "data/b.jsonl")
        await until(pilot, lambda: "line 3" in shown(app) and "NOT_A_RECORD" in shown(app))
        await pilot.press("o")
        await until(pilot, lambda: "b.jsonl · kto" in shown(app) and "cannot use prompt_completion" in shown(app))


def tokens(**changed: int) -> TokenReport:
    values = {"rows": 4200, "p50": 212, "p95": 498, "max": 3000, "tokens": 903_112, "trainable": 412_001} | changed
    return TokenReport(
        mean=215.0,
        histogram=[(0, 999, 4000), (1000, 1999, 188), (2000, 2999, 11), (3000, 3999, 1)],
        sequence_length=2048,
        truncated_rows=12,
        lost_tokens=4112,
        untrainable_rows=3,
        truncated_lines=[7, 19],
        untrainable_lines=[19],
        notes={"only the last turn is learned": 5},
        **values,
    )


@pytest.mark.parametrize("size", [WIDE, MIDDLE, SMALL])
async def test_tokens_and_masks(furnished: Workspace, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> None:
    asked: list[tuple[int, int]] = []

    def inspected(*_: object, model: str | None = None, **__: object) -> Inspection:
        report = DatasetReport(Path("a.jsonl"), rows=4200)
        return Inspection(report, tokens(trainable=0) if model == "none-learned" else tokens())

    def masks(*_: object, start: int, rows: int, **__: object) -> list[MaskedRow]:
        asked.append((start, rows))
        text = "<|user|>\nwhat?\n<|assistant|>"
        pieces = [(text, False), (f"answer {start}<|end|>", True)]
        return [] if start > 20 else [MaskedRow(start + 1, 12, 4, True, pieces, text, "")]

    monkeypatch.setattr(data_handler, "inspect_file", inspected)
    monkeypatch.setattr(data_handler, "loss_masks", masks)
    app = make_app(furnished)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("tab")
        await until(pilot, lambda: screen.query_one(ReportPane).has_focus and "903,112" in shown(app))
        assert "412,001" in shown(app) and "lines 7, 19, …" in shown(app)
        await pilot.press("tab", "n")
        await until(pilot, lambda: "answer 0" in shown(app))
        assert "▌" in shown(app) and "4 of 12 tokens learned · cut" in shown(app)
        await pilot.press("n")
        await until(pilot, lambda: "answer 20" in shown(app))
        await pilot.press("n")
        await until(pilot, lambda: "no usable row from 41 on" in shown(app))
        await pilot.press("p")
        await until(pilot, lambda: "answer 20" in shown(app))
        assert asked == [(0, 20), (20, 20), (40, 20), (20, 20)]
        await pilot.press("m", *["ctrl+u"], *"none-learned", "enter", "shift+tab")
        await until(pilot, lambda: "nothing would be trained" in shown(app))


async def test_a_model_that_is_not_there_is_told_and_nothing_waits(furnished: Workspace) -> None:
    app = make_app(furnished)
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("m", "ctrl+u", *"./nowhere", "enter")
        await until(pilot, lambda: "nowhere" in text_of(screen.query_one(ReportPane)))
        assert "3 " in text_of(screen.query_one(ReportPane)), "the rows are told of all the same"
        await pilot.press("enter")
        await until(pilot, lambda: "nowhere" in text_of(screen.query_one(MaskPane)))


async def test_lengths_and_rows_are_numbers(furnished: Workspace) -> None:
    app = make_app(furnished)
    async with app.run_test(size=WIDE) as pilot:
        screen = await opened(pilot, app)
        await pilot.press("l", "ctrl+u", *"many", "enter")
        await until(pilot, lambda: "is no sequence length" in shown(app))
        await pilot.press("colon", "ctrl+u", "0", "enter")
        await until(pilot, lambda: "is no row" in shown(app))
        await pilot.press("l", "ctrl+u", *"512", "enter")
        await until(pilot, lambda: screen.asked is not None and screen.asked.sequence_length == 512)


async def test_a_dataset_is_converted_and_never_overwritten_unasked(furnished: Workspace) -> None:
    app = make_app(furnished)
    target = furnished.root / "data" / "a-messages.jsonl"
    async with app.run_test(size=MIDDLE) as pilot:
        screen = await opened(pilot, app)
        await at_file(pilot, screen, "data/a.jsonl")
        await pilot.press("c")
        await until(pilot, lambda: "data/a-messages.jsonl" in shown(app))
        await pilot.press("enter")
        await until(pilot, lambda: app.screen is screen and "wrote 3 rows" in shown(app), shown(app))
        assert json.loads(target.read_text().splitlines()[0])["messages"][1]["content"] == "answer 0"
        await at_file(pilot, screen, "data/a.jsonl")
        target.write_text("kept\n")
        await pilot.press("c", "enter")
        await until(pilot, lambda: "Overwrite this file?" in shown(app))
        await pilot.press("n")
        await until(pilot, lambda: "Overwrite" not in shown(app))
        assert target.read_text() == "kept\n"


async def test_converting_tells_how_far_it_is_and_quitting_ends_it(
    furnished: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def endless(*_: object, progress: Progress, **__: object) -> None:
        try:
            while True:
                progress(512, 0.25)
                time.sleep(0.01)
        finally:
            ended.set()

    monkeypatch.setattr(data_convert, "convert_dataset", endless)
    app = make_app(furnished)
    async with app.run_test(size=MIDDLE) as pilot:
        await opened(pilot, app)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, ConvertScreen))
        await pilot.press("enter")
        await until(pilot, lambda: "writing… 512 rows · 25%" in shown(app))
        assert not ended.is_set()
    assert ended.wait(10), "no thread goes on"


async def test_an_empty_workspace_says_what_to_do(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, app)
        await until(pilot, lambda: "no dataset here yet" in shown(app))
        await pilot.press("i", "c", "n", "1")
        await until(pilot, lambda: not isinstance(app.screen, DataScreen))


def test_a_mask_is_wrapped_and_hostile_text_is_inert() -> None:
    pieces = [("<|user|>\n\x1b[31mred " + "word " * 30, False), ("well [bold]done[/bold]\n", True)]
    lines = mask_lines([MaskedRow(1, 40, 3, False, pieces, "", "a note")], 40)
    assert lines[0].heading == "line 1 · 3 of 40 tokens learned" and lines[0].note == "a note"
    texts = ["".join(text for text, _ in line.pieces) for line in lines[1:]]
    assert all(len(text) <= 38 for text in texts) and "\x1b" not in "".join(texts)
    assert "".join(texts).replace(" ", "").endswith("well[bold]done[/bold]")
