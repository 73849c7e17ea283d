"""Workflows in a furnished workspace; whatever they start is ended with the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.plain_workspace import furnish
from tests.support.processes import none_left
from tuiapp.handlers.context import Context, open_context
from tuner.config.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_process_survives(tmp_path: Path) -> Iterator[None]:
    with none_left(tmp_path):
        yield


@pytest.fixture
def furnished(workspace: Workspace) -> Workspace:
    return furnish(workspace)


@pytest.fixture
def context(furnished: Workspace) -> Context:
    return open_context(furnished.root)
