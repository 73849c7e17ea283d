"""What validation says in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.core.issues import Severity

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainPlan


def verdict(plan: TrainPlan | None, problem: str) -> tuple[str, str, str]:
    """Glyph, text and hint for the status line."""
    if plan is None:
        return "✗", problem, ""
    counts = {s: sum(1 for i in plan.issues if i.severity is s) for s in Severity}
    if counts[Severity.ERROR]:
        return "✗", f"{_many(counts[Severity.ERROR], 'error')} to mend · backend {plan.backend}", ""
    facts = [f"backend {plan.backend}", *_estimate(plan)]
    if counts[Severity.WARNING]:
        return "⚠", f"{_many(counts[Severity.WARNING], 'warning')} to accept · {' · '.join(facts)}", "^L launches"
    return "✓", f"ready · {' · '.join(facts)}", "^L launches"


def _estimate(plan: TrainPlan) -> list[str]:
    said = []
    if plan.estimate.steps:
        said.append(_many(plan.estimate.steps, "step"))
    rows = sum(r.rows for r in plan.reports[:1] if not r.sampled)
    if rows:
        said.append(_many(rows, "row"))
    return said


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"
