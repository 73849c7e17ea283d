"""The Data mode's panes: which has the focus, and how one goes from one to another."""

from __future__ import annotations

from textual import on
from textual.events import DescendantFocus

from tuiapp.screens.data.choices import DataChoices
from tuiapp.widgets.bars import TabBar

TABS = {"Files": "files", "Report": "report", "Mask": "masks"}
"""Tab → the pane's id."""


class DataArrangement(DataChoices):
    """Side by side; where the screen is narrow, one at a time as tabs."""

    def action_next_pane(self) -> None:
        self._turn(1)

    def action_previous_pane(self) -> None:
        self._turn(-1)

    def _turn(self, by: int) -> None:
        names = list(TABS.values())
        here = self.focused.id if self.focused is not None else None
        self.go_to(names[(names.index(here) + by) % len(names)] if here in names else names[0])

    def go_to(self, name: str) -> None:
        """Focus a pane; where the screen is narrow, show it alone."""
        for pane in TABS.values():
            self.set_class(pane == name, f"-{pane}")
        self.query_one(TabBar).show(next(tab for tab, pane in TABS.items() if pane == name))
        self.query_one(f"#{name}").focus()

    @on(TabBar.Picked)
    def _tab_picked(self, event: TabBar.Picked) -> None:
        event.stop()
        self.go_to(TABS[event.name])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A click, too, says which pane is used."""
        name = event.widget.id
        if name in TABS.values() and not self.has_class(f"-{name}"):
            self.go_to(str(name))
