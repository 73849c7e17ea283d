"""The real application over fabricated runs: fixed surroundings, and waiting for conditions."""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from tests.support.run_builder import build_run, metric_row
from tuiapp.app import TunerApp
from tuiapp.handlers.context import Context
from tuiapp.screens.appearance import Appearance
from tuiapp.screens.main.screen import MainScreen
from tuiapp.screens.services import Services
from tuiapp.screens.surroundings import Surroundings
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuner.config.settings import Settings
from tuner.config.workspace import Workspace
from tuner.core.registry import TrainingBackendRegistry
from tuner.core.states import RunState

WIDE, MIDDLE, SMALL = (160, 48), (120, 36), (80, 24)
NOW = 1795169103.0
"""2026-11-20T10:05:03Z: three seconds after the newest row of the live run."""

JOB = """\
# Household assistant: requests to tool calls
objective: sft
model:
  base_model: org/base-2m
datasets:
  training: data/train.jsonl
  validation: data/validation.jsonl
schedule:
  epochs: 3
  batch_size: 16    # fits two cores
output:
  suffix: tools
seed: 42
"""


def make_app(
    workspace: Workspace,
    *,
    theme: str = "tuner-dark",
    keys: Mapping[str, str] | None = None,
    backends: TrainingBackendRegistry | None = None,
) -> TunerApp:
    """The application with a fixed clock, host and disk."""
    around = Surroundings(
        place="me@gpu-box:~/tune", now=lambda: NOW, clock=lambda: "14:32", disk_free=lambda: 412_000_000_000
    )
    settings = Settings.model_validate({})
    context = Context(workspace, settings, backends or TrainingBackendRegistry())
    return TunerApp(Services(workspace, context), Appearance(theme, dict(keys or {})), around)


async def until(pilot: Pilot[None], holds: Callable[[], object], what: str = "", timeout: float = 30) -> None:
    """Wait until a condition holds; fails where it has not come within the seconds."""
    deadline = time.monotonic() + timeout
    while True:
        await pilot.pause()
        if holds():
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout:g} s: {what or holds}")
        await asyncio.sleep(0.01)


async def double_click(pilot: Pilot[None], *where: object, offset: tuple[int, int]) -> None:
    """Two clicks that count as one double click, however long a busy machine takes between them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TunerApp, "CLICK_CHAIN_TIME_THRESHOLD", 60.0)
        await pilot.click(*where, offset=offset, times=2)  # type: ignore[arg-type]  # a widget, its class or nothing


@contextmanager
def in_a_hurry() -> Iterator[None]:
    """The pilot does not wait until the process is idle after each key: whoever types does not wait for that either.

    Only for tests that wait for conditions, or that ask nothing but that the screen goes on.
    """

    async def go_on(*_: float) -> None:
        await asyncio.sleep(0)

    with pytest.MonkeyPatch.context() as patch:
        for module in ("textual.app", "textual.pilot"):
            patch.setattr(f"{module}.wait_for_idle", go_on)
        yield


def main_screen(app: TunerApp) -> MainScreen:
    """The main screen, wherever it is in the stack."""
    return next(s for s in app.screen_stack if isinstance(s, MainScreen))


async def settled(pilot: Pilot[None], app: TunerApp) -> MainScreen:
    """The main screen, once everything of the selected run is shown."""
    screen = main_screen(app)
    await until(pilot, lambda: screen.run is not None and screen.is_read, "the selected run to be read")
    await pilot.pause()
    return screen


def text_of(widget: Widget) -> str:
    """What a widget shows, line by line."""
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def shown(app: TunerApp) -> str:
    """All text on the screen."""
    width, height = app.size
    lines = [[" "] * width for _ in range(height)]
    for y, strip in enumerate(app.screen._compositor.render_strips()):  # what the terminal gets
        lines[y] = list(strip.text)
    return "\n".join("".join(line) for line in lines)


def labels(table: CheckpointTable) -> list[str]:
    """The checkpoints' labels in the table's order."""
    return [r.label for r in table.rows]


def sft_rows(count: int, evaluate_each: int = 50) -> list[dict[str, object]]:
    """Rows of a run that learns; the wobble is the same each time."""
    rows = []
    for step in range(1, count + 1):
        wobble = 0.04 * math.sin(step * 1.7) + 0.03 * math.sin(step * 0.37)
        loss = 2.1 * math.exp(-step / 70) + 0.2 + wobble
        rows.append(metric_row(step, loss=loss, grad_norm=1 + wobble, learning_rate=3e-3 * (1 - step / 400)))
        if step % evaluate_each == 0:
            share = round(1 - math.exp(-((step / 150) ** 2)), 3)
            rows.append(metric_row(step, eval_loss=1.9 * math.exp(-step / 80) + 0.21, eval_exact_match=share))
    return rows


def kto_rows(count: int) -> list[dict[str, object]]:
    """Rows of a preference run; the newest was written three seconds before now."""
    rows = []
    for step in range(1, count + 1):
        row = metric_row(
            step,
            loss=0.5 * math.exp(-step / 150) + 0.03 * math.sin(step),
            rewards__margins=1.8 * (1 - math.exp(-step / 90)),
            kl=0.3 * (1 - math.exp(-step / 200)),
            tokens_per_second=4100.0,
        )
        rows.append({**row, "timestamp": "2026-11-20T10:05:00.000Z"})
    return rows


def live_state(step: int, total: int) -> dict[str, object]:
    """The state of a run that another host supervises, so that nobody here finds its supervisor dead."""
    return {
        "phase": "training",
        "step": step,
        "total_steps": total,
        "progress": step / total,
        "eta_seconds": 1260.0,
        "host": "elsewhere",
        "message": "",
    }


def add_sft(workspace: Workspace, name: str = "household-sft", suffix: str = "9c1e", **fields: object) -> Path:
    """A run that has succeeded, with six checkpoints and a final model."""
    best = {"step": 300, "by": "eval_exact_match", "value": 0.982}
    path = build_run(
        workspace.runs,
        run_id=f"20261120-100000-sft-{name}-{suffix}",
        name=name,
        rows=sft_rows(300),
        checkpoints=range(50, 301, 50),
        final=True,
        manifest={"results": {"best": best}, "job": {"model": {"base_model": "org/base-2m"}}},
        state_patch={"step": 300, "total_steps": 300, "progress": 1.0},
        **fields,
    )
    (path / "job.yaml").write_text(JOB, encoding="utf-8")
    (path / "console.log").write_text("".join(f"step={s} loss=0.4\n" for s in range(1, 301)), encoding="utf-8")
    return path


def add_live(workspace: Workspace, count: int = 212) -> Path:
    """A run that is going, on another host."""
    path = build_run(
        workspace.runs,
        run_id="20261120-100300-kto-household-kto-1a77",
        name="household-kto",
        objective="kto",
        state=RunState.RUNNING,
        rows=kto_rows(count),
        checkpoints=range(50, count, 50),
        state_patch=live_state(count, 300),
    )
    (path / "job.yaml").write_text(JOB.replace("sft", "kto"), encoding="utf-8")
    (path / "console.log").write_text("loading the model\nstep=1 loss=0.5\nsaved checkpoint-50\n", encoding="utf-8")
    return path


def add_failed(workspace: Workspace) -> Path:
    """A run that ran out of memory."""
    error = {
        "class": "user",
        "code": "TRAINING_OOM",
        "message": "out of memory at step 12",
        "hint": "halve schedule.batch_size, double schedule.gradient_accumulation",
    }
    path = build_run(
        workspace.runs,
        run_id="20261120-100100-sft-too-big-c01e",
        name="too-big",
        state=RunState.FAILED,
        rows=sft_rows(12),
        state_patch={"step": 12, "total_steps": 300, "error": error},
    )
    (path / "console.log").write_text("torch.OutOfMemoryError: CUDA out of memory\n", encoding="utf-8")
    return path


def add_several(workspace: Workspace) -> None:
    """One run of each kind."""
    add_sft(workspace)
    add_failed(workspace)
    add_live(workspace)
    for name, suffix, state in (("lower-lr", "77aa", RunState.CANCELLED), ("next-in-line", "9f2c", RunState.QUEUED)):
        at = "100200" if state is RunState.CANCELLED else "100400"
        build_run(workspace.runs, run_id=f"20261120-{at}-sft-{name}-{suffix}", name=name, state=state)


def append_row(run_dir: Path, step: int, **values: float) -> None:
    """Write one metric row as a trainer does."""
    [path] = (run_dir / "logs").glob("training_*.jsonl")
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(metric_row(step, **values)) + "\n")
