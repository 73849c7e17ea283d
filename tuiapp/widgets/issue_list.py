"""Validation's findings, as the command line tells them: severity, line, path, message, code, hint."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from rich.style import Style
from textual.events import Blur, Focus, Resize

from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part, clip
from tuner.core.issues import Issue, Severity
from tuner.runs.text_tail import inert

GLYPH = {Severity.ERROR: "✗", Severity.WARNING: "⚠", Severity.INFO: "·"}


class IssueList(CursorPane):
    """Each issue takes as many lines as it needs; the cursor goes from issue to issue. Enter goes to its line."""

    DEFAULT_CSS = "IssueList { scrollbar-gutter: stable; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.issues: Sequence[Issue] = []
        self._lines: list[tuple[int, list[Part]]] = []
        self._said = "checking…"
        self.current = 0

    @property
    def selected(self) -> Issue | None:
        return self.issues[self.current] if self.current < len(self.issues) else None

    def show_issues(self, issues: Sequence[Issue], said: str) -> None:
        """Show these; ``said`` stands there where there are none."""
        self.issues, self._said = issues, said
        self.current = min(self.current, max(0, len(issues) - 1))
        self._flow()

    def on_resize(self, event: Resize) -> None:
        self._flow()

    def go_next(self) -> Issue | None:
        """Go to the next issue, around the end; returns it."""
        if not self.issues:
            return None
        self.current = (self.current + 1) % len(self.issues)
        self._flow()
        return self.selected

    def _flow(self) -> None:
        width = max(20, self.scrollable_content_region.width)
        self._lines = [(i, parts) for i, issue in enumerate(self.issues) for parts in self._issue_lines(issue, width)]
        self.set_count(len(self._lines))
        self.cursor = next((y for y, (i, _) in enumerate(self._lines) if i == self.current), 0)
        self._show_cursor()
        counts = {s: sum(1 for i in self.issues if i.severity is s) for s in Severity}
        told = [f"{n} {s.value}{'s' if n != 1 and s is not Severity.INFO else ''}" for s, n in counts.items() if n]
        self.set_title("Issues" + (f" · {', '.join(told)}" if told else ""))

    def _issue_lines(self, issue: Issue, width: int) -> list[list[Part]]:
        ink = self.ink
        style = {Severity.ERROR: ink.bad, Severity.WARNING: ink.warning, Severity.INFO: ink.muted}[issue.severity]
        place = (f"line {issue.line} " if issue.line else "") + inert(issue.path)
        lines: list[list[Part]] = [
            clip(
                [(f"{GLYPH[issue.severity]} ", style), (place.strip(), ink.strong), (f"  {issue.code}", ink.faint)],
                width,
            )
        ]
        lines += [[(f"  {text}", ink.text)] for text in wrap(inert(issue.message), width - 2)]
        lines += [
            [(f"  {'→' if n == 0 else ' '} {t}", ink.muted)] for n, t in enumerate(wrap(inert(issue.hint), width - 4))
        ]
        return [*lines, []]

    def over(self, index: int) -> Style | None:
        """The whole of the current issue is marked, without the blank line after it."""
        number, parts = self._lines[index]
        if number != self.current or not parts:
            return None
        return self.ink.cursor if self.has_focus else self.ink.blurred_cursor

    def row_parts(self, index: int, width: int) -> list[Part]:
        return self._lines[index][1]

    def move_to(self, index: int, *, tell: bool = True) -> None:
        """Up and down go from issue to issue."""
        if not self._lines:
            return
        index = max(0, min(index, len(self._lines) - 1))
        wanted = self._lines[index][0]
        if wanted == self.current:  # still within the same issue
            wanted = max(0, min(len(self.issues) - 1, self.current + (1 if index > self.cursor else -1)))
            wanted = self.current if index == self.cursor else wanted
        self.current = wanted
        self._flow()

    def on_focus(self, event: Focus) -> None:
        self.refresh()

    def on_blur(self, event: Blur) -> None:
        self.refresh()

    def empty_parts(self) -> list[list[Part]]:
        return [[(self._said, self.ink.muted)]]
