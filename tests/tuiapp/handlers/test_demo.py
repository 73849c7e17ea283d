"""tuner demo, with trainers that only pretend: the order of its steps, its choice, and that it goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.demo_trainer import demo_trainer
from tests.support.pretender import pretend
from tuiapp.cli.main import main
from tuiapp.handlers.context import open_context
from tuiapp.handlers.demo.demo import DemoHandler, DemoReport
from tuiapp.handlers.runs import RunsHandler
from tuner.config.workspace import Workspace
from tuner.core import BackendError, ConfigurationError, IHandler
from tuner.core.errors import ErrorCode


def make(workspace: Workspace) -> DemoReport:
    return DemoHandler(open_context(workspace.root), lambda label, summary: None, lambda text: None).make()


def names(workspace: Workspace) -> list[str]:
    return [r.name for r in reversed(RunsHandler(open_context(workspace.root)).list())]


@pytest.mark.parametrize(("kto", "kept"), [(0.95, True), (0.9, False)])
def test_kto_is_kept_only_where_it_is_better(workspace: Workspace, kto: float, kept: bool) -> None:
    pretend(workspace, demo_trainer(kto))
    report = make(workspace)
    assert report.kto_kept is kept
    assert report.best_run == report.runs["kto" if kept else "sft"]
    assert report.kto_exact_match == kto
    assert report.climb == [(0, 0.0), (50, 0.5), (100, 0.9)]
    assert (report.test_exact_match, report.test_rows) == (0.75, 8)
    record = json.loads((report.published / "tuner.json").read_bytes())
    assert (record["run_id"], record["step"]) == (report.best_run, report.best_step)
    assert "75.0% (6 of 8)" in (report.published / "README.md").read_text()


def test_a_second_time_what_is_there_is_used_again(workspace: Workspace) -> None:
    pretend(workspace, demo_trainer(0.5))
    first = make(workspace)
    before = names(workspace)
    stamp = (first.published / "tuner.json").stat().st_mtime_ns
    assert make(workspace) == first
    assert names(workspace) == before
    assert (first.published / "tuner.json").stat().st_mtime_ns == stamp
    assert len(before) == 5


def test_it_goes_on_where_a_step_failed(workspace: Workspace) -> None:
    pretend(workspace, demo_trainer(0.5))
    (workspace.root / "fail-sft").touch()
    with pytest.raises(BackendError, match="SFT: no") as caught:
        make(workspace)
    assert caught.value.code is ErrorCode.TRAINING_OOM
    assert "tuner runs logs" in caught.value.hint
    (workspace.root / "fail-sft").unlink()
    make(workspace)
    assert names(workspace).count("demo-base") == 1
    assert names(workspace).count("household-sft") == 2


def test_a_workspace_that_cannot_be_written(workspace: Workspace) -> None:
    (workspace.root / "data").write_text("a file")
    with pytest.raises(ConfigurationError, match="cannot write"):
        make(workspace)


def test_it_is_a_handler(workspace: Workspace) -> None:
    pretend(workspace, demo_trainer(0.5))
    handler = DemoHandler(open_context(workspace.root), lambda label, summary: None, lambda text: None)
    assert isinstance(handler, IHandler)
    assert (handler.name, handler.can_handle_direct_mode()) == ("demo", True)
    assert handler.handle() == 0


def test_the_command_tells_each_step_and_the_climb(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    pretend(workspace, demo_trainer(0.5))
    assert main(["demo", str(workspace.root), "--open"]) == 0  # no terminal here: it only says where to look
    out, err = capsys.readouterr()
    for word in ("tokenizer", "base model", "SFT", "KTO", "test"):
        assert f"✓ {word}" in err
    assert "not kept" in out
    assert "90%" in out and "75.0%" in out
    assert f"tuner-tui {workspace.root}" in out
    assert main(["demo", str(workspace.root), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found.keys() >= {"workspace", "runs", "climb", "kto", "best", "test", "published"}
    assert Path(found["published"]).is_dir()
    assert found["climb"][-1] == {"step": 100, "eval_exact_match": 0.9}


def test_the_command_makes_the_folder_or_says_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["demo", str(tmp_path / "file" / "demo"), "--json"]) == 2
    assert "cannot write" in json.loads(capsys.readouterr().err)["error"]["message"]


def test_ctrl_c_says_that_the_step_goes_on(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    pretend(workspace, demo_trainer(0.5))
    monkeypatch.setattr(RunsHandler, "wait", interrupted)
    assert main(["demo", str(workspace.root)]) == 130
    assert "goes on" in capsys.readouterr().err
