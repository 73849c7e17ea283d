"""The run table alone: what it shows, and what keys and clicks do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style
from textual.pilot import Pilot

from tests.tuiapp.screen.support import text_of
from tests.tuiapp.screen.table_support import TableApp, make_summaries, make_summary
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.run_table.arrangement import Arrangement, Heading
from tuiapp.widgets.run_table.columns import COLUMNS, DEFAULT, GAP, fitted, known
from tuiapp.widgets.run_table.painter import TABLE, Painter
from tuiapp.widgets.run_table.table import RunTable
from tuiapp.widgets.strips import width_of
from tuner.runs.summary import RunSummary

LIST, WIDE = (44, 20), (150, 20)


def lines(table: RunTable) -> list[str]:
    return [line.strip() for line in text_of(table).split("\n") if line.strip()]


def names(table: RunTable) -> list[str]:
    """The runs in sight, in their order."""
    return [word for line in lines(table) for word in line.split() if word.startswith("run-")]


async def showing(pilot: Pilot[None], runs: Sequence[RunSummary]) -> RunTable:
    assert isinstance(pilot.app, TableApp)
    pilot.app.table.show_runs(runs)
    await pilot.pause()
    return pilot.app.table


async def test_ten_thousand_runs_are_shown_and_gone_through() -> None:
    async with TableApp().run_test(size=WIDE) as pilot:
        table = await showing(pilot, make_summaries(10_000))
        assert names(table)[0] == "run-10000" and "Runs 10000" in str(table.border_title)
        await pilot.press("end")
        assert names(table)[-1] == "run-1" and table.selected == make_summary(1)
        table.apply_query("run-777")
        await pilot.pause()
        assert "Runs 11/10000" in str(table.border_title) and names(table)[0] == "run-7779"


async def test_narrow_it_is_a_list_and_wide_a_table_with_headings() -> None:
    app = TableApp()
    async with app.run_test(size=LIST) as pilot:
        table = await showing(pilot, make_summaries(3))
        assert [line.split()[1] for line in lines(table)] == ["run-3", "run-2", "run-1"]
        assert any("▇" in line for line in lines(table)), "the loss as a curve"
        await pilot.resize_terminal(*WIDE)
        await pilot.pause()
        assert lines(table)[0].split()[:2] == ["name", "state"] and "created▾" in lines(table)[0]
        assert names(table) == ["run-3", "run-2", "run-1"]


async def test_states_are_told_in_glyphs_and_words() -> None:
    out_of_memory = {"code": "TRAINING_OOM", "class": "user", "message": "", "hint": ""}
    runs = [
        make_summary(6, state="running", progress=0.68, eta_seconds=1260.0),
        make_summary(5, state="queued"),
        make_summary(4, state="failed", error=out_of_memory, step=120),
        make_summary(3, state="running", stale_seconds=240.0),
        make_summary(2, state="failed", error={**out_of_memory, "code": "BAD_DATA"}),
        make_summary(1, state="succeeded", best={"step": 600, "by": "exact_match", "value": 0.912}),
    ]
    async with TableApp().run_test(size=LIST) as pilot:
        said = lines(await showing(pilot, runs))
        for line, glyph, words in zip(
            said, "●◌✗⚠✗✓", ("68% 21m", "queued", "OOM@120", "stale 4m", "bad data", "91.2% @600"), strict=True
        ):
            assert line.startswith(glyph) and line.endswith(words)
    async with TableApp().run_test(size=WIDE) as pilot:
        said = lines(await showing(pilot, runs))
        assert "▓▓▓▓░░" in said[1] and "21m" in said[1] and "OOM@120" in said[3] and "succeeded" in said[6]


async def test_a_long_reason_leaves_the_name_in_sight() -> None:
    error: Mapping[str, object] = {"code": "ARTIFACT_DOWNLOAD_FAILED"}
    async with TableApp().run_test(size=(30, 8)) as pilot:
        table = await showing(pilot, [make_summary(1, state="failed", error=error)])
        assert names(table) == ["run-1"]
        assert "artifact down" in text_of(table)


async def test_runs_of_one_name_are_told_apart_where_there_is_no_room_for_all() -> None:
    runs = [
        make_summary(n, name=name) for n, name in ((3, "household-sft"), (2, "household-sft"), (1, "household-kto"))
    ]
    app = TableApp()
    async with app.run_test(size=(41, 20)) as pilot:
        app.table.show_runs(runs)
        await pilot.pause()
        lines = text_of(app.table).splitlines()
        assert all(f"household-sft {n:04x}" in line for n, line in ((3, lines[0]), (2, lines[1])))
        assert "▁" in lines[2] and " 0001" not in lines[2]  # where the name says it, the curve does more
        await pilot.resize_terminal(29, 20)
        await pilot.pause()
        lines = text_of(app.table).splitlines()
        assert "… 0003" in lines[0] and "… 0002" in lines[1] and "household-kto" in lines[2]
        await pilot.resize_terminal(41, 20)
        app.table.show_runs(runs[1:])
        await pilot.pause()
        assert "▁" in text_of(app.table).splitlines()[0]


async def test_pinned_runs_stand_first_and_archived_ones_are_hidden() -> None:
    runs = [make_summary(3), make_summary(2, archived=True), make_summary(1, pinned=True)]
    async with TableApp().run_test(size=LIST) as pilot:
        table = await showing(pilot, runs)
        assert names(table) == ["run-1", "run-3"] and "◆ run-1" in lines(table)[0]
        assert "1 archived" in str(table.border_title)
        table.apply_query("is:archived")
        await pilot.pause()
        assert names(table) == ["run-2"]


@pytest.mark.parametrize(
    ("runs", "query", "said"),
    [
        ([], "", "n  start one from a preset"),
        ([make_summary(1)], "nothing-like-it", "Esc shows all again"),
        ([make_summary(1, archived=True)], "", "/  is:archived shows them"),
    ],
)
async def test_an_empty_table_says_what_to_press(runs: list[RunSummary], query: str, said: str) -> None:
    async with TableApp().run_test(size=LIST) as pilot:
        table = await showing(pilot, runs)
        table.apply_query(query)
        await pilot.pause()
        assert said in lines(table) and table.selected is None and table.targets == []


async def test_the_cursor_stays_on_its_run_and_goes_home_when_a_query_lets_it() -> None:
    async with TableApp().run_test(size=LIST) as pilot:
        table = await showing(pilot, make_summaries(30))
        await pilot.press("down", "down")
        assert table.selected == make_summary(28)
        await showing(pilot, make_summaries(31))
        assert table.selected == make_summary(28)
        table.apply_query("run-9")
        assert table.selected == make_summary(9)
        table.apply_query("")
        assert table.selected == make_summary(28)
        await showing(pilot, [r for r in make_summaries(31) if r.name != "run-28"])
        assert table.selected == make_summary(27), "the next one, where the selected one is gone"


async def test_one_changed_run_changes_its_line_only() -> None:
    async with TableApp().run_test(size=LIST) as pilot:
        runs = make_summaries(9)
        table = await showing(pilot, runs)
        before = lines(table)
        await showing(pilot, [*runs[:4], make_summary(5, state="queued", best=None), *runs[5:]])
        after = lines(table)
        assert [i for i in range(9) if before[i] != after[i]] == [4] and after[4].endswith("queued")


async def test_keys_sort_and_turn_around() -> None:
    async with TableApp().run_test(size=WIDE) as pilot:
        table = await showing(pilot, [make_summary(1, name="run-b"), make_summary(2, name="run-a")])
        await pilot.press("o")
        assert names(table) == ["run-a", "run-b"] and "name▴" in lines(table)[0]
        await pilot.press("O")
        assert names(table) == ["run-b", "run-a"] and "name ▾" in str(table.border_subtitle)
        assert (table.arrangement.sort, table.arrangement.descending) == ("name", True)


async def test_a_click_on_a_heading_sorts_by_it() -> None:
    async with TableApp().run_test(size=WIDE) as pilot:
        table = await showing(pilot, make_summaries(3))
        at = text_of(table).split("\n")[0].index("loss") + 2  # the border and the padding
        await pilot.click(RunTable, offset=(at, 1))
        assert table.arrangement.sort == "loss" and not table.arrangement.descending
        losses = [r.metrics["loss"] for r in make_summaries(3)]
        order = sorted(range(3), key=lambda i: losses[i] or 0)
        assert names(table) == [f"run-{3 - i}" for i in order]
        await pilot.click(RunTable, offset=(at, 1))
        assert table.arrangement.descending


async def test_groups_count_fold_and_unfold() -> None:
    async with TableApp().run_test(size=LIST) as pilot:
        table = await showing(pilot, make_summaries(6))
        await pilot.press("v")
        headings = [line.split() for line in lines(table) if line.startswith("▾")]
        assert headings == [
            ["▾", "sft", "2", "runs"],
            ["▾", "dpo", "2", "runs", "·", "1", "live"],
            ["▾", "kto", "2", "runs", "·", "1", "live"],
        ]
        assert "by objective" in str(table.border_subtitle) and table.selected == make_summary(6)
        await pilot.press("left")
        assert lines(table)[0].startswith("▸ sft") and names(table) == ["run-5", "run-2", "run-4", "run-1"]
        assert table.selected == make_summary(6), "what is watched stays so"
        assert table.targets == [], "but nothing is done to it unseen"
        for key, seen in (("enter", True), ("enter", False), ("space", True), ("left", False), ("right", True)):
            await pilot.press(key)
            assert ("run-6" in names(table)) is seen, key
        await pilot.click(RunTable, offset=(6, 1))
        assert "run-6" not in names(table)


async def test_a_run_with_several_tags_stands_in_each_group_and_keeps_its_place() -> None:
    runs = [make_summary(2, tags=["x", "y"]), make_summary(1, tags=["y"])]
    async with TableApp().run_test(size=LIST) as pilot:
        table = await showing(pilot, runs)
        while table.arrangement.group != "tag":
            await pilot.press("v")
        assert names(table) == ["run-2", "run-2", "run-1"]
        await pilot.press("end", "up")
        await showing(pilot, [make_summary(2, tags=["x", "y"], note="seen"), runs[1]])
        assert table.cursor == 3, "in the second of its groups"


async def test_marks_have_letters_in_the_order_made() -> None:
    app = TableApp()
    heard: list[tuple[str, ...]] = []
    async with app.run_test(size=LIST, message_hook=lambda m: _hear(m, heard)) as pilot:
        table = await showing(pilot, make_summaries(5))
        await pilot.press("down", "space", "space")
        assert [line[0] for line in lines(table)[1:3]] == ["A", "B"]
        assert table.marked == (make_summary(4).id, make_summary(3).id) == heard[-1]
        assert [r.name for r in table.targets] == ["run-4", "run-3"] and "✚ 2 marked" in str(table.border_subtitle)
        await pilot.click(RunTable, offset=(2, 1))
        assert lines(table)[0].startswith("C")
        await pilot.click(RunTable, offset=(2, 2))
        assert table.marked == (make_summary(3).id, make_summary(5).id)
        await showing(pilot, make_summaries(4))
        assert table.marked == (make_summary(3).id,), "a run that is gone is not marked"
        await pilot.press("X")
        assert table.marked == () == heard[-1]
        await pilot.press("space", "backspace")
        assert table.marked == ()


def _hear(message: object, heard: list[tuple[str, ...]]) -> None:
    if isinstance(message, RunTable.MarksChanged):
        heard.append(tuple(message.ids))


async def test_more_runs_than_letters_are_marked() -> None:
    async with TableApp().run_test(size=(44, 40)) as pilot:
        table = await showing(pilot, make_summaries(30))
        await pilot.press(*["space"] * 27)
        assert lines(table)[25].startswith("Z") and lines(table)[26].startswith("✚")


async def test_what_was_chosen_is_kept_and_restored() -> None:
    async with TableApp().run_test(size=WIDE) as pilot:
        table = await showing(pilot, make_summaries(3))
        await pilot.press("o", "v")
        table.show_columns(["id", "name"])
        kept = table.as_kept()
    async with TableApp().run_test(size=WIDE) as pilot:
        table = await showing(pilot, make_summaries(3))
        table.restore(kept)
        await pilot.pause()
        assert lines(table)[0].split() == ["id", "name▴"] and table.arrangement.group == "objective"
        table.restore({"sort": 3, "group": "nonsense", "columns": ["no", 7], "descending": "x"})
        assert table.columns == DEFAULT and table.arrangement.sort == "created" and table.arrangement.group == ""


def test_columns_give_way_from_the_end_but_not_the_one_sorted_by() -> None:
    for width in range(10, 200):
        shown = fitted(DEFAULT, width, "created")
        assert "created" in {c.id for c, _ in shown}
        if width > 40:
            assert sum(cells + 2 for _, cells in shown) - 2 <= width
            kept = [c.id for c, _ in shown if c.id != "created"]
            assert kept == [i for i in DEFAULT if i != "created"][: len(kept)]
    assert known(["nothing"]) == list(DEFAULT) and known(["id", "id", "loss"]) == ["id", "loss"]


HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\x1b\x07\r\n\t\u202e\u200f\u0300\u200d模ネ👩👍🏽ﷺ⚠️\u2066\x9b[]/"),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=HOSTILE, tag=HOSTILE, note=HOSTILE, width=st.integers(20, 170), group=st.booleans())
def test_hostile_names_never_break_the_alignment(name: str, tag: str, note: str, width: int, group: bool) -> None:
    painter = Painter(Ink(*[Style.null()] * 12), tuple(COLUMNS), Arrangement())
    run = make_summary(7, name=name, tags=[tag], note=note, model=name, state=tag, parent=note, created_at=name)
    parts = painter.run(run, "A", width, 1 if group else 0)
    text = "".join(t for t, _ in parts)
    assert not any(c in text for c in "\x1b\r\n\t\x07\u202e\u2066")
    assert width_of(painter.heading(Heading(name, 3, 1, False), width)) <= width
    if width < TABLE:
        assert width_of(parts) == width
        return
    offsets, columns = set(accumulate(cell_len(t) for t, _ in parts)), painter.fitted(width)
    ends = set(accumulate((cells + GAP for _, cells in columns), initial=3)) - {3}
    assert offsets >= ends, "every column ends where it does in every other row"
