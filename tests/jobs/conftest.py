"""A workspace whose processes are all ended when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.processes import none_left
from tuner.config.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_process_survives(tmp_path: Path) -> Iterator[None]:
    with none_left(tmp_path):
        yield


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Workspace:
    """A workspace in whose process the supervisor loses patience after fractions of a second."""
    monkeypatch.setattr("tuner.jobs.supervisor.STEP_GRACE", 0.3)
    monkeypatch.setattr("tuner.jobs.supervisor.IDLE_GRACE", 0.3)
    monkeypatch.setattr("tuner.jobs.trainer_process.TERM_GRACE", 0.3)
    return workspace
