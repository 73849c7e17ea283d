"""A workspace with a tiny model, a dataset and one configuration, in which the screen is used as a person would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.tiny_model import make_dataset, make_model
from tests.support.processes import none_left
from tuner.config.workspace import Workspace

CONFIG = """\
# A tiny run for a test in a real terminal
objective: sft
model: {base_model: model}
datasets: {training: train.jsonl, validation_fraction: 0.2}
method: {type: lora, lora: {rank: 4, alpha: 8}}
schedule: {max_steps: STEPS, batch_size: 2, sequence_length: 512, checkpoints: 3, evaluations: 3, logging_steps: 1}
optimizer: {learning_rate: 1.0e-3}
metadata: {exact_match_rows: 2, answer_tokens: 4}
output: {suffix: by-hand}
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They train too, and so take turns with the other tests that do."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("training"))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("model") / "model")


@pytest.fixture
def bench(tmp_path: Path, tiny_model: Path) -> Iterator[Workspace]:
    """The workspace; whatever still trains in it is ended afterwards."""
    root = tmp_path / "bench"
    root.mkdir()
    shutil.copytree(tiny_model, root / "model")
    make_dataset(root / "train.jsonl", 40)
    with none_left(root):
        yield Workspace(root)


def write_config(workspace: Workspace, steps: int) -> Path:
    """The configuration as a file of the workspace."""
    path = workspace.root / "by-hand.yaml"
    path.write_text(CONFIG.replace("STEPS", str(steps)), encoding="utf-8")
    return path
