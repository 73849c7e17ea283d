"""A pane that draws its own lines, and one with a cursor in them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style
from textual.content import Content
from textual.events import Blur, Click, Focus, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.ink import Ink, ink_of
from tuiapp.widgets.strips import Part, base_of, line


class LinePane(ScrollView, can_focus=True):
    """Lines, of which only those in sight are made. ``head`` lines at the top do not scroll."""

    DEFAULT_CSS = """
    LinePane {
        border: round $border-blurred;
        border-title-color: $foreground 70%;
        border-subtitle-color: $foreground 60%;
        padding: 0 1;
        scrollbar-size: 1 1;
        scrollbar-color: $border;
        scrollbar-background: $background;
        scrollbar-color-hover: $primary;
        scrollbar-background-hover: $background;
        overflow-x: hidden;
        &:focus { border: round $primary; border-title-color: $primary; border-title-style: bold; }
    }
    """
    BINDINGS = bindings_for(Where.LIST, but={"list.choose"})

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._count = 0

    @property
    def ink(self) -> Ink:
        return ink_of(self.app)

    @property
    def head(self) -> int:
        """How many lines at the top stand still."""
        return 0

    @property
    def room(self) -> int:
        """Rows that scroll and are in sight."""
        return max(1, self.scrollable_content_region.height - self.head)

    def row_parts(self, index: int, width: int) -> list[Part]:
        """What stands in a row."""
        raise NotImplementedError

    def head_parts(self, index: int, width: int) -> list[Part]:
        """What stands in a line of the head."""
        return []

    def over(self, index: int) -> Style | None:
        """A style laid over a row, or None."""
        return None

    def empty_parts(self) -> list[list[Part]]:
        """What stands there while there are no rows: lines that say what to press."""
        return []

    def set_count(self, count: int) -> None:
        """There are so many rows now, and they may read differently."""
        self._count = count
        self._fit()
        self.refresh()

    def refresh_row(self, index: int) -> None:
        """Draw one row again."""
        y = index - self.scroll_offset.y + self.head
        if self.head <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def set_title(self, parts: str, subtitle: str | None = None) -> None:
        """The border's title; plain text, never markup."""
        if self._border_title is None or self._border_title.plain != parts:
            self.border_title = Content(parts)
        if subtitle is not None and (self._border_subtitle is None or self._border_subtitle.plain != subtitle):
            self.border_subtitle = Content(subtitle)

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, base_of(self)
        if y < self.head:
            return line(self.head_parts(y, width), width, base)
        index = y - self.head + self.scroll_offset.y
        if index < self._count:
            return line(self.row_parts(index, width), width, base, over=self.over(index))
        if self._count == 0:
            said = self.empty_parts()
            if 0 <= y - self.head < len(said):
                return line(said[y - self.head], width, base)
        return Strip.blank(width, base)

    def on_resize(self, event: Resize) -> None:
        self._fit()

    def _fit(self) -> None:
        self.virtual_size = Size(self.scrollable_content_region.width, self._count + self.head)

    def action_cursor_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_cursor_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_page_up(self) -> None:
        self.scroll_relative(y=-self.room, animate=False)

    def action_page_down(self) -> None:
        self.scroll_relative(y=self.room, animate=False)

    def action_first(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_last(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False)


class CursorPane(LinePane):
    """Lines with a cursor; says when it moved and when a row was chosen."""

    BINDINGS = bindings_for(Where.LIST)

    @dataclass(eq=False, repr=False)
    class Moved(Message):
        """The cursor stands on another row."""

        pane: CursorPane
        index: int

        @property
        def control(self) -> CursorPane:
            return self.pane

    @dataclass(eq=False, repr=False)
    class Chosen(Message):
        """A row was chosen."""

        pane: CursorPane
        index: int

        @property
        def control(self) -> CursorPane:
            return self.pane

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self.cursor = 0

    def over(self, index: int) -> Style | None:
        if index != self.cursor:
            return None
        return self.ink.cursor if self.has_focus else self.ink.blurred_cursor

    def move_to(self, index: int, *, tell: bool = True) -> None:
        """Put the cursor on a row and bring it into sight."""
        index = max(0, min(index, self._count - 1))
        before, self.cursor = self.cursor, index
        self._show_cursor()
        if before != index:
            self.refresh_row(before)
            self.refresh_row(index)
            if tell:
                self.post_message(self.Moved(self, index))

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + self.room:
            self.scroll_to(y=self.cursor - self.room + 1, animate=False)

    def on_focus(self, event: Focus) -> None:
        self.refresh_row(self.cursor)

    def on_blur(self, event: Blur) -> None:
        self.refresh_row(self.cursor)

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        if at is None:
            return
        if at.y < self.head:
            self.head_clicked(at.x)
            return
        index = at.y - self.head + self.scroll_offset.y
        if 0 <= index < self._count:
            self.move_to(index)
            if event.chain >= 2:
                self.action_choose()

    def head_clicked(self, x: int) -> None:
        """The head was clicked at that cell."""

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.room)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.room)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self._count - 1)

    def action_choose(self) -> None:
        if self._count:
            self.post_message(self.Chosen(self, self.cursor))
