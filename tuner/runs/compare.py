"""Several runs held against the first of them: configurations and metrics."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.runs.compare_configuration import ConfigurationRow, compare_configurations
from tuner.runs.compare_metrics import MetricCell, MetricComparison, compare_metrics
from tuner.runs.metric_history import finite_or_none
from tuner.runs.run_configuration import Setting, read_configuration

if TYPE_CHECKING:
    from tuner.runs.metrics_view import MetricsView

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run that is compared; ``label`` is its name, with the end of its id where another run bears the same."""

    id: str
    name: str
    path: Path
    label: str
    source: str = "tuner"
    state: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was compared; the first run is the base. Equal settings are in it, and told by ``is_equal``."""

    runs: tuple[ComparedRun, ...]
    configuration: tuple[ConfigurationRow, ...]
    metrics: tuple[MetricComparison, ...]

    def differences(self) -> list[ConfigurationRow]:
        """The settings that not all runs have in common."""
        return [row for row in self.configuration if not row.is_equal]

    def as_dict(self, *, everything: bool = False) -> Json:
        """The documented object of `runs compare`; values that are not finite are null."""
        rows = self.configuration if everything else self.differences()
        return {
            "runs": [{"id": r.id, "name": r.name, "label": r.label, "source": r.source, "state": r.state,
                      "path": str(r.path), "base": i == 0} for i, r in enumerate(self.runs)],
            "configuration": [_setting_row(row) for row in rows],
            "metrics": [
                {"name": m.name, "better": m.better, "values": [_cell(c) for c in m.cells]} for m in self.metrics
            ],
        }  # fmt: skip


def compare(
    runs: Sequence[ComparedRun], views: Sequence[MetricsView], pattern: re.Pattern[str] | None = None
) -> Comparison:
    """Compare the runs' configurations, read here, and their metrics, of which ``pattern`` keeps those it is found in.

    Raises:
        ValueError: runs and views are not as many, or there is none.
    """
    if not runs or len(runs) != len(views):
        raise ValueError("each compared run needs its metrics")
    settings: list[dict[str, Setting]] = [read_configuration(r.path) for r in runs]
    names = dict.fromkeys(n for v in views for n in v.names if pattern is None or pattern.search(n))
    return Comparison(tuple(runs), tuple(compare_configurations(settings)), tuple(compare_metrics(views, list(names))))


def distinct_labels(runs: Sequence[tuple[str, str]]) -> list[str]:
    """A label for each (id, name): the name, with the id's last part where several bear the name."""
    names = [name for _, name in runs]
    return [name if names.count(name) == 1 else f"{name} {id_.rpartition('-')[2]}" for id_, name in runs]


def _setting_row(row: ConfigurationRow) -> Json:
    return {
        "path": row.path,
        "equal": row.is_equal,
        "values": [_json(s.value) for s in row.settings],
        "origins": [s.origin for s in row.settings],
        "changed": list(row.changed),
    }


def _json(value: object) -> object:
    if isinstance(value, float):
        return finite_or_none(value)
    return [_json(v) for v in value] if isinstance(value, list) else value


def _cell(cell: MetricCell | None) -> Json | None:
    if cell is None:
        return None
    return {
        "final": finite_or_none(cell.final),
        "final_step": cell.final_step,
        "final_difference": cell.final_difference,
        "best": cell.best,
        "best_step": cell.best_step,
        "best_difference": cell.best_difference,
        "leads": cell.leads,
        "points": cell.count,
    }
