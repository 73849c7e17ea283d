"""What is there when the screen opens."""

from __future__ import annotations

import json

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, add_sft, make_app, settled, shown, text_of, until
from tuiapp.widgets.headline import Headline
from tuiapp.widgets.run_table.table import RunTable
from tuner.config.workspace import Workspace


@pytest.mark.parametrize("size", [WIDE, MIDDLE, SMALL])
async def test_an_empty_workspace_says_what_to_press(workspace: Workspace, size: tuple[int, int]) -> None:
    app = make_app(workspace)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "no runs in this workspace: press n" in shown(app))
        assert not (workspace.root / "runs").exists(), "looking makes nothing"


async def test_runs_are_listed_newest_first_with_their_states_in_words_and_glyphs(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        lines = text_of(app.screen.query_one(RunTable)).split("\n")
        assert [line.split()[:2] for line in lines[:5]] == [
            ["◌", "next-in-line"],
            ["●", "household-kto"],
            ["■", "lower-lr"],
            ["✗", "too-big"],
            ["✓", "household-sft"],
        ]
        assert "71% 21m" in lines[1] and "OOM@12" in lines[3] and "98.2% @300" in lines[4]


async def test_the_live_run_is_watched_first(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        said = text_of(app.screen.query_one("#headline", Headline))
        for part in ("household-kto", "running · training", "212/300", "71%", "ETA 21m", "4.1k tok/s", "row 3s ago"):
            assert part in said


async def test_a_failed_run_tells_why_and_what_to_do(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("down", "down")
        screen = await settled(pilot, app)
        assert screen.run is not None and screen.run.name == "too-big"
        said = text_of(app.screen.query_one("#headline", Headline))
        assert "out of memory at step 12" in said and "→ halve schedule.batch_size" in said


async def test_narrow_panes_are_tabs_with_headline_and_last_log_line_on_each(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot, app)
        for tab in ("Watch", "Ckpts", "Log", "Config", "Runs"):
            await until(pilot, lambda tab=tab: f"[{tab}]" in shown(app), f"tab {tab}")
            assert "household-kto" in shown(app) and "saved checkpoint-50" in shown(app)
            await pilot.press("tab")


async def test_tabs_are_clicked(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot, app)
        await pilot.click("TabBar", offset=(27, 0))
        await until(pilot, lambda: "[Log]" in shown(app))


async def test_an_unreadable_run_is_told_and_the_others_are_shown(workspace: Workspace) -> None:
    add_sft(workspace)
    broken = build_run(workspace.runs, run_id="20261120-110000-sft-broken-0bad", name="broken")
    (broken / "manifest.json").write_text("{", encoding="utf-8")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        assert "household-sft" in shown(app)
        assert "not valid JSON" in text_of(app.screen.query_one("#headline", Headline))


async def test_hostile_text_is_shown_inert(workspace: Workspace) -> None:
    name = "[red]x[/red]\x1b[2Jevil\u202e"
    path = add_sft(workspace, name="evil")
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"name": "evil"', f'"name": {json.dumps(name)}'))
    (path / "console.log").write_bytes(b"\x1b]0;title\x07[bold]not bold[/bold] [/nothing]\xff\x1b[31m\n")
    (path / "job.yaml").write_text("objective: \x1b[5m[blink]sft[/blink]\n")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        seen = shown(app)
        assert (
            "[red]x[/red]evil" in seen and "[bold]not bold[/bold] [/nothing]" in seen and "[blink]sft[/blink]" in seen
        )
        assert "\x1b" not in seen and "\u202e" not in seen
        await pilot.press("s", "d")  # the run has ended: it is asked whether to delete it, by its name
        await until(pilot, lambda: "Delete this run?" in shown(app))
        assert "[red]x[/red]evil" in shown(app)
