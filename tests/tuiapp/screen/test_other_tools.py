"""A folder of other tools' runs on the screen: listed at once, with charts, checkpoints, log and configuration."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.foreign_runs import MLX_TABLE, age, hf_trainer_run, mlx_lm_run, save_console, snapshot, synaptic_run
from tests.tuiapp.screen.support import WIDE, main_screen, make_app, settled, shown, until
from tuner.config.workspace import Workspace
from tuner.discovery.references import find_folder


def furnish(root: Path) -> Path:
    adapters = mlx_lm_run(root / "lm" / "qwen-mlx", (10, 20))
    save_console(adapters, MLX_TABLE)
    hf_trainer_run(root / "out" / "trl")
    synaptic_run(root, "kto")
    return age(root)


async def test_a_folder_of_theirs_is_shown_as_it_is(workspace: Workspace) -> None:
    furnish(workspace.root)
    before = snapshot(workspace.root)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: all(name in shown(app) for name in ("qwen-mlx", "trl", "kto_output")))
        main_screen(app).select(find_folder(workspace, "qwen-mlx").id)
        await until(pilot, lambda: "fine_tune_type" in shown(app) and "adapter_config.json" in shown(app))
        await until(pilot, lambda: "0000020_adapters.safetensors" in shown(app))  # its console
        await until(pilot, lambda: "eval_loss" in shown(app))  # a chart of it
        await until(pilot, lambda: "20" in shown(app) and "★" in shown(app))  # its best checkpoint
    after = snapshot(workspace.root)
    assert {k: v for k, v in after.items() if not k.startswith(".tuner")} == before


async def test_what_needs_a_run_of_ours_says_to_adopt_it(workspace: Workspace) -> None:
    furnish(workspace.root)
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await until(pilot, lambda: "A Adopt" in shown(app))
        assert "c Clone" not in shown(app)
        await pilot.press("c")
        await until(pilot, lambda: "Clone: the selected run is another tool's; adopt it first (A)" in shown(app))
        assert app.screen is screen


async def test_a_checkpoint_that_is_saved_while_one_looks(workspace: Workspace) -> None:
    run = hf_trainer_run(workspace.root / "out" / "trl", (50,), [{"step": 50, "loss": 2.0}])
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "trl" in shown(app) and "50" in shown(app))
        hf_trainer_run(run, (100,), [{"step": 50, "loss": 2.0}, {"step": 100, "loss": 0.375}])
        await until(pilot, lambda: "0.375" in shown(app))


async def test_a_source_that_is_added_while_the_screen_is_open(workspace: Workspace, tmp_path: Path) -> None:
    hf_trainer_run(tmp_path / "elsewhere" / "far-away")
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        await until(pilot, lambda: "no runs here yet" in shown(app))
        workspace.hidden.mkdir(exist_ok=True)
        settings = f"sources: {json.dumps([str(tmp_path / 'elsewhere')])}\n"
        (workspace.hidden / "settings.yaml").write_text(settings, encoding="utf-8")
        await until(pilot, lambda: "far-away" in shown(app))
