"""tuner runs list: queries, order, groups, runs of any maker."""

from __future__ import annotations

import json

import pytest

from tests.support.run_builder import build_run, metric_row
from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.cli.test_train import RUN_KEYS
from tuner.core.states import RunState


@pytest.fixture
def several(tuner: CommandLine) -> CommandLine:
    for day, name, state, loss, manifest in (
        (1, "alpha", RunState.SUCCEEDED, 2.0, {"tags": ["x"], "objective": "kto"}),
        (2, "beta", RunState.FAILED, 1.0, {"tags": ["x", "y"]}),
        (3, "gamma", RunState.SUCCEEDED, 3.0, {"archived": True}),
        (4, "delta", RunState.QUEUED, 0.5, {"pinned": True}),
    ):
        build_run(
            tuner.workspace.runs,
            name=name,
            run_id=f"2026110{day}-100000-sft-{name}-000{day}",
            state=state,
            rows=[metric_row(1, loss=loss)],
            manifest={"created": f"2026-11-0{day}T10:00:00.000Z", **manifest},
        )
    return tuner


def names(tuner: CommandLine, *words: str) -> list[str]:
    return [r["name"] for r in tuner.json("runs", "list", *words)]


def test_queries(several: CommandLine) -> None:
    assert names(several) == ["delta", "beta", "alpha"]
    assert names(several, "tag:x") == ["beta", "alpha"]
    assert names(several, "tag:x", "loss<1.5") == ["beta"]
    assert names(several, "-tag:y", "tag:x") == ["alpha"]
    assert names(several, "is:archived") == ["gamma"]
    assert names(several, "--all") == ["delta", "gamma", "beta", "alpha"]
    assert names(several, "--state", "live") == ["delta"]
    assert names(several, "--state", "succeeded", "--all") == ["gamma", "alpha"]
    assert names(several, "created<2026-11-02") == ["alpha"]


def test_order_and_limit(several: CommandLine) -> None:
    assert names(several, "--reverse") == ["delta", "alpha", "beta"]
    assert names(several, "--sort", "loss", "--all") == ["delta", "beta", "alpha", "gamma"]
    assert names(several, "--sort", "loss", "--reverse") == ["delta", "alpha", "beta"]
    assert names(several, "--sort", "created", "--limit", "2") == ["delta", "beta"]
    assert names(several, "--sort", "name") == ["delta", "alpha", "beta"]


def test_groups(several: CommandLine) -> None:
    found = several.json("runs", "list", "--group", "tag")
    assert [(g["group"], [r["name"] for r in g["runs"]]) for g in found] == [
        ("x", ["beta", "alpha"]),
        ("y", ["beta"]),
        ("–", ["delta"]),
    ]
    assert found[0]["runs"][0].keys() >= RUN_KEYS
    out = several("runs", "list", "--group", "objective").out
    assert out.index("sft (2)") < out.index("beta") < out.index("kto (1)") < out.index("alpha")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["stat:running"], "did you mean state?"),
        (["loss<low"], "no number"),
        (["--sort", "los"], "a metric 'los'"),
        (["--group", "loss"], "not grouped by 'loss'"),
        (["--nonesuch"], "--nonesuch"),
    ],
)
def test_what_cannot_be_understood_is_refused(several: CommandLine, words: list[str], told: str) -> None:
    assert told in several.error("runs", "list", *words, expected=2)["message"]


def test_a_query_that_nothing_fits(several: CommandLine) -> None:
    done = several("runs", "list", "nonesuch")
    assert (done.code, done.out) == (0, "")
    assert "no runs like that" in done.err and "--all" in done.err


def test_the_table_marks_pins_and_names_tags_and_makers(several: CommandLine) -> None:
    out = several("runs", "list").out
    assert "★ 20261104" in out and "TAGS" in out and "x y" in out and "SOURCE" not in out
    folder = several.workspace.root / "other"
    folder.mkdir()
    rows = [{"current_steps": s, "total_steps": 2, "loss": 1.0 / s} for s in (1, 2)]
    (folder / "trainer_log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    out = several("runs", "list").out
    assert "SOURCE" in out and "llama-factory" in out
    found = several.json("runs", "list", "source:llama-factory")
    assert [r["path"] for r in found] == [str(folder)]
    assert several.json("runs", "pin", found[0]["id"])["pinned"] is True
    assert [r["pinned"] for r in several.json("runs", "list", "source:llama-factory")] == [True]


def test_a_source_that_is_not_there_is_told(several: CommandLine) -> None:
    several.workspace.hidden.mkdir(exist_ok=True)
    (several.workspace.hidden / "settings.yaml").write_text("sources: [/nonesuch/folder]\n")
    done = several("runs", "list")
    assert done.code == 0 and "alpha" in done.out
    assert "/nonesuch/folder" in done.err
