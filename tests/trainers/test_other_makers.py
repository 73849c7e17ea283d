"""Output directories that other tools really made: shown, ranked and adopted as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import real_makers
from tests.support.foreign_runs import age, snapshot
from tuner.config.workspace import Workspace
from tuner.discovery.references import find_folder, ranked_checkpoints
from tuner.discovery.run_folders import run_folders_in
from tuner.discovery.summaries import summarise_folder
from tuner.jobs.adopt import adopt
from tuner.runs.event_files import event_files
from tuner.runs.metric_reader import MetricReader, read_history
from tuner.runs.summary import RunSummary, summarise

pytestmark = pytest.mark.training


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("makers")


@pytest.fixture(scope="module")
def hugging_face(place: Path) -> Path:
    return real_makers.hugging_face(place / "hf")


@pytest.fixture(scope="module")
def trl(place: Path, hugging_face: Path) -> Path:
    return real_makers.trl_sft(place / "trl", hugging_face.parent / "model")


@pytest.fixture(scope="module")
def mlx_lm(place: Path, hugging_face: Path) -> Path:
    pytest.importorskip("mlx_lm")
    return real_makers.mlx_lm(place / "mlx", hugging_face.parent / "model")


def summary_of(run: Path) -> RunSummary:
    (folder,) = run_folders_in(Workspace(run.parent))
    assert folder.path == run
    return summarise_folder(folder)


def test_a_plain_trainer_script(hugging_face: Path) -> None:
    before = snapshot(hugging_face)
    summary = summary_of(hugging_face)
    assert (summary.name, summary.source, summary.state) == ("hf/out", "huggingface", "succeeded")
    assert (summary.step, summary.total_steps, summary.method) == (6, 6, "full")
    assert summary.best is not None
    assert summary.best["by"] == "eval_loss"
    checkpoints = ranked_checkpoints(hugging_face)
    assert [c.info.step for c in checkpoints] == [-1, 2, 4, 6]
    assert sum(c.is_best for c in checkpoints) == 1
    history = read_history(hugging_face)
    assert history.steps == [1, 2, 3, 4, 5, 6]
    assert len(history.series("eval_loss")[0]) == 3
    assert history.series("train_loss")[0] == [6]
    assert snapshot(hugging_face) == before


def test_its_event_files_alone_tell_the_same(hugging_face: Path, tmp_path: Path) -> None:
    run = tmp_path / "tb"
    run.mkdir()
    (source,) = event_files(hugging_face)
    (run / source.name).write_bytes(source.read_bytes())
    reader = MetricReader(run)
    reader.refresh()
    assert reader.skipped == 0
    recorded = read_history(hugging_face)
    for name in ("loss", "eval_loss", "grad_norm", "learning_rate"):
        steps, values = reader.history.series(name)
        assert list(steps) == list(recorded.series(name)[0])
        assert list(values) == pytest.approx(list(recorded.series(name)[1]))


def test_a_trl_script(trl: Path) -> None:
    summary = summary_of(trl)
    assert (summary.source, summary.objective, summary.method, summary.model) == ("huggingface", "sft", "lora", "model")
    assert (summary.state, summary.step) == ("succeeded", 4)
    assert "mean_token_accuracy" in summary.metrics
    assert [c.info.step for c in ranked_checkpoints(trl)] == [2, 4]


def test_the_mlx_lm_command_line(mlx_lm: Path) -> None:
    summary = summary_of(mlx_lm)
    assert (summary.source, summary.method, summary.model, summary.dataset) == ("mlx-lm", "lora", "model", "data")
    assert (summary.state, summary.step, summary.total_steps) == ("succeeded", 6, 6)
    history = read_history(mlx_lm)
    assert history.series("loss")[0] == [1, 2, 3, 4, 5, 6]
    assert history.series("eval_loss")[0] == [1, 3, 6]
    assert [c.info.step for c in ranked_checkpoints(mlx_lm)] == [-1, 4]
    assert summary.best is not None


@pytest.mark.parametrize("maker", ["hugging_face", "trl", "mlx_lm"])
def test_adopted_it_is_a_run_like_any_other(maker: str, workspace: Workspace, request: pytest.FixtureRequest) -> None:
    run: Path = age(request.getfixturevalue(maker))
    before = snapshot(run)
    best = [c.info.step for c in ranked_checkpoints(run) if c.is_best]
    elsewhere = Workspace(run.parent)
    ours = adopt(workspace, find_folder(elsewhere, str(run)))
    assert snapshot(run) == before
    assert summarise(ours).state == "succeeded"
    assert [c.info.step for c in ranked_checkpoints(ours) if c.is_best] == best
    assert read_history(ours).series("loss") == read_history(run).series("loss")
