"""What every test stands on: no settings of the machine shine through, and a fresh workspace where one is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

from tuner.config.workspace import Workspace, open_workspace
from tuner.machine.gpu_facts import gpu_facts

# No example database: tests leave nothing behind. Fewer examples where a person waits for them.
hypothesis.settings.register_profile("thorough", max_examples=200, deadline=None, database=None)
hypothesis.settings.register_profile("quick", max_examples=50, deadline=None, database=None)
hypothesis.settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("thorough" if "CI" in os.environ else "quick")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked gpu are left out, and counted as deselected, where the driver shows no NVIDIA GPU."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and not gpu_facts().gpus:
        config.hook.pytest_deselected(items=marked)
        items[:] = [item for item in items if item not in marked]


@pytest.fixture(autouse=True)
def _isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Neither the user's settings nor their TUNER_* variables reach a test."""
    for name in [n for n in os.environ if n.startswith("TUNER_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-such-config"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty workspace."""
    root = tmp_path / "workspace"
    root.mkdir()
    return open_workspace(root)
