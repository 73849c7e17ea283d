"""A comparison of runs as tables for a terminal."""

from __future__ import annotations

from tuiapp.cli.output import print_line, print_table, tell
from tuiapp.comparison_text import ARROW, setting_text
from tuiapp.formatting import number
from tuner.runs.compare import Comparison
from tuner.runs.compare_metrics import MetricCell
from tuner.runs.run_configuration import Setting
from tuner.runs.text_tail import inert

_WIDEST = 44
"""Cells that a value may take; the JSON has all of it."""


def print_comparison(found: Comparison, *, everything: bool) -> None:
    """Both tables; a run's name heads its column, ≠ marks what differs from the first run, ★ the best of a row."""
    labels = [inert(run.label) for run in found.runs]
    rows = list(found.configuration) if everything else found.differences()
    if rows:
        cells = [
            [inert(row.path), *(_setting(s, c) for s, c in zip(row.settings, row.changed, strict=True))] for row in rows
        ]
        print_table(["configuration", *labels], cells, named=len(labels))
    else:
        tell("the configurations are the same" if found.configuration else "no run tells its configuration")
    if rows and found.metrics:
        print_line()
    if found.metrics:
        lines = [[f"{inert(m.name)} {ARROW[m.better]}".rstrip(), *(_metric(c) for c in m.cells)] for m in found.metrics]
        print_table(["metric: final, best@step", *labels], lines, named=len(labels))
    else:
        tell("no run has such metrics")


def _setting(setting: Setting, changed: bool) -> str:
    text = setting_text(setting)
    short = text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
    return f"≠ {short}" if changed else short


def _metric(cell: MetricCell | None) -> str:
    if cell is None:
        return "–"
    text = number(cell.final)
    if cell.final_difference is not None:
        text += f" ({cell.final_difference:+.3g})"
    if cell.best is not None:
        text += f", {number(cell.best)}@{cell.best_step}"
    return f"{text} ★" if cell.leads else text
