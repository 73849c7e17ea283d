"""A comparison of runs as tables for a terminal."""

from __future__ import annotations

import re

from tuiapp.cli.output import number, print_line, print_table, tell
from tuner.runs.compare import Comparison
from tuner.runs.compare_metrics import Better, MetricCell
from tuner.runs.run_configuration import Origin, Setting
from tuner.runs.text_tail import inert

ARROW = {Better.LOWER: "↓", Better.HIGHER: "↑", None: ""}
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
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


def value_text(value: object) -> str:
    """A setting's value in short: numbers as people write them, lists in brackets."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    text = inert(str(value))
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text


def setting_text(setting: Setting) -> str:
    """A setting: – where the run does not know of it, with a word where it is only the default."""
    if setting.origin is Origin.ABSENT:
        return "–"
    return f"{value_text(setting.value)} (default)" if setting.origin is Origin.DEFAULT else value_text(setting.value)


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
