"""RUN[@STEP|@best|@final] as a person writes it, and names in a configuration made absolute."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.run_builder import build_run, metric_row
from tuner.config.workspace import Workspace
from tuner.core import DiscoveryError
from tuner.core.errors import ErrorCode
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.discovery.references import find_checkpoint, find_run, objective_of, ranked_checkpoints, run_folders
from tuner.discovery.resolve import resolve_job
from tuner.runs.layout import RunPaths

ROWS = [metric_row(5, loss=3.0), metric_row(10, loss=1.0), metric_row(15, loss=2.0)]
OLD, NEW = "20261101-100000-sft-tools-00ff", "20261120-100000-sft-tools-11ee"


@pytest.fixture
def runs(workspace: Workspace) -> Workspace:
    for run_id in (OLD, NEW):
        build_run(workspace.runs, run_id=run_id, rows=ROWS, checkpoints=[5, 10], torn_checkpoints=[15], final=True)
    build_run(workspace.runs, run_id="20261110-100000-sft-empty-22dd", name="empty")
    return workspace


def test_runs_newest_first(runs: Workspace, tmp_path: Path) -> None:
    assert [p.name[:8] for p in run_folders(runs)] == ["20261120", "20261110", "20261101"]
    assert run_folders(Workspace(tmp_path / "missing")) == []


@pytest.mark.parametrize(
    ("reference", "name"),
    [(OLD, OLD), ("tools", NEW), ("20261101", OLD), ("00ff", OLD), ("11ee", NEW), ("20261120-100000-sft-tools", NEW)],
)
def test_a_run_by_id_name_or_part_of_it(runs: Workspace, reference: str, name: str) -> None:
    assert find_run(runs, reference).name == name


@pytest.mark.parametrize(
    ("reference", "said"), [("nope", "there is no run"), ("", "there is no run"), ("202611", "fits 3 runs")]
)
def test_no_run_or_several(runs: Workspace, reference: str, said: str) -> None:
    with pytest.raises(DiscoveryError, match=said) as caught:
        find_run(runs, reference)
    assert caught.value.code is ErrorCode.RUN_NOT_FOUND
    assert caught.value.hint


@pytest.mark.parametrize(
    ("reference", "step"), [("tools", 10), ("tools@best", 10), ("tools@final", -1), ("tools@5", 5), (f"{OLD}@10", 10)]
)
def test_a_checkpoint(runs: Workspace, reference: str, step: int) -> None:
    run, found = find_checkpoint(runs, reference)
    assert found.info.step == step
    assert run.name in {OLD, NEW}


@pytest.mark.parametrize(
    ("reference", "hint"),
    [
        ("tools@15", "it has final, 5, 10"),
        ("tools@-1", "final"),
        ("empty", "no checkpoint yet"),
        ("empty@final", "no checkpoint yet"),
    ],
)
def test_a_checkpoint_that_is_not_there_or_torn(runs: Workspace, reference: str, hint: str) -> None:
    with pytest.raises(DiscoveryError, match="has no whole checkpoint") as caught:
        find_checkpoint(runs, reference)
    assert caught.value.code is ErrorCode.CHECKPOINT_NOT_FOUND
    assert hint in caught.value.hint


def test_exactly_one_is_best_and_torn_ones_have_no_score(runs: Workspace) -> None:
    ranked = ranked_checkpoints(runs.runs / NEW, torn=True)
    assert [(c.info.step, c.is_best, c.score.value) for c in ranked] == [
        (-1, False, -2.0),
        (5, False, -3.0),
        (10, True, -1.0),
        (15, False, None),
    ]
    assert [bool(c.why) for c in ranked] == [False, False, True, False]
    assert [c.info.step for c in ranked_checkpoints(runs.runs / NEW)] == [-1, 5, 10]
    assert not any(c.is_best for c in ranked_checkpoints(runs.runs / NEW, by="no_such_metric"))


def test_a_run_whose_manifest_is_broken_has_no_name_and_no_objective(runs: Workspace) -> None:
    RunPaths(runs.runs / NEW).manifest.write_text("{", encoding="utf-8")
    assert objective_of(runs.runs / NEW) is None
    assert find_run(runs, "tools").name == OLD


Resolve = Callable[..., tuple[JobConfiguration, str | None, list[Issue]]]


@pytest.fixture
def resolve(runs: Workspace) -> Resolve:
    return lambda **sections: resolve_job(JobConfiguration.model_validate(sections), runs)


def put(path: Path, value: object = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value or {}), encoding="utf-8")
    return path


def test_datasets_mean_the_workspace(resolve: Resolve, runs: Workspace) -> None:
    put(runs.root / "data" / "a.jsonl")
    job, parent, issues = resolve(datasets={"training": "data/a.jsonl", "validation": "data/missing.jsonl"})
    assert job.datasets.training == str(runs.root / "data" / "a.jsonl")
    assert parent is None
    assert [(i.path, i.code) for i in issues] == [("datasets.validation", "DATA_NOT_FOUND")]
    assert str(runs.root / "data" / "missing.jsonl") in issues[0].message


def test_going_on_from_an_adapter_of_a_run(resolve: Resolve, runs: Workspace) -> None:
    put(
        runs.runs / NEW / "checkpoints" / "checkpoint-10" / "adapter_config.json",
        {"base_model_name_or_path": "Qwen/Qwen3-4B"},
    )
    RunPaths(runs.runs / NEW).checkpoints.joinpath("checkpoint-10", "complete.json").write_text(
        '{"files": {}}', encoding="utf-8"
    )
    job, parent, issues = resolve(model={"parent": "tools@10"})
    assert (job.model.parent, job.model.base_model) == (
        str(runs.runs / NEW / "checkpoints" / "checkpoint-10"),
        "Qwen/Qwen3-4B",
    )
    assert (parent, issues) == (NEW, [])
    kept = resolve(model={"parent": "tools@10", "base_model": "other/base"})[0]
    assert kept.model.base_model == "other/base"


def test_going_on_from_a_folder(resolve: Resolve, runs: Workspace) -> None:
    put(runs.root / "whole" / "config.json")
    put(runs.root / "adapter" / "adapter_config.json", [1])
    (runs.root / "neither").mkdir()
    whole = resolve(model={"parent": "whole"})[0]
    assert (whole.model.parent, whole.model.base_model) == (None, str(runs.root / "whole"))
    adapter, _, issues = resolve(model={"parent": "adapter"})
    assert (adapter.model.parent, adapter.model.base_model, issues) == (str(runs.root / "adapter"), None, [])
    assert [(i.path, i.code) for i in resolve(model={"parent": "neither"})[2]] == [("model.parent", "MODEL_NOT_FOUND")]


@pytest.mark.parametrize(("named", "code"), [("nope", "RUN_NOT_FOUND"), ("tools@99", "CHECKPOINT_NOT_FOUND")])
def test_a_parent_that_is_not_there(resolve: Resolve, named: str, code: str) -> None:
    _, parent, (issue,) = resolve(model={"parent": named})
    assert (parent, issue.path, issue.code) == (None, "model.parent", code)


def test_a_base_model_is_a_folder_a_run_or_on_the_hub(resolve: Resolve, runs: Workspace) -> None:
    put(runs.root / "models" / "mine" / "config.json")
    assert resolve(model={"base_model": "models/mine"})[0].model.base_model == str(runs.root / "models" / "mine")
    assert resolve(model={"base_model": "tools"})[0].model.base_model == str(runs.runs / NEW / "final_model")
    assert resolve(model={"base_model": "tools@5"})[0].model.base_model.endswith("checkpoint-5")
    for hub in ("Qwen/Qwen3-4B", "gpt2"):
        job, _, issues = resolve(model={"base_model": hub})
        assert (job.model.base_model, issues) == (hub, [])


@pytest.mark.parametrize("named", ["./nope", "/nope", "models/nope", "a/b/c", "~/nope", "models"])
def test_a_base_model_that_can_only_be_a_folder(resolve: Resolve, runs: Workspace, named: str) -> None:
    put(runs.root / "models" / "mine" / "config.json")
    assert [(i.path, i.code) for i in resolve(model={"base_model": named})[2]] == [
        ("model.base_model", "MODEL_NOT_FOUND")
    ]


def test_a_tokenizer_is_a_folder_or_a_run(resolve: Resolve, runs: Workspace) -> None:
    scratch = {"architecture": "llama"}
    other = {"objective": "pretrain", "method": {"type": "full"}}
    put(runs.root / "tok" / "tokenizer_config.json")
    job, parent, issues = resolve(model={**scratch, "tokenizer": "tok"}, **other)
    assert (job.model.tokenizer, parent, issues) == (str(runs.root / "tok"), None, [])
    job, parent, issues = resolve(model={**scratch, "tokenizer": "tools"}, **other)
    assert (job.model.tokenizer, parent) == (str(runs.runs / NEW / "final_model"), NEW)
    assert [(i.path, i.code) for i in issues] == [("model.tokenizer", "TOKENIZER_NOT_FOUND")]
    _, parent, issues = resolve(model={**scratch, "tokenizer": "nope"}, **other)
    assert (parent, [i.code for i in issues]) == (None, ["TOKENIZER_NOT_FOUND"])
