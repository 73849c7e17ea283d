"""What can be done to the runs of the table: tags, notes, pin, archive, delete; and its columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message

from tuiapp.messages import DeletionPlanned
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.changing import Changing
from tuiapp.widgets.run_table.table import RunTable
from tuner.runs.summary import RunSummary

if TYPE_CHECKING:
    pass

_SECTION = "runs"


class TableActions(Changing):
    """Each is done to all marked runs, or to the one under the cursor."""

    def action_pin_runs(self) -> None:
        runs = self._targets("run.pin")
        pin = not all(r.pinned for r in runs)
        self._change(runs, "pinned" if pin else "unpinned", lambda library, i: library.annotate(i, pinned=pin))

    def action_archive_runs(self) -> None:
        runs = self._targets("run.archive")
        archive = not all(r.archived for r in runs)
        self._change(
            runs,
            "archived" if archive else "shown again:",
            lambda library, i: library.annotate(i, archived=archive),
            undo=[r for r in runs if not r.archived] if archive else [],
        )

    def action_edit_tags(self) -> None:
        runs = self._targets("run.tags")
        if not runs:
            return
        shared = [t for t in runs[0].tags if all(t in r.tags for r in runs)]

        def keep(text: str) -> None:
            written = list(dict.fromkeys(text.split()))
            gone = [t for t in shared if t not in written]
            if written != shared:
                self._change(runs, "tagged", lambda library, i: library.annotate(i, add_tags=written, remove_tags=gone))

        about = "Only the tags that all of them have." if len(runs) > 1 else ""
        self._ask_line("Tags", runs, " ".join(shared), "words with spaces between", keep, about)

    def action_edit_note(self) -> None:
        runs = self._targets("run.note")
        if not runs:
            return
        before = " ".join(runs[0].note.split()) if len({r.note for r in runs}) == 1 else ""

        def keep(text: str) -> None:
            if text.strip() != before:
                self._change(runs, "noted", lambda library, i: library.annotate(i, note=text.strip()))

        self._ask_line("Note", runs, before, "what is worth knowing about it", keep)

    def action_choose_columns(self) -> None:
        from tuiapp.screens.choose_columns import ColumnsScreen

        def chosen(ids: list[str] | None) -> None:
            if ids is not None:
                self.query_one(RunTable).show_columns(ids)

        self.app.push_screen(ColumnsScreen(self.query_one(RunTable).columns), chosen)

    # Deleting, and bringing back

    def action_delete_run(self) -> None:
        if not self._refuses("run.delete"):
            self._plan_deletion(self._targets("run.delete"))

    @work(thread=True, group="acting", exit_on_error=False)
    def _plan_deletion(self, runs: Sequence[RunSummary]) -> None:
        def act() -> list[Message]:
            from tuiapp.screens.reading.unpublished import has_unpublished

            return [DeletionPlanned(runs, [r.name for r in runs if has_unpublished(r.path)])] if runs else []

        guarded(self.post_message, "looking at the checkpoints", act)

    @on(DeletionPlanned)
    def _deletion_planned(self, event: DeletionPlanned) -> None:
        runs, count = event.runs, len(event.unpublished)
        if not count:
            self._delete(runs)
            return
        one = len(runs) == 1
        has = "It has checkpoints that were" if one else f"{count} of them have checkpoints that were"
        self._ask(
            "Delete this run?" if one else f"Delete these {len(runs)} runs?",
            [*_names(runs), "", f"{has} not published.", "Z brings back what was deleted, for a week."],
            "Delete it" if one else "Delete them",
            lambda: self._delete(runs),
        )

    def _delete(self, runs: Sequence[RunSummary]) -> None:
        self._change(runs, "deleted", lambda library, i: library.discard(i), undo=runs, trash=True)

    def _ask_line(
        self,
        title: str,
        runs: Sequence[RunSummary],
        text: str,
        placeholder: str,
        keep: Callable[[str], None],
        about: str = "",
    ) -> None:
        from tuiapp.screens.ask_line import AskLineScreen

        def answered(line: str | None) -> None:
            if line is not None:
                keep(line)

        lines = [*_names(runs), *([about] if about else [])]
        self.app.push_screen(AskLineScreen(title, lines, text, placeholder), answered)

    @on(RunTable.Arranged)
    def _arranged(self) -> None:
        self.tuner.session.keep(_SECTION, self.query_one(RunTable).as_kept())

    def restore_table(self) -> None:
        """Arrange the table as it was the last time."""
        kept = self.tuner.session.read(_SECTION)
        if kept:
            self.query_one(RunTable).restore(kept)


def _names(runs: Sequence[RunSummary]) -> list[str]:
    """The run with its id; of several the first names."""
    if len(runs) == 1:
        return [runs[0].name, runs[0].id]
    named = [f"{r.name}  {r.id}" for r in runs[:6]]
    return [*named, f"… and {len(runs) - 6} more"] if len(runs) > 6 else named
