"""The checkpoint table: order, best, publishing."""

from __future__ import annotations

from tests.tuiapp.screen.support import SMALL, WIDE, add_sft, labels, make_app, settled, shown, text_of, until
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.publish import PublishScreen
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuner.config.workspace import Workspace


async def test_the_best_is_marked_with_the_reason(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        seen = text_of(app.screen.query_one(CheckpointTable)).split("\n")
        assert seen[0].startswith("★ 300: highest eval_exact_match: 0.982")
        assert [line.split()[1] for line in seen if line.startswith("★")][1:] == ["300"]


async def test_keys_sort_by_every_column_both_ways(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        (await settled(pilot, app)).go_to(Pane.CHECKPOINTS)  # in the list of runs the key sorts runs
        table = app.screen.query_one(CheckpointTable)
        by_step = ["50", "100", "150", "200", "250", "300", "final"]
        assert labels(table) == by_step
        seen = set()
        for _ in range(20):
            await pilot.press("o")
            seen.add(table.sorted_by[0])
            if table.sorted_by[0] == "eval_exact_match":
                assert labels(table)[-1] == "50"
                await pilot.press("O")
                assert labels(table)[0] == "50"
        assert {"step", "eval_exact_match", "eval_loss", "loss", "grad_norm", "size", "state"} <= seen


async def test_a_click_on_a_heading_sorts_by_it(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        table = app.screen.query_one(CheckpointTable)
        heading = text_of(table).split("\n")[1]
        at = heading.index("eval loss")
        await pilot.click(table, offset=(at + 3, 2))
        await until(pilot, lambda: table.sorted_by == ("eval_loss", False))
        await pilot.click(table, offset=(at + 3, 2))
        await until(pilot, lambda: table.sorted_by == ("eval_loss", True))


async def test_b_goes_to_the_best_and_says_why(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot, app)
        await pilot.press("b")
        await until(pilot, lambda: "[Ckpts]" in shown(app) and "300 is best: highest eval_exact_match" in shown(app))
        selected = app.screen.query_one(CheckpointTable).selected
        assert selected is not None and selected.label == "300"


async def test_a_run_without_scores_says_how_to_get_some(workspace: Workspace) -> None:
    path = add_sft(workspace)
    for log in (path / "logs").iterdir():
        log.unlink()
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("b")
        await until(pilot, lambda: "no checkpoint of this run has a score" in shown(app))


async def test_the_plan_is_shown_and_enter_publishes(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    target = workspace.root / "published" / "household-sft"
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, PublishScreen))
        for text in (
            "checkpoint-300",
            "highest eval_exact_match",
            "adapter_model.safetensors",
            "Nothing is overwritten",
        ):
            assert text in shown(app)
        assert not target.exists()
        await pilot.press("enter")
        await until(pilot, lambda: "published checkpoint-300 to" in shown(app))
        assert (target / "adapter_model.safetensors").is_file() and (target / "README.md").is_file()
        await pilot.press("u")
        await until(pilot, lambda: "⚠ overwrites" in shown(app))


async def test_escape_publishes_nothing(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await pilot.press("u")
        await until(pilot, lambda: isinstance(app.screen, PublishScreen))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert not (workspace.root / "published").exists()


async def test_enter_in_the_table_plans_that_very_checkpoint(workspace: Workspace) -> None:
    add_sft(workspace)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("b", "home", "enter")
        await until(pilot, lambda: isinstance(app.screen, PublishScreen))
        assert "checkpoint-50" in shown(app) and "it is not the best" in shown(app)


async def test_a_target_that_cannot_be_used_is_told(workspace: Workspace) -> None:
    add_sft(workspace)
    target = workspace.root / "published" / "household-sft"
    target.mkdir(parents=True)
    (target / "mine.txt").write_text("mine")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await pilot.press("u")
        await until(pilot, lambda: "was not published by Tuner" in shown(app))
        assert (target / "mine.txt").read_text() == "mine"
