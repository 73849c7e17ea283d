"""One run of another tool as lists show it. Nothing is told that its files do not say."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tuner.core.states import RunState
from tuner.discovery.foreign_facts import Facts, foreign_facts
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.saved_places import saved_places
from tuner.runs.event_files import event_files
from tuner.runs.foreign_metrics import notice_of
from tuner.runs.metric_files import metric_files
from tuner.runs.metric_history import MetricHistory, finite_or_none
from tuner.runs.metric_lines import TIMESTAMP
from tuner.runs.metric_reader import read_history
from tuner.runs.ranking import best_index, rank
from tuner.runs.summary import Json, RunSummary

RECORDED = "recorded"
"""The state of another tool's run that nothing proves to have finished: whether it still trains is not known."""
SPARKLINE = 24


def summarise_foreign(folder: RunFolder) -> RunSummary:
    """Read one run; it is shown however little of it can be read."""
    path = folder.path
    history = read_history(path)
    facts = foreign_facts(path, folder.source, history)
    objective = facts.objective or objective_by_metrics(history)
    step = history.last_step if history.last_step is not None else facts.step
    times = _times(path)
    return RunSummary(
        id=folder.id,
        name=folder.given_name,
        kind="train",
        source=folder.source,
        state=RunState.SUCCEEDED.value if facts.finished else RECORDED,
        objective=objective,
        method=facts.method,
        backend=None,
        model=facts.model,
        dataset=facts.dataset,
        created_at=rfc3339(min(times, default=None)),
        started_at=_first_row(history),
        finished_at=rfc3339(max(times, default=None)) if facts.finished else None,
        phase=None,
        message=_message(facts, max(times, default=None), path),
        step=step,
        total_steps=facts.total_steps,
        progress=_progress(step, facts),
        eta_seconds=None if facts.finished else facts.eta_seconds,
        metrics={k: finite_or_none(v) for k, v in history.latest().items()},
        best=_best(path, history, objective),
        error=None,
        parent=None,
        tags=[],
        path=path,
        sparkline=spread(history.series("loss")[1]),
    )


def objective_by_metrics(history: MetricHistory) -> str | None:
    """What only one objective logs."""
    columns = set(history.columns)
    if {"kl", "rewards/margins"} <= columns:
        return "kto"
    if "rewards/accuracies" in columns:
        return "dpo"
    return "sft" if "mean_token_accuracy" in columns else None


def spread(values: Sequence[float], count: int = SPARKLINE) -> tuple[float, ...]:
    """At most ``count`` finite values, evenly spread, the first and the last among them."""
    finite = [v for v in values if math.isfinite(v)]
    if len(finite) <= count:
        return tuple(finite)
    return tuple(finite[round(i * (len(finite) - 1) / (count - 1))] for i in range(count))


def _best(path: Path, history: MetricHistory, objective: str | None) -> Json | None:
    checkpoints = saved_places(path, history)
    scores = rank(checkpoints, history, objective)
    best = best_index(checkpoints, scores)
    if best is None:
        return None
    parts = scores[best].parts
    return {"step": checkpoints[best].step, "by": parts["by"], "value": parts.get("value", scores[best].value)}


def _progress(step: int | None, facts: Facts) -> float | None:
    if facts.finished:
        return 1.0
    if step is None or not facts.total_steps:
        return None
    return min(1.0, step / facts.total_steps)


def _logs(path: Path) -> list[Path]:
    return [*metric_files(path), *event_files(path)]


def _times(path: Path) -> list[float]:
    """When the things of a run were last written: seconds since the epoch."""
    times = []
    try:
        things = [p for p in path.iterdir() if not p.name.startswith(".")]
    except OSError:
        return []
    for thing in (*things, *_logs(path)):
        try:
            times.append(thing.stat().st_mtime)
        except OSError:
            continue  # deleted just now
    return times


def _first_row(history: MetricHistory) -> str | None:
    _, row = next(history.rows(0, 1), (0, {}))
    return rfc3339(row.get(TIMESTAMP))


def rfc3339(seconds: float | None) -> str | None:
    """Seconds since the epoch as UTC text; None for none, or for what no clock can have said."""
    if seconds is None or not 0 <= seconds < 1e11:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(facts: Facts, last: float | None, path: Path) -> str:
    """What a reader should know: metrics that cannot be read, and how old the record is."""
    told = [notice_of(path)]
    if not facts.finished and last is not None:
        moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(last))
        told.append(f"last written {moment}; whether it still trains is not recorded")
    return "; ".join(filter(None, told))
