"""Lines of the run table: a list where there is little room, columns where there is more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len
from rich.style import Style

from tuiapp.widgets.ink import Ink
from tuiapp.widgets.run_table import words
from tuiapp.widgets.run_table.arrangement import Arrangement, Heading
from tuiapp.widgets.run_table.columns import GAP, Column, fitted
from tuiapp.widgets.strips import Part, clip, fit, spread
from tuiapp.widgets.wording import mark_of, short_state
from tuner.runs.summary import RunSummary

TABLE = 64
"""Cells from which on the runs stand in columns."""
MARKS = 1
"""Cells at the left that show a mark and take a click."""
_BEGIN = MARKS + 2
_LEAST_NAME = 6
_CURVE, _STATE, _CURVE_FROM = 8, 11, 34
_NUMBERS = frozenset({"loss", "eval_loss", "best", "progress", "eta"})


@dataclass(eq=False, repr=False)
class Painter:
    """What all lines share: the styles, the columns asked for, what is sorted by, the names of more than one run."""

    ink: Ink
    columns: tuple[str, ...]
    how: Arrangement
    shared: frozenset[str] = frozenset()

    def run(self, run: RunSummary, letter: str, width: int, indent: int = 0) -> list[Part]:
        """A run; ``letter`` is its mark ("" where it has none), ``indent`` what its group moves it to the right."""
        begin = self._begin(run, letter, indent)
        if width < TABLE:
            return [*begin, *self._in_list(run, width - _BEGIN - indent)]
        return [*begin, *self._in_columns(run, width - _BEGIN, indent)]

    def heading(self, heading: Heading, width: int) -> list[Part]:
        """A group: the arrow says whether it is folded."""
        ink = self.ink
        live: list[Part] = [(f" · {heading.live} live", ink.primary)] if heading.live else []
        left = [("▸ " if heading.folded else "▾ ", ink.muted), (words.plain(heading.group), ink.strong)]
        return spread(left, [(f"{heading.count} run{'s' * (heading.count != 1)}", ink.muted), *live], width)

    def head(self, width: int) -> list[Part]:
        """The names of the columns; an arrow at the one sorted by."""
        parts: list[Part] = [(" " * _BEGIN, self.ink.muted)]
        for column, cells in self.fitted(width):
            sorts = column.sort == self.how.sort
            title = f"{column.title}{('▾' if self.how.descending else '▴') if sorts else ''}"
            style = self.ink.primary if sorts else self.ink.muted
            parts.append((fit(title, cells, right=column.right) + " " * GAP, style))
        return parts

    def fitted(self, width: int) -> list[tuple[Column, int]]:
        """The columns in sight, each with its cells."""
        return _fitted(self.columns, width - _BEGIN, self.how.sort)

    def column_at(self, x: int, width: int) -> Column | None:
        """The column at a cell of the head."""
        left = _BEGIN
        for column, cells in self.fitted(width):
            if left <= x < left + cells + GAP:
                return column
            left += cells + GAP
        return None

    def _begin(self, run: RunSummary, letter: str, indent: int) -> list[Part]:
        ink = self.ink
        mark = mark_of(run, ink)
        return [
            (letter or " ", ink.accent),
            (" " * indent, ink.muted),
            (f"{mark.glyph} ", ink.faint if run.archived else mark.style),
        ]

    def _name_style(self, run: RunSummary) -> Style:
        return self.ink.faint if run.archived else (self.ink.strong if run.is_live else self.ink.text)

    def _state_style(self, run: RunSummary) -> Style:
        if run.archived:
            return self.ink.faint
        if run.stale_seconds is not None:
            return self.ink.warning
        return self.ink.bad if run.state == "failed" else self.ink.muted

    def _name(self, run: RunSummary) -> list[Part]:
        pin: list[Part] = [("◆ ", self.ink.accent)] if run.pinned else []
        return [*pin, (words.plain(run.name), self._name_style(run))]

    def _in_list(self, run: RunSummary, width: int) -> list[Part]:
        """Name and state; the curve before the state where the name leaves room, always in the same cells.

        The end of the id goes before the curve where the name alone does not say which run it is.
        """
        name = self._name(run)
        said = words.plain(short_state(run))
        taken = sum(cell_len(text) for text, _ in name)
        left = min(max(_STATE, width - taken - 1), width)
        if cell_len(said) > left:  # the name is what a run is known by
            said = fit(said, left)
        state: list[Part] = [(said, self._state_style(run))]
        room = width - _STATE - _CURVE - 2
        curve = words.sparkline(run.sparkline, _CURVE)
        if run.name in self.shared and taken + len(run.id[-4:]) + 1 > room:
            curve = ""
        if curve and width + _BEGIN >= _CURVE_FROM and taken <= room and cell_len(said) <= _STATE:
            name = self._with_id(run, name, taken, room)
            gap = " " * (room - sum(cell_len(text) for text, _ in name) + 1)
            lead = fit(curve, _CURVE) + " "
            return [*name, (gap, self.ink.muted), (lead, self.ink.faint), (fit(said, _STATE, right=True), state[0][1])]
        return spread(self._with_id(run, name, taken, width - cell_len(said) - 1), state, width)

    def _with_id(self, run: RunSummary, name: list[Part], taken: int, room: int) -> list[Part]:
        """The end of the id stands where there is room; where several runs have the name, the name gives way to it."""
        tail = f" {words.plain(run.id[-4:])}"
        if run.name in self.shared and room >= _LEAST_NAME + cell_len(tail):
            return [*clip(name, room - cell_len(tail)), (tail, self.ink.faint)]
        return [*name, (tail, self.ink.faint)] if taken + cell_len(tail) <= room else name

    def _in_columns(self, run: RunSummary, width: int, indent: int) -> list[Part]:
        parts: list[Part] = []
        gap = (" " * GAP, self.ink.muted)
        for at, (column, cells) in enumerate(_fitted(self.columns, width, self.how.sort)):
            room = max(0, cells - indent) if at == 0 else cells
            if column.id == "name":
                name = self._name(run)
                name = clip(self._with_id(run, name, sum(cell_len(t) for t, _ in name), room), room)
                parts += [*name, (" " * (room - sum(cell_len(t) for t, _ in name)), self.ink.text), gap]
            else:
                text = fit(column.text(run), room, right=column.right)
                parts += [(text, self._style(run, column)), gap]
        return parts

    def _style(self, run: RunSummary, column: Column) -> Style:
        if run.archived:
            return self.ink.faint
        if column.id == "state":
            return self._state_style(run)
        if column.id == "sparkline":
            return self.ink.primary if run.is_live else self.ink.muted
        return self.ink.text if column.id in _NUMBERS else self.ink.muted


@lru_cache(64)
def _fitted(columns: Sequence[str], width: int, sort: str) -> list[tuple[Column, int]]:
    return fitted(columns, width, sort)
