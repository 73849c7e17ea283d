"""Names of runs, files and steps; rows as a trainer writes them."""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs import layout
from tuner.runs.layout import RUN_ID, RunPaths, checkpoint_step, metric_file_name, new_run_id, slugify, utc_now
from tuner.runs.metric_reader import read_history
from tuner.runs.rows import MetricRowWriter

NOON = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


@given(st.text(), st.text())
def test_a_run_id_is_well_formed_whatever_the_name(objective: str, name: str) -> None:
    run_id = new_run_id(objective, name, NOON)
    assert RUN_ID.fullmatch(run_id)
    assert run_id.startswith("20261122-120005-")
    assert len(run_id) < 100


def test_two_runs_of_one_second_differ() -> None:
    assert len({new_run_id("sft", "tools", NOON) for _ in range(20)}) > 10


@given(st.text(), st.integers(1, 40))
def test_slugs(text: str, limit: int) -> None:
    slug = slugify(text, limit)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= max(limit, len("run"))


@pytest.mark.parametrize(("text", "slug"), [("Qwen3-4B / Tools!", "qwen3-4b-tools"), ("", "run"), ("../..", "run")])
def test_slugs_of_names(text: str, slug: str) -> None:
    assert slugify(text) == slug


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("checkpoint-50", 50),
        ("checkpoint-007", 7),
        ("checkpoint-", None),
        ("checkpoint-5.tmp", None),
        ("xcheckpoint-5", None),
    ],
)
def test_the_step_of_a_checkpoint(name: str, step: int | None) -> None:
    assert checkpoint_step(Path("run") / name) == step


def test_times_are_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", utc_now())


def test_where_the_files_of_a_run_lie(tmp_path: Path) -> None:
    paths = RunPaths(tmp_path / "20261122-120005-sft-tools-0a1b")
    assert paths.run_id == "20261122-120005-sft-tools-0a1b"
    files = ["manifest.json", "state.json", "control.json", "job.yaml", "payload.json", "launch.json", "events.jsonl"]
    others = ["heartbeat", "logs", "checkpoints", "final_model"]
    for name in files + others:
        assert getattr(paths, name.partition(".")[0]) == paths.root / name
    assert paths.console == paths.root / "console.log"
    assert paths.metric_files() == []
    paths.logs.mkdir(parents=True)
    for stamp in ("20261122_120006", "20261122_120005"):
        (paths.logs / f"training_{stamp}.jsonl").touch()
    (paths.logs / "training_latest.jsonl").symlink_to("training_20261122_120006.jsonl")
    assert [p.name for p in paths.metric_files()] == [f"training_20261122_12000{n}.jsonl" for n in (5, 6)]


def test_rows_carry_step_and_times_and_keep_the_trainers_names(tmp_path: Path) -> None:
    writer = MetricRowWriter(tmp_path / "logs")
    writer.write(5, {"loss": 2.0, "rewards/margins": 0.1})
    writer.write(10, {"loss": math.nan, "grad_norm": math.inf, "note": None})
    first, second = [json.loads(line) for line in writer.path.read_text(encoding="utf-8").splitlines()]
    assert list(first) == ["step", "timestamp", "elapsed_seconds", "interval_time", "loss", "rewards/margins"]
    assert second["elapsed_seconds"] >= first["elapsed_seconds"] >= 0
    assert "NaN" in writer.path.read_text(encoding="utf-8")
    history = read_history(tmp_path)
    assert history.steps == [5, 10]
    assert history.row(10)["grad_norm"] == math.inf


def test_tokens_go_on_over_attempts(tmp_path: Path) -> None:
    first = MetricRowWriter(tmp_path / "logs")
    for step in (5, 10, 15):
        first.write(step, {"num_tokens": 20.0 * step})
    first.write(15, {"num_tokens": 300.0, "train_runtime": 1.0})
    with first.path.open("ab") as file:
        file.write(b'["num_tokens"]\n{"step": 11, "num_tokens"\n')
    second = MetricRowWriter(tmp_path / "logs")
    second.go_on_after(10)
    second.write(11, {"num_tokens": 50.0})
    second.write(12, {"num_tokens": None, "loss": 1.0})
    third = MetricRowWriter(tmp_path / "logs")
    third.go_on_after(11)
    third.write(12, {"num_tokens": 1.0})
    assert read_history(tmp_path).series("num_tokens") == ([5, 10, 11, 12], [100.0, 200.0, 250.0, 251.0])


def test_an_attempt_from_the_start_counts_from_nothing(tmp_path: Path) -> None:
    MetricRowWriter(tmp_path / "logs").write(5, {"num_tokens": 100.0})
    again = MetricRowWriter(tmp_path / "logs")
    again.go_on_after(0)
    again.write(5, {"num_tokens": 7.0})
    assert read_history(tmp_path).latest()["num_tokens"] == 7.0


def test_attempts_of_one_second_have_files_of_their_own_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuner.runs.rows.metric_file_name", lambda: metric_file_name(NOON))
    writers = [MetricRowWriter(tmp_path / "logs") for _ in range(3)]
    for step, writer in enumerate(writers, 1):
        writer.write(step, {"loss": float(step)})
    assert [w.path.name for w in writers] == [f"training_20261122_120005{s}.jsonl" for s in ("", "_2", "_3")]
    assert RunPaths(tmp_path).metric_files() == [w.path for w in writers]
    assert layout.metric_file_name(NOON) == "training_20261122_120005.jsonl"
