"""Names of datasets in a configuration: files, folders, patterns of the workspace, and ids of the Hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuner.config.workspace import Workspace
from tuner.core.job import JobConfiguration
from tuner.discovery.resolve import resolve_job


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    (tmp_path / "data").mkdir()
    for name in ("a-1.jsonl", "a-2.jsonl"):
        (tmp_path / "data" / name).touch()
    return Workspace(tmp_path)


@pytest.mark.parametrize(
    ("named", "resolved", "there"),
    [
        ("data/a-1.jsonl", "{}/data/a-1.jsonl", True),
        ("data", "{}/data", True),
        ("data/a-*.jsonl", "{}/data/a-*.jsonl", True),
        ("data/b-*.jsonl", "{}/data/b-*.jsonl", False),
        ("data/none", "{}/data/none", False),
        ("other/none.jsonl", "{}/other/none.jsonl", False),
        ("hub:owner/name@v1#train", "hub:owner/name@v1#train", True),
        ("owner/name", "hub:owner/name", True),
        ("owner/name#train", "hub:owner/name#train", True),
    ],
)
def test_what_a_name_means(place: Workspace, named: str, resolved: str, there: bool) -> None:
    job, _, issues = resolve_job(JobConfiguration.model_validate({"datasets": {"training": named}}), place)
    assert job.datasets.training == resolved.format(place.root)
    assert [i.code for i in issues] == ([] if there else ["DATA_NOT_FOUND"])
