"""Real, tiny training runs, each made once a session and looked at by many tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import tuner_json
from tests.support.laboratory import must_have_succeeded, train_tokenizer, write_laboratory
from tests.support.processes import none_left
from tuner.config.workspace import Workspace


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests that train go to one worker, so that each run is made once."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and item.get_closest_marker("training"):
            item.add_marker(pytest.mark.xdist_group("training"))


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    root = tmp_path_factory.mktemp("laboratory")
    with none_left(root):
        yield write_laboratory(root)


@pytest.fixture(scope="session")
def tokenizer_run(laboratory: Workspace) -> Path:
    return must_have_succeeded(train_tokenizer(laboratory))


@pytest.fixture(scope="session")
def base_run(laboratory: Workspace, tokenizer_run: Path) -> Path:
    return trained(laboratory, "pretrain")


@pytest.fixture(scope="session")
def sft_run(laboratory: Workspace, base_run: Path) -> Path:
    return trained(laboratory, "sft", "--accept", "ROWS_SKIPPED", "--tag", "first", "--tag", "tiny")


@pytest.fixture(scope="session")
def kto_run(laboratory: Workspace, sft_run: Path) -> Path:
    return trained(laboratory, "kto", "--name", "better")


def trained(laboratory: Workspace, config: str, *words: str) -> Path:
    """`tuner train` in the foreground, to its end."""
    path = laboratory.root / "configs" / f"{config}.yaml"
    found = tuner_json("train", path, "--backend", "cpu", "--workspace", laboratory.root, *words)
    assert found["run_id"] == found["id"]
    return must_have_succeeded(laboratory.runs / found["id"])
