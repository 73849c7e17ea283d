"""Where the main screen's panes stand: side by side, one zoomed, or as tabs; remembered with the session."""

from __future__ import annotations

from textual import on
from textual.dom import DOMNode
from textual.widget import Widget

from tuiapp.actions import Action, Where
from tuiapp.screens.main.pane_sizes import PaneSizes
from tuiapp.screens.main.pane_sizing import PaneSizing
from tuiapp.screens.main.panes import NARROW, TABS, Pane, beside, tab_name, visible
from tuiapp.widgets.bars import TabBar

_OWNERS: dict[Where, Pane] = {Where.TABLE: Pane.RUNS, Where.CHARTS: Pane.CHARTS, Where.LOG: Pane.LOG}
"""The panes that have actions of their own: their keys work where the pane has the focus, the palette reaches all."""


_SECTION = "panes"


class PaneArrangement(PaneSizing):
    """Shows the panes that the width, the zoom and the tab say, and moves the focus between them."""

    def __init__(self) -> None:
        super().__init__()
        self._tab: Pane = Pane.CHARTS
        self._zoomed: Pane | None = None

    def on_resize(self) -> None:
        self.place_panes()

    def on_descendant_focus(self) -> None:
        """Each pane has actions of its own."""
        self.renew_bar()

    @property
    def narrow(self) -> bool:
        return self.size.width < NARROW

    @property
    def side_by_side(self) -> bool:
        return not self.narrow and self._zoomed is None

    def restore_panes(self) -> None:
        """Arrange the panes as they were when the screen was left; a zoom is over: the start shows what there is."""
        kept = self.tuner.session.read(_SECTION)
        self.sizes = PaneSizes.from_kept(kept)
        self._tab = _pane(kept.get("tab")) or self._tab

    def sizes_changed(self) -> None:
        tab = {} if self.side_by_side else {"tab": self._tab.value}
        self.tuner.session.keep(_SECTION, {**self.sizes.as_kept(), **tab})

    def place_panes(self) -> None:
        """Show the panes that the width, the zoom and the tab say."""
        narrow = self.narrow
        seen = visible(narrow=narrow, zoomed=self._zoomed, tab=self._tab)
        self.set_class(narrow, "-tabs")
        self.set_class(self._zoomed is not None, "-zoomed")
        for pane in Pane:
            self.query_one(f"#{pane}").display = pane in seen
        self.query_one("#left").display = Pane.RUNS in seen
        self.query_one("#right").display = bool(seen - {Pane.RUNS})
        self.query_one("#bottom").display = bool(seen & {Pane.LOG, Pane.CONFIG})
        self.query_one(TabBar).show(tab_name(self._tab))
        self.apply_sizes()
        if self.focused_pane() not in seen:
            self.set_focus(self.query_one(f"#{next(p for p in Pane if p in seen)}"))

    @property
    def places(self) -> tuple[Where, ...]:
        """The focused pane's own actions stand before the screen's."""
        own = [where for where, pane in _OWNERS.items() if pane is self.focused_pane()]
        return (*own, self.WHERE, Where.ANYWHERE)

    @property
    def offered(self) -> tuple[Where, ...]:
        return (self.WHERE, *_OWNERS, Where.LIST, Where.ANYWHERE)

    def target_of(self, action: Action) -> DOMNode:
        pane = _OWNERS.get(action.where)
        return self.query_one(f"#{pane}") if pane is not None else super().target_of(action)

    def focused_pane(self) -> Pane | None:
        focused: Widget | None = self.focused
        return Pane(focused.id) if focused is not None and focused.id in {p.value for p in Pane} else None

    def go_to(self, pane: Pane) -> None:
        """Focus a pane; where panes are tabs or one is zoomed, show it."""
        zoomed = pane if self._zoomed is not None else None
        if (pane, zoomed) != (self._tab, self._zoomed):
            self._tab, self._zoomed = pane, zoomed
            self.place_panes()
            if not self.side_by_side:
                self.sizes_changed()
        self.set_focus(self.query_one(f"#{pane}"))  # at once: the next key may have been typed already

    def action_next_pane(self) -> None:
        self.go_to(beside(self.focused_pane() or Pane.CONFIG, 1))

    def action_previous_pane(self) -> None:
        self.go_to(beside(self.focused_pane() or Pane.CHARTS, -1))

    def action_zoom(self) -> None:
        self._tab = self.focused_pane() or self._tab
        self._zoomed = None if self._zoomed is not None else self._tab
        self.place_panes()
        self.sizes_changed()

    @on(TabBar.Picked)
    def _tab_picked(self, event: TabBar.Picked) -> None:
        self.go_to(TABS[event.name])


def _pane(value: object) -> Pane | None:
    """A pane by its name; None where there is none of that name."""
    return Pane(value) if isinstance(value, str) and value in {p.value for p in Pane} else None
