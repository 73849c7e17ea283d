"""Comparing the marked runs, drawing them over each other, and exporting."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from tuiapp.messages import Exported
from tuiapp.screens.main.run_actions import RunActions
from tuiapp.widgets.run_table.table import RunTable
from tuiapp.widgets.wording import size
from tuner.runs.text_tail import inert

_MARK = "mark some with Space in the list of runs"


class CompareActions(RunActions):
    """What is done to the marked runs together; where none is marked, to the selected one."""

    def __init__(self) -> None:
        super().__init__()
        self._overlaid: tuple[str, ...] = ()

    @property
    def overlaid(self) -> tuple[str, ...]:
        """The runs that are drawn over the watched one."""
        return self._overlaid

    def show_overlay(self, run_ids: Sequence[str]) -> None:
        """Draw these runs over the watched one; () takes them away."""
        raise NotImplementedError

    def action_overlay(self) -> None:
        if self._refuses("run.overlay"):
            return
        if self._overlaid:
            self._overlay(())
            return
        if not self.query_one(RunTable).marked:
            self.say("⚠", "Overlay: no run is marked", _MARK)
            return
        self._overlay(self.query_one(RunTable).marked)

    @on(RunTable.MarksChanged)
    def _marks_changed(self) -> None:
        """An overlay follows the marks."""
        if self._overlaid:
            self._overlay(self.query_one(RunTable).marked)

    def _overlay(self, run_ids: Sequence[str]) -> None:
        if tuple(run_ids) != self._overlaid:
            self._overlaid = tuple(run_ids)
            self.show_overlay(self._overlaid)
            count = len(run_ids)
            runs = "1 marked run is" if count == 1 else f"{count} marked runs are"
            self.say("", f"{runs} drawn over the watched one" if count else "the watched run alone is drawn")

    def action_compare(self) -> None:
        if self._refuses("run.compare"):
            return
        ids = list(self.query_one(RunTable).marked) or self._with_parent()
        if len(ids) < 2:
            self.say("⚠", "Compare: two runs are needed", _MARK)
            return
        from tuiapp.screens.compare.screen import CompareScreen

        self.app.push_screen(CompareScreen(ids))

    def _with_parent(self) -> list[str]:
        """The selected run behind the one it was made from; alone where that is not known."""
        run = self.run
        if run is None:
            return []
        parent = (run.parent or "").partition("@")[0]
        return [parent, run.id] if parent and parent != run.id else [run.id]

    def action_export_runs(self) -> None:
        if self._refuses("run.export"):
            return
        from tuiapp.screens.compare.export import ExportScreen

        runs = self.query_one(RunTable).targets or ([self.run] if self.run is not None else [])

        def done(exported: Exported | None) -> None:
            if exported is not None:
                self.say("✓", f"wrote {inert(str(exported.path))} ({size(exported.bytes)})")

        self.app.push_screen(ExportScreen([r.id for r in runs], [r.name for r in runs], "csv"), done)
