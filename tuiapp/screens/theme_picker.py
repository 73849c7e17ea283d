"""Choosing a theme: each is tried on as the cursor comes to it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.theme import Theme

from tuiapp.actions import Where
from tuiapp.messages import ThemesRead
from tuiapp.screens.base import ActingModal
from tuiapp.screens.guarded import guarded
from tuiapp.widgets.bars import ActionBar, StatusLine
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.strips import Part
from tuner.runs.text_tail import inert


class ThemeScreen(ActingModal[None]):
    """Leaves the application in the theme that was kept, or in the one it had."""

    WHERE = Where.THEMES
    BINDINGS = bindings_for(Where.THEMES)
    DEFAULT_CSS = """
    ThemeScreen #dialog { width: 72; max-width: 100%; height: 20; max-height: 100%; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._before = ""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield ThemeList(id="themes")
            yield StatusLine(id="status")
            yield ActionBar()

    def opened(self) -> None:
        self._before = self.app.theme
        self._show()
        self.query_one(ThemeList).focus()
        self.renew_bar()
        if self.tuner.appearance.themes is not None:
            self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        def act() -> list[Message]:
            from tuiapp.screens.user_themes import all_themes

            folder = self.tuner.appearance.themes
            assert folder is not None  # or nobody had asked
            return [ThemesRead(*all_themes(folder))]

        guarded(self.post_message, "reading the themes", act)

    @on(ThemesRead)
    def _themes_read(self, event: ThemesRead) -> None:
        self.tuner.add_themes(event.themes)
        self._show()
        if event.problems:
            self.say("⚠", inert(event.problems[0]))
        else:
            self.say("", f"your own: {inert(str(self.tuner.appearance.themes))}/NAME.yaml")

    def _show(self) -> None:
        self.query_one(ThemeList).show_themes(self.tuner.own_themes, self.app.theme)

    @on(CursorPane.Moved, "#themes")
    def _try_on(self) -> None:
        self.app.theme = self.query_one(ThemeList).selected

    @on(CursorPane.Chosen, "#themes")
    def action_keep(self) -> None:
        self.tuner.keep_theme(self.query_one(ThemeList).selected)
        self.dismiss()

    def action_back(self) -> None:
        self.app.theme = self._before
        self.dismiss()


class ThemeList(CursorPane):
    """Names, with what each is for."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id)
        self._themes: Sequence[Theme] = ()
        self.border_title = "Theme"

    @property
    def selected(self) -> str:
        return self._themes[self.cursor].name

    def show_themes(self, themes: Sequence[Theme], current: str) -> None:
        """Show these, the cursor on the current one."""
        self._themes = themes
        self.cursor = next((i for i, t in enumerate(themes) if t.name == current), 0)
        self.set_count(len(themes))

    def row_parts(self, index: int, width: int) -> list[Part]:
        theme, ink = self._themes[index], self.ink
        kind = "dark" if theme.dark else "light"
        about = f"{kind}, told apart by everybody" if "-safe-" in theme.name else kind
        return [(f"{theme.name:<24}", ink.text), (about, ink.muted)]
