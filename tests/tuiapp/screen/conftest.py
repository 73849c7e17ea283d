"""Fixtures of the screen's tests."""

from __future__ import annotations

import pytest

from tests.tuiapp.screen.support import add_several
from tuner.config.workspace import Workspace


@pytest.fixture(autouse=True)
def _online(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models named by their Hub ids are not refused for being offline, however the tests are run."""
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)


@pytest.fixture
def several(workspace: Workspace) -> Workspace:
    """A workspace with a run of each kind; the live one is watched first."""
    add_several(workspace)
    return workspace
