"""The handlers' own face: handle(), requests and results as the screen uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_trainers import NEVER_ENDS, TRAINS, fake_run
from tests.support.pretender import pretend
from tests.support.run_builder import build_run, metric_row
from tests.support.waiting import wait_for
from tuiapp.handlers.backends import describe_backends
from tuiapp.handlers.configs import run_configuration
from tuiapp.handlers.context import Context, open_context
from tuiapp.handlers.runs import RunsHandler
from tuiapp.handlers.train import TrainHandler, TrainRequest, validate_environment
from tuiapp.handlers.upload import UploadHandler, UploadRequest
from tuner.config.workspace import Workspace
from tuner.core import BackendError, ConfigurationError, IHandler, TunerError, ValidationError
from tuner.core.errors import ErrorCode
from tuner.core.registry import TrainingBackendRegistry
from tuner.core.states import RunState
from tuner.jobs.start import start_supervisor
from tuner.runs.json_file import read_object
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import read_state


def text(context: Context) -> str:
    return (context.workspace.root / "sft.yaml").read_text()


def test_handlers_are_ihandlers_that_need_a_request(context: Context) -> None:
    for handler, name in ((TrainHandler(context), "train"), (UploadHandler(context), "upload")):
        assert isinstance(handler, IHandler)
        assert handler.name == name
        assert not handler.can_handle_direct_mode()
        with pytest.raises(ConfigurationError):
            handler.handle()


def test_train_handles_a_request(furnished: Workspace) -> None:
    pretend(furnished, TRAINS)
    context = open_context(furnished.root)
    handler = TrainHandler(context, TrainRequest(text(context), "cpu"))
    assert handler.can_handle_direct_mode()
    assert handler.handle() == 0
    (run,) = RunsHandler(context).list()
    assert RunsHandler(context).wait(run.path).state == "succeeded"
    assert read_object(RunPaths(run.path).payload)["trainer"] == "sft"
    assert run_configuration(run.path) == (text(context), "cpu")


def test_upload_handles_a_request(context: Context) -> None:
    build_run(context.workspace.runs, name="tools", rows=[metric_row(5, loss=1.0)], checkpoints=[5])
    handler = UploadHandler(context, UploadRequest("tools", "dir:out"))
    assert handler.handle() == 0
    assert (context.workspace.root / "out" / "tuner.json").is_file()


def test_a_checkpoint_that_changed_since_the_plan_is_not_published(context: Context) -> None:
    run = build_run(context.workspace.runs, name="tools", rows=[metric_row(5, loss=1.0)], checkpoints=[5])
    handler = UploadHandler(context)
    plan = handler.plan(UploadRequest("tools", "dir:out"))
    (RunPaths(run).checkpoints / "checkpoint-5" / "adapter_model.safetensors").write_bytes(b"cut")
    with pytest.raises(ValidationError, match="not whole any more"):
        handler.publish(plan)
    assert not plan.target.exists()


def test_a_run_whose_manifest_is_broken_cannot_be_published(context: Context) -> None:
    run = build_run(context.workspace.runs, rows=[metric_row(5, loss=1.0)], checkpoints=[5])
    RunPaths(run).manifest.write_text("{")
    with pytest.raises(ConfigurationError, match=r"manifest\.json"):
        UploadHandler(context).plan(UploadRequest(run.name, "dir:out"))


def test_a_plan_with_errors_cannot_be_submitted_or_launched(context: Context) -> None:
    handler = TrainHandler(context)
    plan = handler.plan(TrainRequest("schedule: {epochs: 99}", "cpu"))
    assert not plan.ok
    with pytest.raises(ConfigurationError, match="out of range"):
        handler.submit(plan)
    with pytest.raises(ConfigurationError, match="has errors"):
        handler.launch(plan, context.workspace.runs / "RUN")


def test_a_dataset_that_vanishes_after_the_plan_is_told(furnished: Workspace) -> None:
    pretend(furnished, TRAINS)
    context = open_context(furnished.root)
    handler = TrainHandler(context)
    plan = handler.plan(TrainRequest(text(context), "cpu"))
    (furnished.root / "data" / "train.jsonl").unlink()
    with pytest.raises(TunerError) as caught:
        handler.submit(plan)
    assert caught.value.code is ErrorCode.DATA_NOT_FOUND
    assert not furnished.runs.exists() or list(furnished.runs.iterdir()) == []


def test_a_name_is_made_from_model_and_data_where_none_is_given(furnished: Workspace) -> None:
    pretend(furnished, TRAINS)
    context = open_context(furnished.root)
    handler = TrainHandler(context)
    for sets, name in (([], "tiny-train"), (["output.suffix=mine"], "mine")):
        run_dir = handler.submit(handler.plan(TrainRequest(text(context), "cpu", sets)))
        assert RunsHandler(context).summary(run_dir).name == name


def test_a_backend_of_somebody_else_is_asked_by_the_contract_alone(context: Context) -> None:
    class Elsewhere:
        def validate_environment(self) -> tuple[bool, str]:
            return False, "not today"

    assert validate_environment(Elsewhere(), "/any/python") == (False, "not today")  # type: ignore[arg-type]  # a stand-in


def test_a_backend_that_cannot_be_loaded_is_listed_with_the_reason(context: Context) -> None:
    def broken() -> None:
        raise BackendError("its package is broken", hint="reinstall it")

    registry = TrainingBackendRegistry({"broken": broken})  # type: ignore[dict-item]  # it never makes a backend
    info = describe_backends(Context(context.workspace, context.settings, registry))[0]
    assert (info.name, info.available, info.message) == ("broken", False, "its package is broken")


def test_an_evaluation_address_that_makes_no_sense_is_told(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "ftp://nowhere")
    found = {
        b.name: b for b in describe_backends(Context(context.workspace, context.settings, TrainingBackendRegistry({})))
    }
    assert not found["ollama"].available
    assert "ftp://nowhere" in found["ollama"].message


def test_a_copy_of_a_run_that_has_no_configuration(context: Context) -> None:
    run = build_run(context.workspace.runs)
    with pytest.raises(ConfigurationError, match="no configuration to copy"):
        run_configuration(run)
    RunPaths(run).manifest.unlink()
    with pytest.raises(ConfigurationError, match=r"manifest\.json"):
        run_configuration(run)


def test_waiting_shows_each_look_and_gives_up_in_time(context: Context) -> None:
    handler, looks = RunsHandler(context), []
    run_dir = fake_run(context.workspace, NEVER_ENDS)
    start_supervisor(run_dir)
    wait_for((run_dir / "started").exists)
    summary = handler.wait(run_dir, 0.3, lambda s: looks.append(s.state))
    assert summary.state == "running"
    assert len(looks) >= 2
    handler.cancel(run_dir)
    assert handler.wait(run_dir).state == RunState.CANCELLED
    assert read_state(run_dir).state is RunState.CANCELLED


def test_the_default_backend_is_the_setting_or_what_the_machine_has(
    furnished: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.exists
    for there, name in ((True, "rtx"), (False, "cpu")):
        monkeypatch.setattr(Path, "exists", lambda p, t=there: t if str(p) == "/dev/nvidia0" else real(p))
        assert open_context(furnished.root).default_backend() == name
    monkeypatch.setenv("TUNER_DEFAULT_BACKEND", "mac")
    assert open_context(furnished.root).default_backend() == "mac"
