"""The run browser's list."""

from __future__ import annotations

from collections.abc import Sequence

from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, spread, width_of
from tuiapp.widgets.wording import mark_of, short_state
from tuner.runs.summary import RunSummary


class RunList(CursorPane):
    """Runs, newest first, each with its state as a glyph and in a few words; the cursor's run is the selected one."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._all: Sequence[RunSummary] = []
        self._shown: Sequence[RunSummary] = []
        self._wanted = ""
        self._read = False

    @property
    def selected(self) -> RunSummary | None:
        """The run under the cursor."""
        return self._shown[self.cursor] if 0 <= self.cursor < len(self._shown) else None

    def show_runs(self, runs: Sequence[RunSummary], select: str | None = None) -> None:
        """Show these; the cursor stays on its run, or goes to ``select``."""
        self._read = True
        self._all = runs
        self._refill(select or (self.selected.id if self.selected else None))

    def find(self, words: str) -> None:
        """Show only the runs that have all these words somewhere."""
        self._wanted = words.strip().lower()
        self._refill(self.selected.id if self.selected else None)

    def select(self, run_id: str) -> None:
        """Put the cursor on a run."""
        index = next((i for i, r in enumerate(self._shown) if r.id == run_id), None)
        if index is not None:
            self.move_to(index)

    def _refill(self, keep: str | None) -> None:
        words = self._wanted.split()
        before = self.selected
        shown = [r for r in self._all if all(w in _haystack(r) for w in words)]
        same = [r.id for r in shown] == [r.id for r in self._shown]
        changed = [i for i, (new, old) in enumerate(zip(shown, self._shown, strict=False)) if new != old]
        self._shown = shown
        self._entitle()
        if same and shown:
            for index in changed:
                self.refresh_row(index)
        else:
            self.set_count(len(shown))
        index = next((i for i, r in enumerate(shown) if r.id == keep), 0)
        self.move_to(index, tell=False)
        after = self.selected
        if (before.id if before else None) != (after.id if after else None):
            self.post_message(self.Moved(self, self.cursor))

    def _entitle(self) -> None:
        live = sum(1 for r in self._all if r.is_live)
        count = f"{len(self._shown)}/{len(self._all)}" if self._wanted else str(len(self._all))
        title = f"Runs {count}" if self._all else "Runs"
        self.set_title(title + (f" · {live} live" if live else "") + (f" · /{self._wanted}" if self._wanted else ""))

    def row_parts(self, index: int, width: int) -> list[Part]:
        run, ink = self._shown[index], self.ink
        mark = mark_of(run, ink)
        left: list[Part] = [(f"{mark.glyph} ", mark.style), (run.name, ink.strong if run.is_live else ink.text)]
        right: list[Part] = [(short_state(run), ink.bad if run.state == "failed" else ink.muted)]
        tail: list[Part] = [(f" {run.id[-4:]}", ink.faint)]  # tells runs of one name apart, where there is room
        room = width - width_of(right) - 1
        return spread(left + tail if width_of(left + tail) <= room else left, right, width)

    def empty_parts(self) -> list[list[Part]]:
        ink = self.ink
        if not self._read:
            return [[("reading…", ink.muted)]]
        if self._wanted:
            return [
                [(f"no run has “{self._wanted}”", ink.muted)],
                [("Esc", ink.strong), (" shows all again", ink.muted)],
            ]
        return [
            [("no runs here yet", ink.muted)],
            [],
            [("n", ink.strong), ("  start one from a preset", ink.muted)],
            [("?", ink.strong), ("  every key, explained", ink.muted)],
        ]


def _haystack(run: RunSummary) -> str:
    words = (run.name, run.id, run.state, run.objective, run.backend, run.model, run.dataset, *run.tags)
    return " ".join(w for w in words if w).lower() + (" live" if run.is_live else "")
