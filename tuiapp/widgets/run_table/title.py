"""What the table's border says: how many runs are shown of how many, and how they are arranged."""

from __future__ import annotations

from collections.abc import Sequence

from tuiapp.widgets.run_table.arrangement import Arrangement
from tuiapp.widgets.run_table.model import RunModel
from tuner.runs.text_tail import inert


def title_of(runs: RunModel) -> str:
    """The number of runs, of those that are live, and what they were found by."""
    asked = inert(runs.finder.text)
    told = ["Runs"]
    if runs.all:
        told = [f"Runs {len(runs.found)}/{len(runs.all)}" if asked else f"Runs {len(runs.found)}"]
    if runs.live:
        told.append(f"{runs.live} live")
    if asked:
        told.append(f"/{asked}")
    elif len(runs.found) < len(runs.all):
        told.append(f"{len(runs.all) - len(runs.found)} archived")
    return " · ".join(told)


def subtitle_of(how: Arrangement, marked: int, problems: Sequence[str]) -> str:
    """What is wrong with the query; else the marks, the order unless it is the first, and the grouping."""
    if problems:
        return f"⚠ {problems[0]}"
    told = [f"✚ {marked} marked"] if marked else []
    if (how.sort, how.descending) != ("created", True):
        told.append(f"{how.sort} {'▾' if how.descending else '▴'}")
    if how.group:
        told.append(f"by {how.group}")
    return " · ".join(told)
