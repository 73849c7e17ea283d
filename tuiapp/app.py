"""The application: its themes, its keys, its first screen. Everything else lives in the screens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from textual.actions import ActionParseResult
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.driver import Driver
from textual.events import DescendantFocus, Key
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from tuiapp.actions import unknown_ids
from tuiapp.screens.appearance import Appearance
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.main.screen import MainScreen
from tuiapp.screens.palette import action_provider
from tuiapp.screens.reading.observer import Observer
from tuiapp.screens.services import Services
from tuiapp.screens.session import Session, words
from tuiapp.screens.surroundings import Surroundings
from tuiapp.screens.typed_ahead import TypedAhead
from tuiapp.themes import DARK, THEMES
from tuner.core.errors import ConfigurationError
from tuner.runs.text_tail import inert


class TunerApp(App[None]):
    """Tuner's screen over one workspace."""

    TITLE = "Tuner"
    CSS_PATH = "screens/main/main.tcss"  # a first screen's own CSS_PATH is not read by Textual
    COMMANDS = {action_provider}  # noqa: RUF012 (Textual's own declaration is a ClassVar)
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    NOTIFICATION_TIMEOUT = 6

    def __init__(
        self,
        services: Services,
        appearance: Appearance,
        surroundings: Surroundings,
        observer: Observer | None = None,
        session: Session | None = None,
    ) -> None:
        super().__init__(driver_class=_sparing_driver() if appearance.slow_link else None)
        self.session = session or Session(services.workspace)
        self.observer = observer or Observer(services.workspace)
        self.services, self.appearance, self.surroundings = services, appearance, surroundings
        self._clashes: set[str] = set()
        self._ahead = TypedAhead(self)
        self._colourless: LineFilter | None = None
        if self.slow_link:
            self.animation_level = "none"
        self.own_themes: list[Theme] = []
        """Tuner's themes and the user's, as far as they were read."""
        self.add_themes(THEMES)
        self._problems: list[tuple[str, str]] = []
        self.theme = self._first_theme()
        self.set_keymap(dict(appearance.keys))

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self.observer)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self._ahead.focused(event.widget)
        # A cursor that blinks is drawn twice a second.
        if self.slow_link and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def on_key(self, event: Key) -> None:
        """A key that no widget took."""
        if self._ahead.takes(event):
            event.prevent_default()

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        done = await super().run_action(action, default_namespace, namespaces)
        if isinstance(action, str):
            self._ahead.after(action)
        return done

    def on_unmount(self) -> None:
        self.session.save()

    @property
    def slow_link(self) -> bool:
        """Whether few bytes are to go to the terminal: nothing moves, and what changes by itself is drawn seldom."""
        return self.appearance.slow_link

    def copy_text(self, text: str) -> None:
        """Put a text into the clipboard, and say so."""
        if not text:
            self.say("⚠", "nothing to copy")
            return
        self.copy_to_clipboard(text)
        count = len(text.splitlines())
        self.say("✓", f"copied {count} line{'' if count == 1 else 's'}")

    def copy_to_clipboard(self, text: str) -> None:
        """OSC 52, which goes over SSH; tmux keeps that to itself, so it is asked too."""
        super().copy_to_clipboard(text.encode("utf-8", errors="replace").decode("utf-8"))
        if self.surroundings.in_tmux:
            self.run_worker(
                lambda: self._tell_tmux(text), thread=True, exclusive=True, group="copying", exit_on_error=False
            )

    def _tell_tmux(self, text: str) -> None:
        from tuiapp.screens.clipboard import load_into_tmux, through_tmux

        if not load_into_tmux(text):
            self.send_to_terminal(through_tmux(text))

    def send_to_terminal(self, sequence: str) -> None:
        """Write an escape sequence that draws nothing; from any thread."""
        if self._driver is not None:
            self._driver.write(sequence)

    def say(self, glyph: str, text: str, hint: str = "") -> None:
        """Tell something in the status line of the screen that is seen."""
        if isinstance(self.screen, ActingScreen):
            self.screen.say(glyph, text, hint)

    def remarks(self) -> list[tuple[str, str]]:
        """What is wrong with theme and keys, each with what to do; told by the first screen."""
        told = list(self._problems)
        if not told and self.appearance.theme not in self.available_themes:
            known = ", ".join(t.name for t in self.own_themes)
            told.append((f"there is no theme {inert(self.appearance.theme)!r}", f"themes: {known}"))
        unknown = unknown_ids(self.appearance.keys)
        if unknown:
            told.append((f"the settings' keys name no action {inert(', '.join(unknown))}", "see the help (?)"))
        if self.session.problem:
            told.append((inert(self.session.problem), "what was remembered is gone; the file is written anew"))
        return told

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Two actions on one key: said once."""
        clash = ", ".join(sorted(b.id or b.action for b in clashed_bindings))
        if clash not in self._clashes:
            self._clashes.add(clash)
            if isinstance(self.screen, ActingScreen):
                self.screen.say("⚠", f"one key does two things: {clash}", "give one another key in the settings")

    def action_command_palette(self) -> None:
        from tuiapp.screens.palette_screen import LEAST_ROWS, ActionPalette

        if self.size.height < LEAST_ROWS:
            self.say("⚠", f"the palette needs {LEAST_ROWS} rows", "make the terminal higher")
        elif not isinstance(self.screen, ActionPalette):
            self.push_screen(ActionPalette(id="--command-palette"))

    def action_show_help(self) -> None:
        from tuiapp.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.screen.places if isinstance(self.screen, ActingScreen) else ()))

    def action_next_theme(self) -> None:
        names = [t.name for t in self.own_themes]
        at = names.index(self.theme) if self.theme in names else -1
        self.keep_theme(names[(at + 1) % len(names)])
        self.say("", f"theme: {self.theme}")

    def action_choose_theme(self) -> None:
        from tuiapp.screens.theme_picker import ThemeScreen

        if not isinstance(self.screen, ThemeScreen):
            self.push_screen(ThemeScreen())

    def keep_theme(self, name: str) -> None:
        """Change to a theme, and remember it."""
        self.theme = name
        self.session.keep("theme", {"name": name, "instead_of": self.appearance.theme})

    def add_themes(self, themes: Sequence[Theme]) -> None:
        """Offer these too; one of a known name takes its place."""
        fresh = {t.name for t in themes}
        self.own_themes = [*(t for t in self.own_themes if t.name not in fresh), *themes]
        for theme in themes:
            self.register_theme(theme)

    def _first_theme(self) -> str:
        """The one chosen last, as long as the settings say what they said then; else what they say."""
        asked = self.appearance.theme
        kept = self.session.read("theme")
        name = words(kept, "name") if words(kept, "instead_of") == asked else asked
        if name not in self.available_themes and self.appearance.themes is not None:
            self._read_theme(self.appearance.themes, name)
        return name if name in self.available_themes else DARK

    def _read_theme(self, folder: Path, name: str) -> None:
        from tuiapp.screens.user_themes import read_theme, theme_file

        try:
            path = theme_file(folder, name)
            if path is not None:
                self.add_themes([read_theme(path)])
        except ConfigurationError as error:
            self._problems.append((inert(error.message), inert(error.hint)))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With NO_COLOR no colour at all goes to the terminal; Textual's own filter still sends greys."""
        if not self.no_color:
            return super().get_line_filters()
        if self._colourless is None:
            from tuiapp.widgets.colourless import Colourless

            self._colourless = Colourless()
        return [self._colourless]


def _sparing_driver() -> type[Driver]:
    from tuiapp.screens.sparing_driver import SparingDriver

    return SparingDriver
