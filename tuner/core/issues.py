"""What validation finds: one Issue a finding, with the place, the reason and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Severity(StrEnum):
    """error refuses; warning needs a yes; info is only said."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Issue(BaseModel):
    """One finding about a configuration.

    ``path`` is the dotted place in the configuration ("optimizer.learning_rate"; "" for the whole of it), ``line`` the
    1-based line in the file it came from, where it came from one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    severity: Severity
    code: str
    message: str
    hint: str = ""
    line: int | None = None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def as_dict(self) -> dict[str, str | int | None]:
        """The issue as JSON reports it."""
        return {
            "path": self.path,
            "severity": self.severity.value,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "line": self.line,
        }


def has_errors(issues: Iterable[Issue]) -> bool:
    """Whether any issue refuses the configuration."""
    return any(issue.is_error for issue in issues)


def unaccepted(issues: Iterable[Issue], accepted: Iterable[str]) -> list[Issue]:
    """The warnings nobody has said yes to; ``accepted`` holds issue codes, or "all"."""
    yes = set(accepted)
    return [i for i in issues if i.severity is Severity.WARNING and i.code not in yes and "all" not in yes]
