"""What a run tells of the machine it ran on; real trainers, a stand-in for the driver of GPUs."""

from __future__ import annotations

import json
import logging
import os
import threading
from pathlib import Path

import pytest

from tests.support.fake_trainers import TRAINS, fake_run
from tests.support.nvml import FakeNvml
from tests.support.run_builder import build_run
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.jobs.peaks import peak_memory
from tuner.jobs.samples import Sampler
from tuner.jobs.supervisor import Supervisor
from tuner.machine.gpus import GpuReader
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

WAITS_FOR_SAMPLES = """
def work(payload, reporter):
    reporter.phase(Phase.TRAINING)
    reporter.progress(7, 9)
    kept = bytearray(50_000_000)
    while not any(p.stat().st_size > 500 for p in (run_dir / "logs").glob("system_*.jsonl")):
        sum(range(10_000))
    return True
sys.exit(run_script(work))
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuner.jobs.samples.EVERY", 0.1)
    monkeypatch.setattr("tuner.jobs.samples.FIRST", 0.1)


def rows_of(run_dir: Path) -> list[dict[str, object]]:
    files = sorted(RunPaths(run_dir).logs.glob("system_*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


@pytest.mark.usefixtures("quick")
def test_samples_are_metric_rows_of_the_run(workspace: Workspace) -> None:
    run_dir = fake_run(workspace, WAITS_FOR_SAMPLES)
    assert Supervisor(run_dir).run() == 0
    rows = rows_of(run_dir)
    last = rows[-1]
    assert last["step"] == 7 and str(last["timestamp"]).endswith("Z")
    elapsed = [float(str(r["elapsed_seconds"])) for r in rows]
    assert elapsed == sorted(elapsed) and 0 < elapsed[-1] < 300
    assert max(float(str(r["system/trainer_memory_gb"])) for r in rows) > 0.05
    assert max(float(str(r.get("system/trainer_cpu_percent", 0))) for r in rows) > 1
    assert 0 <= float(str(last["system/host_cpu_percent"])) <= 100
    assert 0 < float(str(last["system/host_memory_percent"])) <= 100
    results = read_manifest(run_dir)["results"]
    assert isinstance(results, dict) and results["peak_memory_gb"] > 0.05


@pytest.mark.usefixtures("quick")
def test_gpus_are_sampled_each_with_its_number(workspace: Workspace) -> None:
    run_dir = build_run(workspace.runs)
    sampler = Sampler(run_dir, os.getpid(), GpuReader(lambda: FakeNvml(count=2)))
    sampler.start()
    wait_for(lambda: rows_of(run_dir), 20)
    sampler.stop()
    row = rows_of(run_dir)[0]
    assert row["step"] == 0, "no step is known yet"
    for gpu in ("gpu0", "gpu1"):
        assert row[f"system/{gpu}_utilization_percent"] == 98
        assert row[f"system/{gpu}_memory_gb"] == 61.0
        assert row[f"system/{gpu}_temperature_c"] == 71
        assert row[f"system/{gpu}_power_w"] == 655.5
    assert peak_memory(run_dir)["peak_gpu_memory_gb"] == 61.0


@pytest.mark.usefixtures("quick")
def test_samples_that_fail_are_told_once_and_hurt_nothing(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failed: list[int] = []

    def fails(path: Path, line: str) -> None:
        failed.append(1)
        raise OSError("No space left on device")

    monkeypatch.setattr("tuner.jobs.samples.append_line", fails)
    code = TRAINS.replace("def work(payload, reporter):", "def work(payload, reporter):\n    time.sleep(1.0)")
    with caplog.at_level(logging.WARNING, "tuner.jobs.samples"):
        assert Supervisor(fake_run(workspace, code)).run() == 0
    assert len(failed) > 1
    assert [r.message for r in caplog.records].count("the machine could not be sampled") == 1


@pytest.mark.usefixtures("quick")
def test_a_driver_that_hangs_keeps_nobody_waiting(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Hangs(GpuReader):
        def read(self) -> list[object]:  # type: ignore[override]  # never returns any
            release.wait(60)
            return []

    monkeypatch.setattr("tuner.jobs.samples.GpuReader", Hangs)
    try:
        run_dir = fake_run(workspace, TRAINS)
        assert Supervisor(run_dir).run() == 0
        assert rows_of(run_dir) == []
    finally:
        release.set()


def test_a_run_without_samples_has_no_peaks(workspace: Workspace) -> None:
    assert peak_memory(build_run(workspace.runs)) == {}


def test_lines_that_are_no_rows_are_passed_over(workspace: Workspace) -> None:
    run_dir = build_run(workspace.runs)
    row = {"step": 1, "system/trainer_memory_gb": 2.5, "system/gpu0_memory_gb": 11.0}
    text = (
        json.dumps(row) + "\nnot json\n" + json.dumps({**row, "system/trainer_memory_gb": 1.0}) + '\n{"step": 2, "sys'
    )
    (run_dir / "logs" / "system_20261120_100000.jsonl").write_text(text)
    assert peak_memory(run_dir) == {"peak_memory_gb": 2.5, "peak_gpu_memory_gb": 11.0}
