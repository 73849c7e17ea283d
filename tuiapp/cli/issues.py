"""Validation's findings for people."""

from __future__ import annotations

from collections.abc import Sequence

from tuiapp.cli.output import tell
from tuner.core.issues import Issue


def print_issues(issues: Sequence[Issue]) -> None:
    """Each on stderr: severity, line, path, message, hint."""
    for issue in issues:
        line = f" (line {issue.line})" if issue.line else ""
        place = f" {issue.path}" if issue.path else ""
        tell(f"{issue.severity.value:<7}{place}{line}: {issue.message} [{issue.code}]")
        if issue.hint:
            tell(f"        hint: {issue.hint}")
