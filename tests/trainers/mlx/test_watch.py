"""What happens between two steps with mlx, with everything round it only pretended."""

from __future__ import annotations

import math
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from Trainers.mlx.plan import Plan
from Trainers.mlx.watch import LoopEnded, Watch
from tuner.core.errors import ErrorCode, TunerError
from tuner.runs.control import Request, write_request


class Scene:
    """A watch with a reporter and a saver that only remember."""

    def __init__(self, run_dir: Path, plan: Plan, broken: str | None = None, losses: tuple[float, ...] = ()) -> None:
        self.rows: list[dict[str, Any]] = []
        self.saved: list[str] = []
        self.phases: list[str] = []
        left = list(losses)
        evaluation: Any = SimpleNamespace(measure=lambda: {"eval_loss": left.pop(0)}) if losses else None
        reporter: Any = SimpleNamespace(
            run_dir=run_dir,
            rows=SimpleNamespace(write=lambda step, values: self.rows.append({"step": step, **values})),
            phase=lambda phase, message="": self.phases.append(phase.value),
            progress=lambda step, total: None,
            event=lambda *a: None,
            manifest=lambda patch: None,
        )
        saver: Any = SimpleNamespace(
            save=lambda folder: self.saved.append(folder.name), trained=SimpleNamespace(broken=lambda: broken)
        )
        batches: Any = SimpleNamespace(batch_size=2, epoch=0.5, tokens=10)
        optimizer: Any = SimpleNamespace(grad_norm=1.0)
        guards = {"early_stopping_patience": 1}
        self.watch = Watch(reporter, plan, batches, optimizer, evaluation, saver, guards)

    def step(self, loss: float) -> None:
        self.watch.on_train_loss_report({"train_loss": loss, "learning_rate": 0.1, "peak_memory": 1.0})


def plan(steps: int = 4, logging: int = 2, save: int | None = None, evaluate: int | None = None) -> Plan:
    return Plan(steps, 1, logging, save, evaluate)


def test_a_logged_loss_is_the_mean_since_the_last_row(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan())
    for loss in (4.0, 2.0, 1.0):
        scene.step(loss)
    with pytest.raises(LoopEnded):
        scene.step(0.5)
    assert [(r["step"], r["loss"]) for r in scene.rows] == [(2, 3.0), (4, 0.75)]
    scene.watch.summarize()
    assert scene.rows[-1]["train_loss"] == 7.5 / 4
    assert (scene.saved, scene.watch.stopped) == ([], False)


def test_evaluating_comes_before_saving(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan(2, 1, save=1, evaluate=1), losses=(2.0, 1.0))
    scene.step(1.0)
    assert scene.phases == ["evaluating", "saving", "training"]
    assert scene.saved == ["checkpoint-1"]


def test_a_request_saves_and_ends_at_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan(evaluate=1), losses=(2.0, 2.0))
    scene.step(1.0)
    write_request(tmp_path, Request.CANCEL)
    with pytest.raises(LoopEnded):
        scene.step(1.0)
    assert (scene.saved, scene.watch.stopped) == (["checkpoint-2"], True)
    assert len([r for r in scene.rows if "eval_loss" in r]) == 1


def test_a_supervisor_that_is_gone_is_like_a_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, plan())
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with pytest.raises(LoopEnded):
        scene.step(1.0)
    assert (scene.saved, scene.watch.stopped) == (["checkpoint-1"], True)


def test_no_progress_ends_the_run_early_as_finished(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan(9, 9, save=9, evaluate=1), losses=(2.0, 3.0))
    scene.step(1.0)
    with pytest.raises(LoopEnded):
        scene.step(1.0)
    assert (scene.saved, scene.watch.stopped) == (["checkpoint-2"], False)


def test_a_loss_that_is_no_number_ends_the_run_with_its_row(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan(9, 9))
    with pytest.raises(TunerError) as caught:
        scene.step(math.nan)
    assert caught.value.code is ErrorCode.NAN_LOSS
    assert [r["step"] for r in scene.rows] == [1]
    assert scene.saved == []


def test_weights_that_are_no_numbers_are_saved_nowhere(tmp_path: Path) -> None:
    scene = Scene(tmp_path, plan(9, 9, save=1), broken="model.norm.weight")
    with pytest.raises(TunerError, match=r"model\.norm\.weight") as caught:
        scene.step(1.0)
    assert caught.value.code is ErrorCode.NAN_LOSS
    assert scene.saved == []
