"""What of a plan's issues stands in the way of a run."""

from __future__ import annotations

from collections.abc import Sequence

from tuner.core.errors import ConfigurationError, ErrorCode
from tuner.core.issues import Issue, Severity, unaccepted


def refuse_unaccepted(issues: Sequence[Issue], accept: Sequence[str]) -> None:
    """Raise for errors, and for warnings that were not accepted.

    Raises:
        ConfigurationError: with the first finding as its message and the count of the others.
    """
    blocking = [i for i in issues if i.is_error] or unaccepted(issues, accept)
    if not blocking:
        return
    first = blocking[0]
    more = f" (and {len(blocking) - 1} more)" if len(blocking) > 1 else ""
    place = f"{first.path}: " if first.path else ""
    try:
        code: ErrorCode | None = ErrorCode(first.code)
    except ValueError:
        code = None
    raise ConfigurationError(f"{place}{first.message}{more}", hint=first.hint, code=code)


def distinct(issues: Sequence[Issue]) -> list[Issue]:
    """Each finding once: two layers may meet the same missing field."""
    seen: set[tuple[str, str]] = set()
    kept = []
    for issue in issues:
        key = (issue.path, issue.code)
        if key not in seen or issue.severity is not Severity.ERROR:
            kept.append(issue)
        seen.add(key)
    return kept
