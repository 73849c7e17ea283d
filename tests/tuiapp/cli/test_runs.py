"""tuner runs …"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command_line import start_tuner
from tests.support.fake_trainers import NEVER_ENDS, TRAINS, fake_run
from tests.support.run_builder import build_run, metric_row
from tests.support.waiting import wait_for
from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.cli.test_train import RUN_KEYS
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.start import start_supervisor
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import read_state

NAN = float("nan")
ROWS = [
    metric_row(1, loss=2.0, grad_norm=NAN),
    metric_row(2, loss=float("inf")),
    metric_row(2, loss=1.5),
    metric_row(2, train_runtime=9.0),
    metric_row(3, loss=1.0),
]
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202egnp.exe \x1b[31mred\x1b[0m\x9b1m tail"


def ended(workspace: Workspace, name: str = "tools", run_id: str | None = None, **fields: object) -> Path:
    return build_run(workspace.runs, name=name, run_id=run_id, **fields)


def test_list_is_newest_first_with_the_documented_keys(tuner: CommandLine) -> None:
    old = ended(tuner.workspace, run_id="20261119-100000-sft-tools-0001", state=RunState.FAILED)
    new = ended(tuner.workspace, run_id="20261120-100000-sft-tools-0001", rows=ROWS)
    (tuner.workspace.runs / "not-a-run").mkdir()
    found = tuner.json("runs", "list")
    assert [r["id"] for r in found] == [new.name, old.name]
    assert all(r.keys() >= RUN_KEYS for r in found)
    assert (found[0]["metrics"]["loss"], found[0]["metrics"]["train_runtime"]) == (1.0, 9.0)
    assert [r["id"] for r in tuner.json("runs", "list", "--state", "failed")] == [old.name]
    assert len(tuner.json("runs", "list", "--limit", "1")) == 1
    table = tuner("runs", "list").out
    assert table.index(new.name) < table.index(old.name)


def test_an_empty_workspace_says_how_to_begin(tuner: CommandLine) -> None:
    assert tuner.json("runs", "list") == []
    done = tuner("runs", "list")
    assert (done.code, done.out) == (0, "")
    assert "tuner train" in done.err


def test_a_broken_run_is_listed_all_the_same(tuner: CommandLine) -> None:
    broken = ended(tuner.workspace)
    RunPaths(broken).state.write_text("{")
    RunPaths(broken).manifest.write_text("")
    (found,) = tuner.json("runs", "list")
    assert (found["id"], found["state"]) == (broken.name, "unreadable")
    assert "state.json" in found["error"]["message"] and "manifest.json" in found["error"]["message"]
    assert tuner.json("runs", "show", broken.name)["artifacts"] == []
    assert tuner.error("runs", "cancel", broken.name, expected=2)["hint"]
    assert tuner("runs", "delete", broken.name).code == 0


def test_show_adds_details(tuner: CommandLine) -> None:
    artifact = {"kind": "adapter", "path": "final_model", "bytes": 1234, "sha256": "ab" * 32}
    run = ended(tuner.workspace, manifest={"artifacts": [artifact], "versions": {"trl": "1"}, "job": {"seed": 1}})
    found = tuner.json("runs", "show", run.name)
    assert found.keys() >= RUN_KEYS | {"job", "versions", "hardware", "artifacts", "events"}
    assert found["artifacts"] == [artifact]
    assert [e["type"] for e in found["events"]] == ["created"]
    out = tuner("runs", "show", run.name).out
    assert "final_model" in out and "1.2 KB" in out and run.name in out


def test_a_run_is_found_by_name_and_by_the_ends_of_its_id(tuner: CommandLine) -> None:
    ended(tuner.workspace, run_id="20261119-100000-sft-tools-aaaa", name="older")
    run = ended(tuner.workspace, run_id="20261120-100000-sft-tools-bbbb", name="mine")
    for reference in (run.name, "mine", "bbbb", "20261120"):
        assert tuner.json("runs", "show", reference)["id"] == run.name
    assert "fits 2 runs" in tuner.error("runs", "show", "202611", expected=4)["message"]


def test_metrics_are_merged_and_what_is_not_finite_is_null_and_counted(tuner: CommandLine) -> None:
    run = ended(tuner.workspace, rows=ROWS)
    found = tuner.json("runs", "metrics", run.name)
    assert found.keys() == {"columns", "rows", "nonfinite"}
    table = [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]
    assert [(r["step"], r["loss"], r["grad_norm"], r["train_runtime"]) for r in table] == [
        (1, 2.0, None, None),
        (2, 1.5, None, 9.0),
        (3, 1.0, None, None),
    ]
    assert found["nonfinite"] == 1
    lines = tuner("runs", "metrics", run.name).out.splitlines()
    assert lines[0].startswith("step\t")
    assert len(lines) == 4


def test_hostile_text_in_a_log_is_printed_inert(tuner: CommandLine) -> None:
    run = ended(tuner.workspace)
    RunPaths(run).console.write_bytes(b"first\n 10%\r 99%\r100%\n\xff\xfe\n" + HOSTILE.encode() + b"\nlast")
    lines = ["first", "100%", "\ufffd\ufffd", "gnp.exe red tail", "last"]
    assert tuner.json("runs", "logs", run.name) == {"run_id": run.name, "lines": lines}
    assert tuner("runs", "logs", run.name).out == "".join(f"{line}\n" for line in lines)
    assert tuner("runs", "logs", run.name, "--tail", "2").out == "gnp.exe red tail\nlast\n"


def test_only_lines_of_a_log_that_match(tuner: CommandLine) -> None:
    run = ended(tuner.workspace)
    path = RunPaths(run).console
    path.write_text("one error\nTwo\nthree\nValueError: four\nfive Error\nsix")
    assert tuner("runs", "logs", run.name, "--grep", "t.?o|six").out == "Two\nsix\n"
    assert tuner("runs", "logs", run.name, "--grep", "T").out == "Two\n"
    assert tuner("runs", "logs", run.name, "--errors").out == "one error\nValueError: four\nfive Error\n"
    assert tuner("runs", "logs", run.name, "--errors", "--grep", "o", "--tail", "1").out == "five Error\n"
    assert tuner.json("runs", "logs", run.name, "--errors", "--grep", "f")["lines"] == [
        "ValueError: four",
        "five Error",
    ]
    assert "has no such line in its log" in tuner("runs", "logs", run.name, "--grep", "seven").err
    refused = tuner.error("runs", "logs", run.name, "--grep", "a(b", expected=2)
    assert "missing ), unterminated subpattern at character 2" in refused["message"]


def test_the_end_of_a_large_log_and_more_than_its_end(tuner: CommandLine) -> None:
    run = ended(tuner.workspace)
    lines = [f"line {n} {'x' * 100}" for n in range(60_000)]
    RunPaths(run).console.write_text("\n".join(lines))
    assert tuner("runs", "logs", run.name, "--tail", "3").out.splitlines() == lines[-3:]
    assert tuner("runs", "logs", run.name, "--tail", "50000").out.splitlines() == lines[-50_000:]
    assert len(tuner("runs", "logs", run.name).out.splitlines()) == len(lines)


def test_a_run_that_has_written_nothing(tuner: CommandLine) -> None:
    run = ended(tuner.workspace)
    done = tuner("runs", "logs", run.name)
    assert (done.code, done.out) == (0, "")
    assert "nothing yet" in done.err


def test_a_log_is_followed_to_the_runs_end(tuner: CommandLine) -> None:
    run = fake_run(tuner.workspace, 'print("before", flush=True)\n' + TRAINS)
    start_supervisor(run)
    done = tuner("runs", "logs", run.name, "--follow")
    assert done.code == 0
    assert done.out == "before\ntraining is over\n"


def test_matching_lines_are_followed_and_a_new_beginning_is_told(tuner: CommandLine) -> None:
    trains = """import time
from pathlib import Path
print("an error", flush=True)
print("half of an", end="", flush=True)
time.sleep(0.5)
print(" error", flush=True)
while not Path("seen").exists():
    time.sleep(0.01)
"""
    run = fake_run(tuner.workspace, trains + TRAINS)
    start_supervisor(run)
    following = start_tuner("runs", "logs", run.name, "--follow", "--errors", "--workspace", tuner.workspace.root)
    assert following.stdout is not None
    assert [following.stdout.readline() for _ in range(2)] == ["an error\n", "half of an error\n"]
    RunPaths(run).console.write_text("anew: an error\n")
    assert following.stdout.readline() == "anew: an error\n"
    (run / "seen").touch()
    rest, told = following.communicate(timeout=60)
    assert (following.returncode, rest) == (0, "")
    assert "the log was truncated and begins anew" in told


def test_wait_exits_0_only_where_the_run_succeeded(tuner: CommandLine) -> None:
    assert tuner.json("runs", "wait", ended(tuner.workspace).name)["state"] == "succeeded"
    error = {"class": "user", "code": "NAN_LOSS", "message": "the loss became nan", "hint": "lower it"}
    failed = ended(tuner.workspace, state=RunState.FAILED, state_patch={"error": error})
    assert tuner.json("runs", "wait", failed.name, expected=1)["error"] == error
    assert "failed: the loss became nan [NAN_LOSS]\n  hint: lower it" in tuner("runs", "wait", failed.name).err
    paused = ended(tuner.workspace, state=RunState.PAUSED)
    assert tuner.json("runs", "wait", paused.name, expected=1)["run_id"] == paused.name


def test_cancel_waits_until_it_has_ended(tuner: CommandLine) -> None:
    run = fake_run(tuner.workspace, NEVER_ENDS)
    start_supervisor(run)
    wait_for((run / "started").exists)
    done = tuner("runs", "cancel", run.name)
    assert (done.code, done.out) == (0, "")
    assert f"{run.name} cancelled" in done.err
    assert "already ended" in tuner.error("runs", "cancel", run.name, expected=2)["message"]


def test_a_queued_run_is_cancelled(tuner: CommandLine) -> None:
    run = fake_run(tuner.workspace, TRAINS)
    found = tuner.json("runs", "cancel", run.name)
    assert (found["run_id"], found["state"]) == (run.name, "cancelled")


def test_delete_removes_an_ended_run_and_refuses_a_live_one(tuner: CommandLine) -> None:
    run, queued = ended(tuner.workspace), fake_run(tuner.workspace, TRAINS)
    assert tuner.json("runs", "delete", run.name) == {"run_id": run.name, "deleted": True}
    assert "is queued" in tuner.error("runs", "delete", queued.name, expected=2)["message"]
    assert [p.name for p in tuner.workspace.runs.iterdir()] == [queued.name]


def test_another_hosts_live_run_cannot_be_deleted(tuner: CommandLine) -> None:
    run = ended(tuner.workspace, state=RunState.RUNNING, state_patch={"host": "elsewhere"})
    assert "is running on elsewhere" in tuner.error("runs", "delete", run.name, expected=2)["message"]
    assert read_state(run).state is RunState.RUNNING


def test_a_run_that_cannot_be_removed_is_told(tuner: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: Path, other: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    run = ended(tuner.workspace)
    monkeypatch.setattr(Path, "rename", refused)
    assert "Permission denied" in tuner.error("runs", "delete", run.name, expected=2)["message"]


def test_whoever_looks_notices_a_supervisor_that_died(tuner: CommandLine) -> None:
    from tuner.jobs.identity import boot_id, host_name

    gone = {"pid": 2**22 - 1, "started": 1.0}
    patch = {"host": host_name(), "boot_id": boot_id(), "supervisor": gone}
    run = ended(tuner.workspace, state=RunState.RUNNING, state_patch=patch)
    (found,) = tuner.json("runs", "list")
    assert (found["state"], found["error"]["code"]) == ("failed", "TRAINER_KILLED")
    assert json.loads(RunPaths(run).state.read_bytes())["state"] == "failed"
