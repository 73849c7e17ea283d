"""The application: its themes, its keys, its first screen. Everything else lives in the screens."""

from __future__ import annotations

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from tuiapp.actions import unknown_ids
from tuiapp.screens.appearance import Appearance
from tuiapp.screens.base import ActingScreen
from tuiapp.screens.main.screen import MainScreen
from tuiapp.screens.palette import action_provider
from tuiapp.screens.reading.observer import Observer
from tuiapp.screens.services import Services
from tuiapp.screens.surroundings import Surroundings
from tuiapp.themes import DARK, LIGHT, THEMES
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
    ) -> None:
        super().__init__()
        self.observer = observer or Observer(services.workspace)
        self.services, self.appearance, self.surroundings = services, appearance, surroundings
        self._clashes: set[str] = set()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = appearance.theme if appearance.theme in self.available_themes else DARK
        self.set_keymap(dict(appearance.keys))

    def get_default_screen(self) -> Screen[None]:
        return MainScreen(self.observer)

    def remarks(self) -> list[tuple[str, str]]:
        """What is wrong with theme and keys, each with what to do; told by the first screen."""
        told = []
        if self.theme != self.appearance.theme:
            known = ", ".join(t.name for t in THEMES)
            told.append((f"there is no theme {inert(self.appearance.theme)!r}", f"themes: {known}"))
        unknown = unknown_ids(self.appearance.keys)
        if unknown:
            told.append((f"the settings' keys name no action {inert(', '.join(unknown))}", "see the help (?)"))
        return told

    def handle_bindings_clash(self, clashed_bindings: set[Binding], node: DOMNode) -> None:
        """Two actions on one key: said once."""
        clash = ", ".join(sorted(b.id or b.action for b in clashed_bindings))
        if clash not in self._clashes:
            self._clashes.add(clash)
            if isinstance(self.screen, ActingScreen):
                self.screen.say("⚠", f"one key does two things: {clash}", "give one another key in the settings")

    def action_show_help(self) -> None:
        from tuiapp.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen())

    def action_next_theme(self) -> None:
        self.theme = LIGHT if self.theme == DARK else DARK
