"""tuner checkpoints … and tuner upload."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.support.run_builder import build_run, metric_row
from tests.tuiapp.cli.conftest import CommandLine
from tuner.core.states import RunState
from tuner.runs.checkpoint_marker import mark_complete
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import read_manifest

ROWS = [
    metric_row(10, loss=2.0, eval_loss=1.0, eval_exact_match=0.25),
    metric_row(20, loss=1.0, eval_loss=0.5, eval_exact_match=0.75),
    metric_row(30, loss=0.5, eval_loss=0.75, eval_exact_match=0.5),
]
KEYS = {
    *("run_id", "step", "path", "is_final", "is_best", "score", "score_parts", "metrics", "complete", "bytes"),
    "pinned",
}
NEVER_OUT = (
    "optimizer.pt",
    "scheduler.pt",
    "rng_state.pth",
    "training_args.bin",
    "trainer_state.json",
    "ref/model.bin",
)


@pytest.fixture
def run(tuner: CommandLine) -> Path:
    made = build_run(tuner.workspace.runs, name="My tools", rows=ROWS, checkpoints=[10, 20, 30], torn_checkpoints=[40])
    for folder in RunPaths(made).checkpoints.iterdir():
        for name in (*NEVER_OUT, "tokenizer.json", "chat_template.jinja"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(f"{name} of {folder.name}")
        if (folder / "complete.json").exists():
            mark_complete(folder)
    return made


def test_checkpoints_are_listed_with_scores_and_one_is_best(tuner: CommandLine, run: Path) -> None:
    found = tuner.json("checkpoints", "list", run.name)
    assert all(c.keys() == KEYS for c in found)
    assert [c["step"] for c in found] == [10, 20, 30, 40]
    assert [c["complete"] for c in found] == [True, True, True, False]
    assert [c["score"] for c in found] == [0.25, 0.75, 0.5, None]
    assert [c["step"] for c in found if c["is_best"]] == [20]
    assert found[1]["score_parts"]["by"] == "eval_exact_match"
    table = tuner("checkpoints", "list", run.name).out
    assert "★" in table and "half-written" in table


def test_best_says_why_and_can_go_by_another_metric(tuner: CommandLine, run: Path) -> None:
    found = tuner.json("checkpoints", "best", run.name)
    assert found.keys() == KEYS | {"why"}
    assert found["step"] == 20
    assert "eval_exact_match" in found["why"]
    assert tuner.json("checkpoints", "best", run.name, "--by", "loss")["step"] == 30
    done = tuner("checkpoints", "best", run.name)
    assert done.out == f"{found['path']}\n"
    assert done.err == f"{found['why']}\n"


def test_checkpoints_are_pinned_and_let_go(tuner: CommandLine, run: Path) -> None:
    assert tuner.json("checkpoints", "pin", f"{run.name}@30") == {"run_id": run.name, "step": 30, "pinned": True}
    assert "20 is pinned" in tuner("checkpoints", "pin", run.name).err  # without @ the best
    assert [c["step"] for c in tuner.json("checkpoints", "list", run.name) if c["pinned"]] == [20, 30]
    assert "pinned" in tuner("checkpoints", "list", run.name).out
    assert "30 is not pinned" in tuner("checkpoints", "unpin", f"{run.name}@30").err
    assert [c["step"] for c in tuner.json("checkpoints", "list", run.name) if c["pinned"]] == [20]


def test_no_checkpoint_is_best_where_none_has_a_score(tuner: CommandLine) -> None:
    bare = build_run(tuner.workspace.runs, name="bare", state=RunState.FAILED)
    assert tuner.json("checkpoints", "list", bare.name) == []
    assert "no checkpoint yet" in tuner("checkpoints", "list", bare.name).err
    error = tuner.error("checkpoints", "best", bare.name, expected=4)
    assert error["code"] == "CHECKPOINT_NOT_FOUND"


def test_the_plan_writes_nothing(tuner: CommandLine, run: Path) -> None:
    found = tuner.json("upload", run.name, "--to", "dir:out", "--dry-run")
    assert (found["step"], found["target"]) == (20, f"dir:{tuner.workspace.root / 'out'}")
    assert {f["name"] for f in found["files"]} >= {"README.md", "tuner.json", "adapter_model.safetensors"}
    assert not any(f["overwrites"] for f in found["files"])
    done = tuner("upload", run.name, "--to", "dir:out", "--dry-run")
    assert "checkpoint-20" in done.out and "nothing was written" in done.out
    assert not (tuner.workspace.root / "out").exists()


def test_the_best_is_published_with_card_and_hashes_and_nothing_else(
    tuner: CommandLine, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_CANARY0123456789")
    found = tuner.json("upload", "My tools")
    target = tuner.workspace.root / "published" / "my-tools"
    assert (found["run_id"], found["published"], found["published_step"]) == (run.name, str(target), 20)
    assert {p.name for p in target.iterdir()} == {
        *("README.md", "tuner.json", "adapter_config.json", "adapter_model.safetensors"),
        *("tokenizer.json", "chat_template.jinja"),
    }
    record = json.loads((target / "tuner.json").read_bytes())
    assert (record["run_id"], record["step"]) == (run.name, 20)
    for name, digest in record["files"].items():
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == digest
    assert set(record["files"]) == {p.name for p in target.iterdir()} - {"README.md", "tuner.json"}
    assert (target / "tokenizer.json").read_text() == "tokenizer.json of checkpoint-20"
    assert read_events(run)[-1].type == "published"
    assert read_manifest(run)["published"]["step"] == 20  # type: ignore[index,call-overload]  # a JSON object
    for path in tuner.workspace.root.rglob("*"):
        assert not path.is_file() or b"CANARY" not in path.read_bytes(), path


def test_an_earlier_publication_is_replaced_by_the_step_that_is_named(tuner: CommandLine, run: Path) -> None:
    tuner("upload", run.name, "--to", "dir:out")
    plan = tuner.json("upload", f"{run.name}@30", "--to", "dir:out", "--dry-run")
    assert all(f["overwrites"] for f in plan["files"])
    done = tuner("upload", f"{run.name}@30", "--to", "dir:out")
    assert (done.code, done.out) == (0, f"{tuner.workspace.root / 'out'}\n")
    assert "checkpoint-30" in done.err
    assert (tuner.workspace.root / "out" / "tokenizer.json").read_text() == "tokenizer.json of checkpoint-30"
    assert "overwritten" in tuner("upload", run.name, "--to", "dir:out", "--dry-run").out


def test_the_card_reports_the_test_of_that_very_checkpoint(tuner: CommandLine, run: Path) -> None:
    def scored(step: int, state: RunState) -> None:
        build_run(
            tuner.workspace.runs,
            kind="score",
            objective=None,
            state=state,
            manifest={
                "evaluated": {"run_id": run.name, "step": step},
                "dataset": {"path": f"/x/test-{step}.jsonl"},
                "results": {"total": 4, "passed": 3},
            },
        )

    scored(20, RunState.SUCCEEDED)
    scored(10, RunState.SUCCEEDED)
    broken = build_run(tuner.workspace.runs, kind="score", objective=None)
    RunPaths(broken).manifest.write_text("{")
    tuner("upload", run.name, "--to", "dir:out")
    card = (tuner.workspace.root / "out" / "README.md").read_text()
    assert "| test (test-20.jsonl), answers right to the letter | 75.0% (3 of 4) |" in card
    assert "test-10" not in card


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--to", "hub:me/x"], 2, "Hub is not built yet"),
        (["--to", "out"], 2, "unknown target"),
        (["--to", "dir:mine"], 2, "was not published by Tuner"),
        (["--save-method", "merged_16bit"], 2, "not built yet"),
        (["--save-method", "zip"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_published_to(tuner: CommandLine, run: Path, words: list[str], code: int, message: str) -> None:
    (tuner.workspace.root / "mine").mkdir()
    (tuner.workspace.root / "mine" / "thesis.txt").write_text("x")
    assert message in tuner.error("upload", run.name, *words, expected=code)["message"]
    assert [p.name for p in (tuner.workspace.root / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("which", ["final", "11", "40", "sideways"])
def test_a_checkpoint_that_is_not_there_or_not_whole(tuner: CommandLine, run: Path, which: str) -> None:
    error = tuner.error("upload", f"{run.name}@{which}", expected=4)
    assert error["code"] == "CHECKPOINT_NOT_FOUND"
    assert "10, 20, 30" in error["hint"]


def test_a_whole_model_is_no_adapter(tuner: CommandLine, run: Path) -> None:
    folder = RunPaths(run).checkpoints / "checkpoint-20"
    (folder / "adapter_config.json").unlink()
    mark_complete(folder)
    error = tuner.error("upload", run.name, expected=2)
    assert "no adapter_config.json" in error["message"]
