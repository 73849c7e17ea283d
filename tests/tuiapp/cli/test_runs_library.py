"""tuner runs tag|note|pin|archive|rename|delete|restore"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.run_builder import build_run
from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.cli.test_train import RUN_KEYS


@pytest.fixture
def run(tuner: CommandLine) -> Path:
    return build_run(tuner.workspace.runs)


def test_tags_are_added_and_removed(tuner: CommandLine, run: Path) -> None:
    found = tuner.json("runs", "tag", run.name, "one", "+two", "three")
    assert found.keys() >= RUN_KEYS
    assert (found["run_id"], found["tags"]) == (run.name, ["one", "two", "three"])
    assert tuner.json("runs", "tag", run.name, "-one", "+four", "-two")["tags"] == ["three", "four"]
    done = tuner("runs", "tag", run.name, "-three")
    assert (done.out, done.err) == ("", f"{run.name} tagged four\n")
    assert "has no tags" in tuner("runs", "tag", run.name, "-four").err
    assert "cannot be empty" in tuner.error("runs", "tag", run.name, "+", expected=2)["message"]
    assert "--nonesuch" in tuner.error("runs", "tag", run.name, "--nonesuch", "x", expected=2)["message"]


def test_notes_names_pins_and_archiving(tuner: CommandLine, run: Path) -> None:
    assert tuner.json("runs", "note", run.name, "the good one")["note"] == "the good one"
    assert tuner.json("runs", "rename", run.name, "better")["name"] == "better"
    assert tuner.json("runs", "pin", "better")["pinned"] is True
    assert tuner.json("runs", "pin", "better", "--off")["pinned"] is False
    assert tuner.json("runs", "archive", run.name)["archived"] is True
    assert tuner.json("runs", "archive", run.name, "--off")["archived"] is False
    for words, told in (
        (["note", run.name, "x"], "noted"),
        (["note", run.name, ""], "has no note"),
        (["rename", run.name, "last"], "is called last"),
        (["pin", run.name], "pinned"),
        (["pin", run.name, "--off"], "is not pinned"),
        (["archive", run.name], "is:archived"),
        (["archive", run.name, "--off"], "is listed"),
    ):
        done = tuner("runs", *words)
        assert (done.code, done.out) == (0, "")
        assert run.name in done.err and told in done.err


def test_a_deleted_run_is_restored(tuner: CommandLine, run: Path) -> None:
    done = tuner("runs", "delete", run.name)
    assert (done.code, done.out) == (0, "")
    assert f"tuner runs restore {run.name}" in done.err
    assert not run.exists()
    assert "no run" in tuner.error("runs", "show", run.name, expected=4)["message"]
    assert tuner.json("runs", "restore", run.name) == {"run_id": run.name, "restored": True, "path": str(run)}
    assert run.is_dir()
    assert tuner.error("runs", "restore", run.name, expected=4)["code"] == "RUN_NOT_FOUND"
    tuner("runs", "delete", run.name)
    assert f"restored {run.name}" in tuner("runs", "restore", run.name[-4:]).err


def test_deleted_for_good(tuner: CommandLine, run: Path) -> None:
    done = tuner("runs", "delete", run.name, "--now")
    assert done.err == f"deleted {run.name}\n"
    assert tuner("runs", "restore", run.name).code == 4
