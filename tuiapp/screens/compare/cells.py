"""What stands in the two tables of a comparison: text, and a tone that a glyph tells too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rich.style import Style

from tuiapp.comparison_text import ARROW, setting_text
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import fit
from tuiapp.widgets.wording import metric
from tuner.runs.compare import Comparison
from tuner.runs.compare_metrics import Better, MetricCell, MetricComparison
from tuner.runs.run_configuration import Origin, Setting
from tuner.runs.text_tail import inert


class Tone(StrEnum):
    """How a cell is meant; the value is its ink."""

    PLAIN = "text"
    QUIET = "muted"
    CHANGED = "warning"
    BETTER = "good"
    WORSE = "bad"

    def style(self, ink: Ink) -> Style:
        return {
            Tone.PLAIN: ink.text,
            Tone.QUIET: ink.muted,
            Tone.CHANGED: ink.warning,
            Tone.BETTER: ink.good,
            Tone.WORSE: ink.bad,
        }[self]


Cell = tuple[tuple[str, Tone], ...]
"""Pieces of text beside each other."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row: what stands in the fixed column, and a cell for each run."""

    label: str
    cells: tuple[Cell, ...]


FINAL, DIFFERENCE, BEST = 8, 10, 14
METRIC_HEAD = f"{'final':>{FINAL}}{'± first':>{DIFFERENCE}}    best @step"
"""What stands over a run's metrics."""


def setting_rows(comparison: Comparison, *, everything: bool) -> list[TableRow]:
    """The settings that differ, or all."""
    rows = comparison.configuration if everything else comparison.differences()
    return [
        TableRow(
            inert(row.path), tuple(_setting(s, changed) for s, changed in zip(row.settings, row.changed, strict=True))
        )
        for row in rows
    ]


def metric_rows(comparison: Comparison) -> list[TableRow]:
    """Every metric with its final and its best value."""
    return [
        TableRow(f"{inert(m.name)} {ARROW[m.better]}".rstrip(), tuple(_metric(m, c) for c in m.cells))
        for m in comparison.metrics
    ]


def _setting(setting: Setting, changed: bool) -> Cell:
    if changed:
        return (("≠ ", Tone.CHANGED), (setting_text(setting), Tone.CHANGED))
    return (("  ", Tone.QUIET), (setting_text(setting), Tone.PLAIN if setting.origin is Origin.SET else Tone.QUIET))


def _metric(row: MetricComparison, cell: MetricCell | None) -> Cell:
    if cell is None:
        return ((fit("–", FINAL, right=True), Tone.QUIET),)
    best = "" if cell.best is None else f"{metric(row.name, cell.best)} @{cell.best_step}"
    return (
        (fit(metric(row.name, cell.final), FINAL, right=True), Tone.PLAIN),
        (fit(_difference(cell.final_difference), DIFFERENCE, right=True), _judged(row.better, cell.final_difference)),
        ("  ★ " if cell.leads else "    ", Tone.BETTER),
        (fit(best, BEST), Tone.BETTER if cell.leads else Tone.QUIET),
    )


def _difference(value: float | None) -> str:
    return "" if value is None else "=" if value == 0 else f"{value:+.3g}"


def _judged(better: Better | None, difference: float | None) -> Tone:
    if better is None or not difference:
        return Tone.QUIET
    return Tone.BETTER if (difference < 0) == (better is Better.LOWER) else Tone.WORSE
