"""The header: who and where, and how the machine stands while a run is live."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, add_live, add_sft, make_app, settled, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.messages import AroundRead
from tuiapp.screens.reading.around import AroundWatch, Machine
from tuiapp.screens.surroundings import Surroundings
from tuiapp.widgets.bars import TopBar
from tuiapp.widgets.chart.choice import groups_of
from tuiapp.widgets.machine_facts import gpu_facts, load_of, short_name
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.identity import boot_id, host_name, identify
from tuner.machine.gpus import GpuReading
from tuner.machine.host import HostReading

H200 = GpuReading(0, "NVIDIA H200", 98, 61_000_000_000, 141_000_000_000, 71, 655.5)
BUSY = Machine(HostReading(45.2, 12_300_000_000, 62_000_000_000), (H200,))


def on_machine(app: TunerApp, machine: Callable[[], Machine | None]) -> TunerApp:
    app.surroundings = replace(app.surroundings, machine=machine)
    return app


def header(app: TunerApp) -> str:
    return text_of(app.screen.query_one(TopBar)).rstrip()


async def test_it_says_who_and_where_and_while_a_run_is_live_how_the_machine_stands(workspace: Workspace) -> None:
    add_live(workspace)
    app = on_machine(make_app(workspace), lambda: BUSY)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "H200" in header(app))
        assert header(app).startswith("Tuner me@gpu-box:~/tune  Runs")
        assert header(app).endswith("H200 71°C 98% 61/141G · cpu 45% · mem 12/62G · disk 412 GB free · 14:32")


async def test_small_screens_keep_host_gpu_and_time(workspace: Workspace) -> None:
    add_live(workspace)
    app = on_machine(make_app(workspace), lambda: BUSY)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "H200" in header(app))
        assert "me@gpu-box" in header(app) and header(app).endswith("H200 71°C 98% 61/141G · disk 412 GB free · 14:32")


async def test_without_a_live_run_nobody_asks_the_machine(workspace: Workspace) -> None:
    asked: list[int] = []
    add_sft(workspace)
    app = on_machine(make_app(workspace), lambda: asked.append(1))
    async with app.run_test(size=MIDDLE) as pilot:
        await settled(pilot, app)
        await until(pilot, lambda: "disk 412 GB free · 14:32" in header(app))
        assert not asked and "cpu" not in header(app)


def test_only_what_reads_differently_is_told(tmp_path: Path) -> None:
    readings: list[Machine | None] = [BUSY]
    now = [0.0]
    around = AroundWatch(lambda: 412_000_000_000, lambda: readings[-1], lambda: now[0])

    def look(live: list[Path]) -> list[str] | None:
        now[0] += 10
        told = around.look(live)
        assert all(isinstance(m, AroundRead) for m in told)
        return [f.text for m in told if isinstance(m, AroundRead) for f in m.facts] if told else None

    run = [tmp_path / "none-such"]
    disk = "disk 412 GB free"
    assert look([]) == [disk]
    assert look([]) is None
    busy = ["H200 71°C 98% 61/141G", "cpu 45%", "mem 12/62G", disk]
    assert look(run) == busy
    readings.append(Machine(HostReading(45.4, 12_310_000_000, 62_000_000_000), (H200,)))
    assert look(run) is None, "it reads the same"
    readings.append(Machine(HostReading(80.0, 12_310_000_000, 62_000_000_000), (H200,)))
    assert look(run) == [busy[0], "cpu 80%", *busy[2:]]
    readings.append(None)
    assert look(run) is None, "nobody can tell: what was known stays"
    assert look([]) == [disk], "no run is live any more"


def test_an_unknown_disk_is_not_told() -> None:
    [told] = AroundWatch(lambda: None, lambda: None).look([])
    assert isinstance(told, AroundRead) and told.facts == ()


def test_whether_a_trainer_lives_is_known_on_its_own_machine_alone(workspace: Workspace) -> None:
    me = identify()
    gone = {"pid": me.pid, "started": me.started - 1000}
    here: dict[str, object] = {"host": host_name(), "boot_id": boot_id()}
    states: dict[str, dict[str, object]] = {
        "lives": {**here, "trainer": me.as_dict()},
        "gone": {**here, "trainer": gone},
        "before-the-reboot": {**here, "boot_id": "another", "trainer": me.as_dict()},
        "elsewhere": {"host": "elsewhere", "trainer": me.as_dict()},
        "none-yet": here,
    }
    live = [
        build_run(workspace.runs, run_id=f"20261120-1000{i:02}-sft-{name}-0000", state=RunState.RUNNING, state_patch=s)
        for i, (name, s) in enumerate(states.items())
    ]
    (live[4] / "state.json").write_text("{")
    [told] = AroundWatch(lambda: None, lambda: None).look(live)
    assert isinstance(told, AroundRead)
    assert {k.split("-", 3)[3][:-5]: v for k, v in told.trainers.items()} == {
        "lives": True,
        "gone": False,
        "before-the-reboot": False,
    }


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("NVIDIA H200", "H200"),
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA A100-SXM4-80GB", "A100"),
        ("NVIDIA H100 80GB HBM3", "H100"),
        ("Tesla T4", "T4"),
        ("NVIDIA RTX 6000 Ada Generation", "RTX 6000 Ada Generation"),
        ("NVIDIA", "NVIDIA"),
    ],
)
def test_gpus_have_short_names(full: str, short: str) -> None:
    assert short_name(full) == short


def test_many_gpus_are_told_together_and_the_unknown_is_left_out() -> None:
    many = [replace(H200, index=i, temperature_c=60.0 + i) for i in range(8)]
    assert [f.text for f in gpu_facts(many)] == ["8× H200 67°C 98% 488/1128G"]
    assert [f.text for f in gpu_facts(many[:2])] == ["H200 60°C 98% 61/141G", "H200 61°C 98% 61/141G"]
    small = GpuReading(0, "NVIDIA GeForce RTX 3060", None, 1_540_000_000, 12_000_000_000, None)
    assert [f.text for f in gpu_facts([small, GpuReading(1, "Odd")])] == ["RTX 3060 1.5/12G", "Odd"]
    assert load_of([small]) is None and gpu_facts([]) == []


def test_a_user_without_variables_is_named_by_the_machines_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME"):
        monkeypatch.delenv(name, raising=False)
    assert Surroundings.of(tmp_path).place.startswith(f"{pwd.getpwuid(os.getuid()).pw_name}@")

    def unknown(uid: int) -> pwd.struct_passwd:
        raise KeyError(uid)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert Surroundings.of(tmp_path).place.startswith(f"{os.getuid()}@")
    monkeypatch.setenv("LOGNAME", "ada")
    assert Surroundings.of(tmp_path).place.startswith("ada@")


def test_the_real_machine_is_read(tmp_path: Path) -> None:
    machine = Surroundings.of(tmp_path).machine
    for _ in range(2):
        read = machine()
        assert read is not None and read.host.memory_total > 0


def test_samples_have_charts_after_all_others_one_for_all_gpus() -> None:
    gpus = [f"system/gpu{i}_{n}" for i in (0, 1) for n in ("utilization_percent", "memory_gb")]
    host = ["system/trainer_memory_gb", "system/trainer_cpu_percent", "system/host_cpu_percent"]
    assert [g.names for g in groups_of([*host, *gpus, "loss", "odd"])] == [
        ("loss",),
        ("odd",),
        ("system/trainer_memory_gb",),
        ("system/trainer_cpu_percent", "system/host_cpu_percent"),
        ("system/gpu0_utilization_percent", "system/gpu1_utilization_percent"),
        ("system/gpu0_memory_gb", "system/gpu1_memory_gb"),
    ]


async def test_samples_are_drawn_with_the_metrics_of_a_run(workspace: Workspace) -> None:
    run_dir = add_live(workspace)
    row = '{"step": %d, "timestamp": "2026-11-20T10:05:00.000Z", "system/host_cpu_percent": %d}\n'
    (run_dir / "logs" / "system_20261120_100000.jsonl").write_text("".join(row % (s, s) for s in range(1, 90)))
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        await until(pilot, lambda: "212/300" in shown(app))
        for _ in range(6):
            if "host_cpu" in shown(app):
                break
            await screen.do("chart.metric")
            await pilot.pause()
        assert "host_cpu" in shown(app)
