"""Where the full story of what went wrong goes while the terminal belongs to the screen."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tuiapp.screens.log_file import start_logging
from tuner.config.workspace import Workspace


@pytest.fixture
def _as_before() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("tuiapp", "tuner", "backends")]
    before = [(logger, list(logger.handlers), logger.propagate) for logger in loggers]
    yield
    for logger, handlers, propagate in before:
        for handler in set(logger.handlers) - set(handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = propagate


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize("name", ["tuiapp.screens.guarded", "tuner.runs.trash", "backends.training.cpu"])
def test_warnings_of_every_layer_go_to_the_workspaces_log(
    workspace: Workspace, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    start_logging(workspace)
    file = workspace.hidden / "logs" / "screen.log"
    assert not file.exists()
    logging.getLogger(name).warning("something odd")
    assert f"WARNING {name}: something odd" in file.read_text()
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("_as_before")
def test_a_workspace_that_cannot_be_written_loses_its_log_and_nothing_else(
    workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    start_logging(workspace)
    workspace.hidden.write_text("in the way")
    logging.getLogger("tuner").warning("something odd")
    assert capfd.readouterr().err == ""
