"""Final and best values of several runs' metrics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from tuner.runs.direction import counts_down

if TYPE_CHECKING:
    from tuner.runs.metrics_view import MetricsView

_NO_DIRECTION = ("learning_rate", "grad_norm", "epoch", "num_tokens", "num_input_tokens_seen", "total_flos")
_NO_DIRECTION_ENDS = ("_runtime", "_per_second", "_time", "/rejected", "/chosen", "entropy", "entropy_loss")
_NO_DIRECTION_STARTS = ("system/", "completions/", "logps/", "logits/")


class Better(StrEnum):
    """Which way a metric is better."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class MetricCell:
    """One metric of one run. ``final`` may be NaN or infinite: the run ended so. Differences are to the first run.

    ``best`` is the best finite value, ``best_step`` the first step it was reached at; None where there is no finite
    value or where a metric has no better and worse (learning_rate). ``leads``: no run's best is better (ties all lead).
    """

    final: float
    final_step: int
    count: int
    best: float | None = None
    best_step: int | None = None
    final_difference: float | None = None
    best_difference: float | None = None
    leads: bool = False


@dataclass(frozen=True, slots=True)
class MetricComparison:
    """One metric with a cell for each run, in the order of the runs; None where a run does not log it."""

    name: str
    better: Better | None
    cells: tuple[MetricCell | None, ...]


def direction(name: str) -> Better | None:
    """Which way a metric is better; None for those that only describe the run."""
    bare = name.removeprefix("eval_").removeprefix("train_")
    if bare in _NO_DIRECTION or name.endswith(_NO_DIRECTION_ENDS) or name.startswith(_NO_DIRECTION_STARTS):
        return None
    return Better.LOWER if counts_down(name) else Better.HIGHER


def compare_metrics(runs: Sequence[MetricsView], names: Sequence[str] | None = None) -> list[MetricComparison]:
    """The metrics that any run logs (or those of ``names``), in order of first appearance."""
    wanted = names if names is not None else list(dict.fromkeys(n for run in runs for n in run.names))
    return [_compared(name, runs) for name in wanted]


def _compared(name: str, runs: Sequence[MetricsView]) -> MetricComparison:
    better = direction(name)
    found = [_cell(run, name, better) for run in runs]
    bests = [c.best for c in found if c is not None and c.best is not None]
    top = None if not bests else (min(bests) if better is Better.LOWER else max(bests))
    first = found[0]
    return MetricComparison(name, better, tuple(_placed(c, first, top, several=len(bests) > 1) for c in found))


def _cell(run: MetricsView, name: str, better: Better | None) -> MetricCell | None:
    if name not in run.names:
        return None
    series = run.series(name)
    if not len(series):
        return None
    final, final_step = float(series.y[-1]), int(series.x[-1])
    at = _best_at(series.y, better) if better is not None else None
    if at is None:
        return MetricCell(final, final_step, len(series))
    return MetricCell(final, final_step, len(series), float(series.y[at]), int(series.x[at]))


def _best_at(values: Sequence[float], better: Better) -> int | None:
    """The first place of the best finite value."""
    if len(values) > 2000:  # numpy costs a start of its own; a short run does not need it
        import numpy as np

        array = np.asarray(values, dtype=np.float64)
        finite = np.isfinite(array)
        if not finite.any():
            return None
        lowest = better is Better.LOWER
        array = np.where(finite, array, np.inf if lowest else -np.inf)
        return int(array.argmin() if lowest else array.argmax())
    sign = 1.0 if better is Better.LOWER else -1.0
    return min((i for i, v in enumerate(values) if math.isfinite(v)), key=lambda i: sign * values[i], default=None)


def _placed(
    cell: MetricCell | None, first: MetricCell | None, top: float | None, *, several: bool
) -> MetricCell | None:
    """The cell with its differences to the first run, and whether it leads among several."""
    if cell is None:
        return None
    other = first if first is not cell else None
    return MetricCell(
        cell.final,
        cell.final_step,
        cell.count,
        cell.best,
        cell.best_step,
        _difference(cell.final, other.final if other else None),
        _difference(cell.best, other.best if other else None),
        several and cell.best is not None and cell.best == top,
    )


def _difference(value: float | None, first: float | None) -> float | None:
    if value is None or first is None or not (math.isfinite(value) and math.isfinite(first)):
        return None
    return value - first
