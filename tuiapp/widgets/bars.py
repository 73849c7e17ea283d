"""The one-line bars: header, tabs, status, actions."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.events import Click
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tuiapp.widgets.ink import Ink, ink_of
from tuiapp.widgets.machine_facts import Fact
from tuiapp.widgets.strips import Part, base_of, changed_cells, fit, fit_middle, line, spread, width_of

_HOST = 14
"""Cells of the header that user and host keep, whatever else is to be told."""


class Bar(Widget):
    """One line, drawn again only where it reads differently."""

    DEFAULT_CSS = """
    Bar { height: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._parts: list[Part] = []

    def made(self, ink: Ink, width: int) -> list[Part]:
        """What the line says."""
        raise NotImplementedError

    def renew(self) -> None:
        """Make the line, and draw it where it is another."""
        made = self.made(ink_of(self.app), self.content_size.width)
        if made != self._parts:
            changed = changed_cells(self._parts, made)
            self._parts = made
            self.refresh(*([Region(changed[0], 0, changed[1] - changed[0], 1)] if changed else []))

    def on_resize(self) -> None:
        self.renew()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self.renew()

    def render_line(self, y: int) -> Strip:
        return line(self._parts, self.content_size.width, base_of(self))


class TopBar(Bar):
    """Name, place, mode; how the machine stands, and the time."""

    DEFAULT_CSS = """
    TopBar { background: $panel; }
    """

    def __init__(self, place: str, mode: str) -> None:
        super().__init__()
        self._place, self._mode = place, mode
        self._facts: Sequence[Fact] = ()

    def show(self, facts: Sequence[Fact]) -> None:
        """Say these at the right, as far as there is room for them."""
        self._facts = facts
        self.renew()

    def made(self, ink: Ink, width: int) -> list[Part]:
        name: list[Part] = [("Tuner", ink.strong), (" ", ink.muted)]
        mode: list[Part] = [("  ", ink.muted), (self._mode, ink.primary)]
        kept = list(self._facts)
        while kept and width - len(_joined(kept)) < width_of(name) + width_of(mode) + _HOST:
            kept.remove(max(kept, key=lambda f: f.rank))
        right: list[Part] = [(_joined(kept), ink.muted)]
        room = width - width_of(name) - width_of(mode) - width_of(right) - 2
        return spread([*name, (_placed(self._place, room), ink.muted), *mode], right, width)


def _joined(facts: Sequence[Fact]) -> str:
    return " · ".join(f.text for f in facts)


def _placed(place: str, room: int) -> str:
    """user@host:folder in the room there is: the folder gives way first, from its front."""
    if len(place) <= room:
        return place
    host, colon, folder = place.partition(":")
    left = room - len(host) - len(colon) - 1
    if left >= 4:
        return f"{host}{colon}…{folder[-left:]}"
    return fit(host, max(0, room)).rstrip()


class TabBar(Bar):
    """The panes as tabs, where the screen is narrow."""

    DEFAULT_CSS = """
    TabBar { background: $panel; }
    """

    @dataclass(eq=False, repr=False)
    class Picked(Message):
        """A tab was clicked."""

        name: str

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names, self._active = names, names[0]

    def show(self, active: str) -> None:
        """Mark the active one."""
        self._active = active
        self.renew()

    def made(self, ink: Ink, width: int) -> list[Part]:
        parts: list[Part] = []
        for name in self._names:
            active = name == self._active
            parts += [(f"[{name}]" if active else f" {name} ", ink.strong if active else ink.muted), (" ", ink.muted)]
        return parts

    def on_click(self, event: Click) -> None:
        at, left = event.get_content_offset(self), 0
        for name in self._names:
            if at is not None and left <= at.x < left + len(name) + 3:
                self.post_message(self.Picked(name))
            left += len(name) + 3


class StatusLine(Bar):
    """The last thing that was told, or the log's last line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._said: tuple[str, str, str] = ("", "", "")
        self.add_class("-silent")

    def say(self, glyph: str, text: str, hint: str = "") -> None:
        """Tell something: glyph ✓, ✗, ⚠ or "" for plain text."""
        self._said = (glyph, text, hint)
        self.set_class(not text, "-silent")
        self.renew()

    def made(self, ink: Ink, width: int) -> list[Part]:
        glyph, text, hint = self._said
        style = {"✓": ink.good, "✗": ink.bad, "⚠": ink.warning, "★": ink.accent}.get(glyph, ink.muted)
        parts: list[Part] = [(f"{glyph} ", style)] if glyph else []
        said = f"  → {hint}" if hint else ""
        room = width - width_of(parts)
        if room - cell_len(said) < width // 3:  # what is wrong comes before what to do next
            said = ""
        if glyph:  # the middle of a message is mostly a path; the log's last line is read from its beginning
            text = fit_middle(text, room - cell_len(said))
        parts += [(text, ink.text if glyph else ink.muted), (said, ink.muted)]
        return spread(parts, [], width)


class ActionBar(Bar):
    """What can be done now, with its key; a click does it."""

    DEFAULT_CSS = """
    ActionBar { background: $panel; }
    """

    @dataclass(eq=False, repr=False)
    class Picked(Message):
        """An action was clicked."""

        action_id: str

    def __init__(self) -> None:
        super().__init__()
        self._items: Sequence[tuple[str, str, str]] = ()
        self._always: Container[str] = ()
        self._spans: list[tuple[int, int, str]] = []

    def show(self, items: Sequence[tuple[str, str, str]], always: Container[str] = ()) -> None:
        """Show these: key, title, action id. What does not fit is left out from the end, but never ``always``."""
        self._items, self._always = items, always
        self.renew()

    def made(self, ink: Ink, width: int) -> list[Part]:
        parts: list[Part] = []
        self._spans = []
        left = 0
        for key, title, action_id in self._fitting(width):
            cells = len(key) + len(title) + 1
            parts += [(key, ink.primary), (f" {title}  ", ink.muted)]
            self._spans.append((left, left + cells, action_id))
            left += cells + 2
        return parts

    def _fitting(self, width: int) -> list[tuple[str, str, str]]:
        kept = list(self._items)
        for item in reversed(self._items):
            if sum(len(key) + len(title) + 3 for key, title, _ in kept) - 2 <= width:
                break
            if item[2] not in self._always:
                kept.remove(item)
        return kept

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        found = next((i for a, b, i in self._spans if at is not None and a <= at.x < b), None)
        if found is not None:
            self.post_message(self.Picked(found))
