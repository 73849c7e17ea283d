"""Issues: what refuses, and what still needs a yes."""

from __future__ import annotations

import pydantic
import pytest

from tuner.core.issues import Issue, Severity, has_errors, unaccepted


def issue(severity: Severity, code: str = "CODE") -> Issue:
    return Issue(path="schedule.epochs", severity=severity, code=code, message="too many", hint="use fewer", line=3)


def test_only_an_error_refuses() -> None:
    assert has_errors([issue(Severity.INFO), issue(Severity.ERROR)])
    assert not has_errors([issue(Severity.INFO), issue(Severity.WARNING)])
    assert not has_errors([])


def test_a_warning_waits_for_a_yes_to_its_code_or_to_all() -> None:
    issues = [
        issue(Severity.WARNING, "A"),
        issue(Severity.WARNING, "B"),
        issue(Severity.INFO, "C"),
        issue(Severity.ERROR, "D"),
    ]
    assert [i.code for i in unaccepted(issues, [])] == ["A", "B"]
    assert [i.code for i in unaccepted(issues, ["A"])] == ["B"]
    assert unaccepted(issues, ["all"]) == []


def test_as_json_reports_it() -> None:
    assert issue(Severity.ERROR).as_dict() == {
        "path": "schedule.epochs",
        "severity": "error",
        "code": "CODE",
        "message": "too many",
        "hint": "use fewer",
        "line": 3,
    }


def test_an_issue_does_not_change() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        issue(Severity.INFO).message = "other"
