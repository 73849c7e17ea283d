"""Before launch: memory and time in words and JSON. After a run out of memory: the fix, and the run that it makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.fake_trainers import TRAINS
from tests.support.pretender import pretend
from tests.support.run_builder import build_run, metric_row
from tests.tuiapp.cli.conftest import CommandLine
from tuner.config.workspace import Workspace
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import patch_manifest

SHAPE = {
    "model_type": "llama",
    "hidden_size": 2048,
    "num_hidden_layers": 16,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "intermediate_size": 8192,
    "vocab_size": 128256,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": True,
}
CONFIG = """\
# as large as it may be
objective: sft
model: {base_model: models/tiny}
datasets: {training: data/train.jsonl, validation_fraction: 0.2}   # the rows
schedule:
  epochs: 1
  per_device_train_batch_size: 8   # why not
  sequence_length: 1024
"""
HUNGRY = """
def hungry(payload, reporter):
    if payload.arguments["per_device_train_batch_size"] > 4:
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    return work(payload, reporter)
sys.exit(run_script(hungry))
"""


@pytest.fixture
def config(furnished: Workspace) -> Path:
    """Of a model of 1.2 B parameters, whose weights are not here."""
    folder = furnished.root / "models" / "tiny"
    (folder / "config.json").write_text(json.dumps(SHAPE))
    (furnished.root / "big.yaml").write_text(CONFIG)
    return furnished.root / "big.yaml"


@pytest.fixture
def oom(config: Path, furnished: Workspace, tuner: CommandLine) -> Path:
    """A run that ran out of memory."""
    pretend(furnished, TRAINS.replace("sys.exit(run_script(work))", "") + HUNGRY)
    found = json.loads(tuner("train", config, "--backend", "cpu", "--tag", "big", "--json").out)
    assert found["error"]["code"] == "TRAINING_OOM"
    return Path(found["path"])


@pytest.fixture(autouse=True)
def _plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    _free(monkeypatch, 64_000_000_000)


def _free(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr("tuiapp.handlers.forecast.available_memory", lambda device, count=1: size)


def test_a_dry_run_tells_memory_tokens_and_time_as_json(tuner: CommandLine, config: Path) -> None:
    found = tuner.json("train", config, "--backend", "cpu", "--dry-run", "--set", "schedule.max_steps=3")["estimate"]
    parts = found["memory_bytes"]
    assert set(parts) == {"weights", "adapter", "gradients", "optimizer", "activations", "logits", "overhead"}
    assert parts["optimizer"] == 2 * parts["adapter"] == 2 * parts["gradients"]
    assert found["low_bytes"] < found["total_bytes"] < found["high_bytes"]
    assert found["total_bytes"] <= sum(parts.values())
    assert found["available_bytes"] > 0
    assert found["steps"] == 3
    assert "below" in found["confidence"]


def test_a_dry_run_tells_it_in_words(tuner: CommandLine, config: Path) -> None:
    words = ("train", config, "--backend", "cpu", "--dry-run", "--set", "schedule.max_steps=3")
    done = tuner(*words, "--set", "optimizations.enabled=[sequence_packing]")
    assert done.code == 0, done
    lines = {line.split()[0]: line for line in done.out.splitlines() if line.strip()}
    assert "at most at once (" in lines["memory"] and "are free" in lines["memory"]
    assert "weights" in done.out and "overhead" in done.out
    assert lines["tokens"].split()[1] == "24.58k"
    assert "(" in lines["time"] and "rule of thumb" in lines["estimate"]


def test_too_little_memory_is_a_warning_with_the_way_out(
    tuner: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _free(monkeypatch, 4_000_000_000)
    (issue,) = [
        i for i in tuner.json("train", config, "--backend", "cpu", "--dry-run")["issues"] if i["code"] == "MEMORY"
    ]
    assert (issue["severity"], issue["path"], issue["line"]) == ("warning", "schedule.batch_size", 5)
    assert "more than the 4.0 GB that are free" in issue["message"]
    assert "schedule.batch_size: 1, schedule.gradient_accumulation: 8" in issue["hint"]
    error = tuner.error("train", config, "--backend", "cpu", expected=2)
    assert "it will not fit" in error["message"]


def test_memory_that_may_be_too_little_is_only_said(
    tuner: CommandLine, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    estimate = tuner.json("train", config, "--backend", "cpu", "--dry-run")["estimate"]
    _free(monkeypatch, (estimate["total_bytes"] + estimate["high_bytes"]) // 2)
    issues = tuner.json("train", config, "--backend", "cpu", "--dry-run")["issues"]
    (issue,) = [i for i in issues if i["code"] == "MEMORY"]
    assert issue["severity"] == "info"
    assert issue["message"].startswith("it may not fit")
    _free(monkeypatch, estimate["high_bytes"] + 1)
    issues = tuner.json("train", config, "--backend", "cpu", "--dry-run")["issues"]
    assert "MEMORY" not in {i["code"] for i in issues}


def test_nothing_is_said_of_a_model_that_is_not_known(tuner: CommandLine, furnished: Workspace) -> None:
    done = tuner("train", furnished.root / "sft.yaml", "--backend", "cpu", "--dry-run")
    assert done.code == 0
    assert "memory and time are unknown until the model's config.json is here" in done.out


def test_time_goes_by_earlier_runs_alike(tuner: CommandLine, config: Path, furnished: Workspace) -> None:
    words = ("train", config, "--backend", "cpu", "--dry-run", "--set", "schedule.max_steps=3")
    words = (*words, "--set", "optimizations.enabled=[sequence_packing]")
    pretend(furnished, TRAINS)
    run = tuner.json(*(w for w in words if w != "--dry-run"))
    other = build_run(furnished.runs, name="other", rows=[metric_row(1, loss=1.0)])
    for path, rate in ((Path(run["path"]), 100.0), (other, 5.0)):
        patch_manifest(path, {"results": {"tokens_per_second": rate}})
    estimate = tuner.json(*words)["estimate"]
    assert estimate["seconds"] == pytest.approx(3 * 8 * 1024 / 100)
    assert estimate["seconds_low"] < estimate["seconds"] < estimate["seconds_high"]
    assert estimate["confidence"].endswith("time by an earlier run of the same model, method and backend")


def test_the_fix_is_a_difference_that_keeps_comments_and_names(tuner: CommandLine, oom: Path) -> None:
    fix = tuner.json("runs", "fix", oom.name)
    assert fix["run_id"] == oom.name
    changes = {c["path"]: c["after"] for c in fix["changes"]}
    assert changes == {"schedule.batch_size": 4, "schedule.gradient_accumulation": 2}
    assert fix["before"] == CONFIG
    assert fix["after"] == CONFIG.replace("batch_size: 8 ", "batch_size: 4 ") + "  gradient_accumulation: 2\n"
    assert fix["fits"] is True
    assert 0 < fix["needs_bytes"] < fix["available_bytes"]
    done = tuner("runs", "fix", oom.name)
    assert "-  per_device_train_batch_size: 8   # why not" in done.out
    assert "+  per_device_train_batch_size: 4   # why not" in done.out
    assert "schedule.batch_size: 8 -> 4" in done.out
    assert "should fit" in done.out
    assert f"tuner runs fix {oom.name} --start" in done.err


def test_the_fix_is_started_and_trains(tuner: CommandLine, oom: Path) -> None:
    found = tuner.json("runs", "fix", oom.name, "--start")
    assert (found["state"], found["name"], found["tags"]) == ("succeeded", "tiny-train", ["big"])
    assert found["id"] != oom.name
    text = RunPaths(Path(found["path"])).job.read_text()
    assert "per_device_train_batch_size: 4   # why not" in text
    assert "did not run out of memory" in tuner.error("runs", "fix", found["id"], expected=2)["message"]


def test_the_fix_can_be_left_to_itself(tuner: CommandLine, oom: Path) -> None:
    done = tuner("runs", "fix", oom.name, "--start", "--detach")
    assert done.code == 0
    assert "schedule.batch_size: 8 -> 4" in done.out
    started = done.out.splitlines()[-1]
    assert tuner.json("runs", "wait", started)["state"] == "succeeded"


def test_a_detached_fix_as_json_is_the_new_run(tuner: CommandLine, oom: Path) -> None:
    found = tuner.json("runs", "fix", oom.name, "--start", "--detach")
    assert found["run_id"] == found["id"] != oom.name
    assert tuner.json("runs", "wait", found["id"])["state"] == "succeeded"


def test_a_gpus_own_memory_counts(tuner: CommandLine, oom: Path) -> None:
    patch_manifest(oom, {"backend": "rtx", "hardware": {"gpus": [{"name": "x", "memory": 6_000_000_000}]}})
    fix = tuner.json("runs", "fix", oom.name)
    assert fix["available_bytes"] == 6_000_000_000
    assert fix["fits"] is True
    assert {c["path"] for c in fix["changes"]} >= {"schedule.batch_size"}


def test_where_nothing_is_left_it_says_what_else_there_is(tuner: CommandLine, oom: Path, furnished: Workspace) -> None:
    least = "objective: sft\nmodel: {base_model: models/tiny}\ndatasets: {training: data/train.jsonl}\n"
    least += "optimizations: {enabled: [gradient_checkpointing]}\nschedule: {batch_size: 1, sequence_length: 512}\n"
    RunPaths(oom).job.write_text(least)
    error = tuner.error("runs", "fix", oom.name, expected=2)
    assert "nothing is left to change" in error["message"]
    assert "qlora" in error["hint"]
    RunPaths(oom).job.write_text("objective: [")
    assert "not valid any more" in tuner.error("runs", "fix", oom.name, expected=2)["message"]


def test_a_run_that_is_not_there(tuner: CommandLine, furnished: Workspace) -> None:
    tuner.error("runs", "fix", "nobody", expected=4)


def test_a_text_with_yaml_aliases_is_written_anew(tuner: CommandLine, oom: Path) -> None:
    text = "objective: sft\nmodel: {base_model: models/tiny}\ndatasets: {training: data/train.jsonl}\n"
    text += "schedule: {batch_size: &n 8, gradient_accumulation: *n}\n"
    RunPaths(oom).job.write_text(text)
    fix = tuner.json("runs", "fix", oom.name)
    assert {c["path"]: c["after"] for c in fix["changes"]} == {
        "schedule.batch_size": 4,
        "schedule.gradient_accumulation": 16,
    }
    assert "gradient_accumulation: 16" in fix["after"]
    assert "batch_size" not in fix["after"]  # 4 is its default


def test_a_trainer_that_the_kernel_killed_may_have_run_out_of_memory(
    tuner: CommandLine, config: Path, furnished: Workspace
) -> None:
    pretend(furnished, "os.kill(os.getpid(), signal.SIGKILL)")
    killed = json.loads(tuner("train", config, "--backend", "cpu", "--json").out)
    assert killed["error"]["code"] == "TRAINER_KILLED"
    assert f"tuner runs fix {killed['id']}" in killed["error"]["hint"]
    fix = tuner.json("runs", "fix", killed["id"])
    assert fix["changes"][0]["path"] == "schedule.batch_size"


def test_a_run_whose_state_cannot_be_read_is_left_alone(tuner: CommandLine, oom: Path) -> None:
    RunPaths(oom).state.write_text("{")
    assert "did not run out of memory" in tuner.error("runs", "fix", oom.name, expected=2)["message"]
