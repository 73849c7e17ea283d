"""The columns of the run table."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tuiapp.widgets.run_table import words
from tuner.runs.summary import RunSummary

GAP = 2
"""Cells between columns."""


@dataclass(eq=False, repr=False)
class Column:
    """A column. ``width`` is what it needs, ``most`` what it takes where there is room; ``sort`` what it sorts by."""

    id: str
    title: str
    text: Callable[[RunSummary], str]
    width: int
    most: int = 0
    right: bool = False
    sort: str = ""


def _list_of(*columns: Column) -> dict[str, Column]:
    return {c.id: c for c in columns}


COLUMNS = _list_of(
    Column("state", "state", words.state, 11, 14, sort="state"),
    Column("name", "name", lambda r: words.plain(r.name), 18, 48, sort="name"),
    Column("objective", "objective", lambda r: words.plain(r.objective), 9, sort="objective"),
    Column("method", "method", lambda r: words.plain(r.method), 7, 9, sort="method"),
    Column("model", "model", lambda r: words.short_name(r.model), 12, 30, sort="model"),
    Column("dataset", "dataset", lambda r: words.short_name(r.dataset), 12, 30, sort="dataset"),
    Column("progress", "progress", words.progress, 11, sort="progress"),
    Column("eta", "ETA", words.eta, 6, right=True, sort="eta"),
    Column("loss", "loss", lambda r: words.value(r, "loss"), 7, right=True, sort="loss"),
    Column("eval_loss", "eval loss", lambda r: words.value(r, "eval_loss"), 9, right=True, sort="eval_loss"),
    Column("best", "best", words.best, 12, right=True, sort="best"),
    Column("sparkline", "curve", lambda r: words.sparkline(r.sparkline, 12), 12),
    Column("created", "created", words.created, 11, sort="created"),
    Column("duration", "took", lambda r: words.lasted(r, time.time()), 6, right=True, sort="duration"),
    Column("tags", "tags", words.tags, 8, 24, sort="tags"),
    Column("note", "note", words.note, 10, 40, sort="note"),
    Column("source", "source", lambda r: words.plain(r.source), 8, 14, sort="source"),
    Column("backend", "backend", lambda r: words.plain(r.backend), 7, sort="backend"),
    Column("parent", "parent", lambda r: words.plain(r.parent), 14, 44, sort="parent"),
    Column("id", "id", lambda r: words.plain(r.id), 20, 44, sort="id"),
)
DEFAULT = (
    "name", "state", "progress", "eta", "loss", "eval_loss", "best", "sparkline", "objective", "model", "created",
    "duration", "tags", "note",
)  # fmt: skip


def known(ids: Iterable[object]) -> list[str]:
    """Those that are columns, each once, in their order; the default ones where none is."""
    kept = dict.fromkeys(i for i in ids if isinstance(i, str) and i in COLUMNS)
    return list(kept) or list(DEFAULT)


def fitted(ids: Sequence[str], width: int, sort: str) -> list[tuple[Column, int]]:
    """The columns that fit in ``width`` cells, each with its cells; the later ones give way, the one sorted by never
    does. What is left goes to those that can use it, and at last to the name.
    """
    asked = [COLUMNS[i] for i in ids]
    room = width + GAP - sum(c.width + GAP for c in asked if c.sort == sort)
    kept: list[Column] = []
    for column in asked:
        if column.sort == sort:
            kept.append(column)
        elif column.width + GAP <= room:
            kept.append(column)
            room -= column.width + GAP
        else:
            room = 0  # a later, smaller one would stand where nobody looks for it
    cells = {c.id: c.width for c in kept}
    for column in sorted(kept, key=lambda c: c.id != "name"):
        more = min(max(0, room), max(0, column.most - column.width))
        cells[column.id] += more
        room -= more
    return [(c, cells[c.id]) for c in kept]
