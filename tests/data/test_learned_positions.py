"""A model that has weights for each position cannot read beyond its context at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.jobs import job
from tuner.core.issues import Severity
from tuner.data.checks import model_issues

GPT2 = {"model_type": "gpt2", "n_positions": 1024}


@pytest.mark.parametrize(
    ("longest", "severity"), [(0, Severity.ERROR), (1500, Severity.ERROR), (900, Severity.INFO), (1024, Severity.INFO)]
)
def test_rows_that_it_has_no_positions_for_are_an_error(tmp_path: Path, longest: int, severity: Severity) -> None:
    (tmp_path / "config.json").write_text(json.dumps(GPT2))
    asked = job(model={"base_model": str(tmp_path)}, schedule={"sequence_length": 2048})
    (said,) = [i for i in model_issues(asked, longest) if i.code == "CONTEXT_LENGTH"]
    assert said.severity is severity
    assert "1024" in said.hint


def test_within_its_context_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(GPT2))
    asked = job(model={"base_model": str(tmp_path)}, schedule={"sequence_length": 1024})
    assert "CONTEXT_LENGTH" not in {i.code for i in model_issues(asked, 1500)}
