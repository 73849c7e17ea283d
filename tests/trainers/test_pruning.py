"""Old checkpoints make room for new ones; the best, the newest and the pinned ones stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.run_builder import build_run, metric_row
from tests.support.subprocesses import run_python
from Trainers.common.pruning import Pruning
from Trainers.common.reporting import Reporter
from tuiapp.handlers.context import open_context
from tuiapp.handlers.pins import pin_checkpoint
from tuner.config.workspace import Workspace
from tuner.core.errors import ConfigurationError
from tuner.discovery.references import ranked_checkpoints
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths

EVALUATED = [metric_row(s, loss=3.0 - s / 10, eval_loss=e) for s, e in ((10, 2.0), (20, 0.5), (30, 0.7), (40, 0.9))]
KTO = [
    metric_row(s, **{"rewards/margins": m, "kl": k})
    for s, m, k in ((10, 0.1, 0.0), (20, 5.0, 0.5), (30, 0.2, 0.4), (40, 0.1, 0.4))
]


def run_with(workspace: Workspace, rows: list[dict[str, object]] = EVALUATED, objective: str = "sft") -> Path:
    return build_run(workspace.runs, name="long", objective=objective, rows=rows, checkpoints=[10, 20, 30, 40])


def pruned(run_dir: Path, keep: int, rows: list[dict[str, object]] = EVALUATED, objective: str = "sft") -> list[int]:
    pruning = Pruning.of(Reporter(run_dir), {"keep_checkpoints": keep, "objective": objective})
    for row in rows:
        pruning.seen(int(str(row["step"])), row)
    return pruning.prune()


def steps(run_dir: Path) -> list[int]:
    return sorted(int(p.name.split("-")[1]) for p in RunPaths(run_dir).checkpoints.iterdir())


def test_the_best_and_the_newest_stay(workspace: Workspace) -> None:
    run_dir = run_with(workspace)
    assert pruned(run_dir, 1) == [10, 30]
    assert steps(run_dir) == [20, 40]
    (event,) = [e for e in read_events(run_dir) if e.type == "checkpoints_removed"]
    assert event.data["steps"] == [10, 30]
    assert pruned(run_dir, 1) == []


@pytest.mark.parametrize(("keep", "left"), [(0, [10, 20, 30, 40]), (2, [20, 30, 40]), (9, [10, 20, 30, 40])])
def test_as_many_as_asked_for(workspace: Workspace, keep: int, left: list[int]) -> None:
    run_dir = run_with(workspace)
    pruned(run_dir, keep)
    assert steps(run_dir) == left


@pytest.mark.parametrize(("rows", "objective"), [(EVALUATED, "sft"), (KTO, "kto")], ids=["eval_loss", "kto"])
def test_the_best_is_the_one_that_is_shown(workspace: Workspace, rows: list[dict[str, object]], objective: str) -> None:
    run_dir = run_with(workspace, rows, objective)
    (shown,) = [c.info.step for c in ranked_checkpoints(run_dir) if c.is_best]
    assert shown == 20
    assert 20 not in pruned(run_dir, 1, rows, objective)


def test_pinned_ones_stay_until_they_are_let_go(workspace: Workspace) -> None:
    run_dir, context = run_with(workspace), open_context(workspace.root)
    assert pin_checkpoint(context, f"{run_dir.name}@10").as_dict() == {
        "run_id": run_dir.name,
        "step": 10,
        "pinned": True,
    }
    assert pin_checkpoint(context, run_dir.name).step == 20
    assert pruned(run_dir, 1) == [30]
    pin_checkpoint(context, f"{run_dir.name}@10", pinned=False)
    assert [c.pinned for c in ranked_checkpoints(run_dir)] == [False, True, False]
    assert pruned(run_dir, 1) == [10]


def test_what_cannot_be_read_keeps_everything(workspace: Workspace) -> None:
    run_dir = run_with(workspace)
    RunPaths(run_dir).manifest.write_text("{")
    assert pruned(run_dir, 1) == []


def test_a_half_written_checkpoint_is_neither_counted_nor_removed(workspace: Workspace) -> None:
    run_dir = run_with(workspace)
    (RunPaths(run_dir).checkpoints / "checkpoint-40" / "complete.json").unlink()
    assert pruned(run_dir, 1) == [10]
    assert steps(run_dir) == [20, 30, 40]


def test_what_an_earlier_attempt_left_of_one_goes_too(workspace: Workspace) -> None:
    run_dir = run_with(workspace)
    left = RunPaths(run_dir).checkpoints / ".checkpoint-10.removed"
    left.mkdir()
    (left / "optimizer.pt").write_bytes(b"half")
    assert pruned(run_dir, 1) == [10, 30]
    assert not left.exists()
    assert steps(run_dir) == [20, 40]


def test_a_checkpoint_that_cannot_be_removed_ends_no_training(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> None:
        raise OSError(30, "Read-only file system", str(path))

    run_dir = run_with(workspace)
    monkeypatch.setattr("shutil.rmtree", refused)
    assert pruned(run_dir, 1) == []
    (warning,) = [e for e in read_events(run_dir) if e.type == "warning"]
    assert warning.message.startswith("old checkpoints could not be removed")


def test_other_tools_runs_are_not_pinned(workspace: Workspace) -> None:
    from tests.support.foreign_runs import hf_trainer_run

    made = hf_trainer_run(workspace.root / "out" / "trl")
    with pytest.raises(ConfigurationError, match="read-only"):
        pin_checkpoint(open_context(workspace.root), str(made))


def test_needs_the_standard_library_only() -> None:
    assert run_python("import Trainers.common.pruning", standard_library_only=True).returncode == 0
