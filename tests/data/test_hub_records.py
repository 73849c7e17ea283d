"""Datasets of the Hub: through this interpreter, through another, and what is said when neither can."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dataset_hub import dataset_hub
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.job import JobConfiguration
from tuner.data import hub_records
from tuner.data.checks import dataset_issues
from tuner.data.inspect import inspect_dataset
from tuner.data.records import DatasetUnreadable, read_lines

ROWS = [{"prompt": f"question {i}", "completion": f"answer {i}"} for i in range(300)]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder as the Hub's repositories are laid out."""
    for split, rows in (("train", ROWS), ("test", ROWS[:2])):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / f"{split}.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if only another interpreter had the package."""
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "datasets" else real(name, *rest)
    )
    monkeypatch.setattr(hub_records.sys, "executable", "/another/python")


def records(name: str, python: str = "") -> list[object]:
    return [line.record for line in read_lines(Path(name), python)]


def refusal(name: str, python: str = "") -> str:
    with pytest.raises(DatasetUnreadable) as caught:
        records(name, python)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_dataset_is_streamed_in_this_interpreter(here: Path) -> None:
    assert records(f"hub:{here}") == ROWS
    assert records(f"hub:{here}#test") == ROWS[:2]
    assert "no split 'dev'; there are: train, test" in refusal(f"hub:{here}#dev")
    assert "nowhere" in refusal("hub:/nowhere/at/all")


def test_a_dataset_is_looked_through_before_a_run_in_part(here: Path) -> None:
    report = inspect_dataset(Path(f"hub:{here}#test"), DatasetFormat.AUTO, Objective.SFT)
    assert (report.rows, report.sampled, report.bytes) == (2, False, 0)
    job = JobConfiguration.model_validate({"datasets": {"training": f"hub:{here}"}})
    issues, facts, (part,) = dataset_issues(job)
    assert (issues, facts) == ([], {})
    assert (part.rows, part.sampled) == (200, True)


@pytest.mark.usefixtures("elsewhere")
def test_another_interpreter_reads_where_this_one_cannot(here: Path) -> None:
    python = sys.prefix + "/bin/python"
    assert records(f"hub:{here}", python) == ROWS
    lines: Iterator[object] = read_lines(Path(f"hub:{here}"), python)
    assert next(lines)
    lines.close()  # type: ignore[attr-defined]  # a generator; its process ends with it


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("python", ["", "/nowhere/python", "/bin/false"])
def test_no_interpreter_has_the_package(python: str) -> None:
    assert "pip install datasets" in refusal("hub:owner/name", python)


@pytest.mark.usefixtures("elsewhere")
def test_another_interpreter_that_is_killed_in_the_middle_of_a_row_is_told(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("""#!/bin/sh\nprintf '{"text": "one"}\\n{"text": "tw'; kill -9 $$\n""")
    python.chmod(0o755)
    assert "could not read it" in refusal("hub:owner/name", str(python))


@pytest.mark.usefixtures("elsewhere")
def test_the_hub_over_the_wire(here: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    python = sys.prefix + "/bin/python"
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    with dataset_hub("owner/name", here) as endpoint:
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        assert records("hub:owner/name#test", python) == ROWS[:2]
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "connect, or name a file" in refusal("hub:owner/name", python)
