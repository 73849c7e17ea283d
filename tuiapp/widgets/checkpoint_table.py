"""Checkpoints with their scores, sortable by every column; the best is marked, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuiapp.handlers.checkpoint_rows import CheckpointRow, best_of
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, clip, fit
from tuiapp.widgets.wording import metric, size

_ORDER = (
    "eval_exact_match", "eval_loss", "loss", "rewards/margins", "kl", "rewards/accuracies", "eval_mean_token_accuracy",
    "mean_token_accuracy", "grad_norm",
)  # fmt: skip
_SHORT = {
    "eval_exact_match": "exact match", "eval_loss": "eval loss", "rewards/margins": "margins",
    "rewards/accuracies": "accuracy", "eval_mean_token_accuracy": "eval tok acc", "mean_token_accuracy": "token acc",
    "grad_norm": "grad",
}  # fmt: skip

NONE_YET = "no checkpoint yet; they appear here as they are saved"
NONE_SAVED = "this run has saved no checkpoint"

Key = Callable[[CheckpointRow], float | None]


@dataclass(frozen=True)
class Column:
    """A column: its name, its width, its text for a row, and what it sorts by."""

    name: str
    width: int
    text: Callable[[CheckpointRow], str]
    key: Key


class CheckpointTable(CursorPane):
    """``o`` sorts by the next column, ``O`` turns the order around; a click on a heading does both."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._rows: list[CheckpointRow] = []
        self._columns: list[Column] = []
        self._sort = "step"
        self._down = False
        self._empty = "reading…"

    @property
    def head(self) -> int:
        return 2 if self._rows and best_of(self._rows) else (1 if self._rows else 0)

    @property
    def rows(self) -> Sequence[CheckpointRow]:
        """The rows as they stand."""
        return self._rows

    @property
    def selected(self) -> CheckpointRow | None:
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """The column sorted by, and whether downwards."""
        return self._sort, self._down

    def show_rows(self, rows: Sequence[CheckpointRow], *, empty: str = NONE_YET) -> None:
        """Show these; the cursor stays on its checkpoint, or goes to the best."""
        self._empty = empty
        keep = self.selected.label if self.selected else None
        self._columns = _columns(rows)
        if self._sort not in {c.name for c in self._columns}:
            self._sort, self._down = "step", False
        self._rows = list(rows)
        self._arrange(keep)

    def sort_next(self) -> None:
        """Sort by the next column; numbers downwards, steps upwards."""
        names = [c.name for c in self._columns]
        if names:
            at = names.index(self._sort) if self._sort in names else -1
            self.sort_by(names[(at + 1) % len(names)])

    def sort_by(self, name: str) -> None:
        """Sort by a column; the same one again turns the order around."""
        self._down = not self._down if name == self._sort else name != "step" and not _lower_is_better(name)
        self._sort = name
        self._arrange(self.selected.label if self.selected else None)

    def reverse(self) -> None:
        """Turn the order around."""
        self.sort_by(self._sort)

    def go_to_best(self) -> CheckpointRow | None:
        """Put the cursor on the best; returns it."""
        index = next((i for i, r in enumerate(self._rows) if r.is_best), None)
        if index is None:
            return None
        self.move_to(index)
        return self._rows[index]

    def show_step(self, step: int | None) -> None:
        """Put the cursor on the last checkpoint at or before a step, without telling; None leaves it where it is."""
        if step is None:
            return
        reached = [(r.step, i) for i, r in enumerate(self._rows) if not r.is_final and r.step <= step]
        if reached:
            self.move_to(max(reached)[1], tell=False)

    def head_clicked(self, x: int) -> None:
        left = 2
        for column in self._fitting(self.scrollable_content_region.width):
            if left <= x < left + column.width + 2:
                self.sort_by(column.name)
                return
            left += column.width + 2

    def _arrange(self, keep: str | None) -> None:
        column = next((c for c in self._columns if c.name == self._sort), None)
        if column is not None:
            known = [r for r in self._rows if column.key(r) is not None]
            known.sort(key=lambda r: column.key(r) or 0.0, reverse=self._down)
            self._rows = known + [r for r in self._rows if column.key(r) is None]
        self.set_count(len(self._rows))
        index = next((i for i, r in enumerate(self._rows) if r.label == keep), None)
        if index is None:
            index = next((i for i, r in enumerate(self._rows) if r.is_best), 0)
        self.move_to(index, tell=False)
        self._entitle()

    def _entitle(self) -> None:
        best = best_of(self._rows)
        by = f" · best by {best.by.removeprefix('-')}" if best else ""
        self.set_title(f"Checkpoints{by}" if self._rows else "Checkpoints")

    def _fitting(self, width: int) -> list[Column]:
        """The columns there is room for: the least telling metrics give way, the one sorted by never does."""
        kept = list(self._columns)
        for column in reversed(self._columns[1:-2]):
            if 2 + sum(c.width + 2 for c in kept) <= width:
                break
            if column.name != self._sort:
                kept.remove(column)
        return kept

    def head_parts(self, index: int, width: int) -> list[Part]:
        ink = self.ink
        best = best_of(self._rows)
        if index == 0 and best is not None:
            return clip([("★ ", ink.accent), (f"{best.label}: {best.why}", ink.muted)], width)
        parts: list[Part] = [("  ", ink.muted)]
        for column in self._fitting(width):
            sorts = column.name == self._sort
            arrow = ("▾" if self._down else "▴") if sorts else ""
            name = _SHORT.get(column.name, column.name)
            parts.append((fit(f"{name}{arrow}", column.width, right=True) + "  ", ink.primary if sorts else ink.muted))
        return clip(parts, width)

    def row_parts(self, index: int, width: int) -> list[Part]:
        row, ink = self._rows[index], self.ink
        style = ink.strong if row.is_best else (ink.text if row.whole else ink.muted)
        parts: list[Part] = [("★ " if row.is_best else "  ", ink.accent)]
        parts += [(fit(c.text(row), c.width, right=True) + "  ", style) for c in self._fitting(width)]
        return clip(parts, width)

    def empty_parts(self) -> list[list[Part]]:
        ink = self.ink
        return [[(self._empty, ink.muted)]]


def _columns(rows: Sequence[CheckpointRow]) -> list[Column]:
    present = {name for r in rows for name in r.metrics}
    names = [n for n in _ORDER if n in present]
    return [
        Column("step", 6, lambda r: r.label, lambda r: float("inf") if r.is_final else float(r.step)),
        *(_metric_column(n) for n in names),
        Column("size", 8, lambda r: size(r.bytes), lambda r: float(r.bytes)),
        Column("state", 9, _state, lambda r: float(r.whole) + float(r.pinned)),
    ]


def _state(row: CheckpointRow) -> str:
    """Whether it may be used, and kept for good."""
    if not row.whole:
        return "◌ partial"
    return "◆ pinned" if row.pinned else "✓ whole"


def _metric_column(name: str) -> Column:
    width = max(8, len(_SHORT.get(name, name)) + 1)
    return Column(name, width, lambda r: metric(name, r.metrics.get(name)), lambda r: r.metrics.get(name))


def _lower_is_better(name: str) -> bool:
    return "loss" in name or name in {"kl", "grad_norm", "size"}
