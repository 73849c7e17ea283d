"""What the screens share: actions out of the registry, the action bar, the status line."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from textual import on
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen

from tuiapp.actions import Action, Where, actions_in, by_id, key_of, spell_key, spell_keys
from tuiapp.messages import Refused, Told
from tuiapp.widgets.bars import ActionBar, StatusLine

if TYPE_CHECKING:
    from tuiapp.app import TunerApp

_FIRST = "run.new"
_LAST = ("app.palette", "app.help", "app.quit")
_ALWAYS = ("app.help", "app.quit")
"""Actions that stay in the bar where there is little room."""

Result = TypeVar("Result")


class ActingScreen(Screen[Result], Generic[Result]):
    """A screen whose actions come from the registry."""

    WHERE: ClassVar[Where]
    AUTO_FOCUS = None

    @property
    def tuner(self) -> TunerApp:
        """The application, by its own type."""
        from tuiapp.app import TunerApp

        assert isinstance(self.app, TunerApp)
        return self.app

    def on_mount(self) -> None:
        """Not to be overridden: a screen that is left before it was made is told of its mount without its parts."""
        if self in self.app.screen_stack:
            self.opened()

    def opened(self) -> None:
        """The screen stands with all its parts: fill them, and put the focus where it belongs."""

    @property
    def places(self) -> tuple[Where, ...]:
        """Where the actions come from that this screen offers; of two on one key, the first is done."""
        return (self.WHERE, Where.ANYWHERE)

    def why_not(self, action: Action) -> str:
        """Why an action has no sense just now; "" where it has."""
        return ""

    async def do(self, action_id: str) -> None:
        """Do an action, or say why not."""
        action = by_id(action_id)
        why = self.why_not(action)
        if why:
            self.say("⚠", f"{action.title}: {why}")
            return
        await self.app.run_action(action.call, default_namespace=self.target_of(action))

    def target_of(self, action: Action) -> DOMNode:
        """What an action is called upon."""
        return self.focused if action.where is Where.LIST and self.focused is not None else self

    @property
    def offered(self) -> tuple[Where, ...]:
        """Where the palette's actions come from: more than the action bar has room for."""
        return self.places

    def renew_bar(self) -> None:
        """Show in the action bar what can be done now."""
        keys = self.tuner.appearance.keys
        shown: list[tuple[str, str, str]] = []
        taken: set[str] = set()
        for action in (a for place in self.places for a in actions_in(place)):
            its = [k.strip() for k in key_of(action, keys).split(",")]
            if action.in_bar and taken.isdisjoint(its) and not self._is_written(its[0]) and not self.why_not(action):
                shown.append((spell_keys(action, keys, first=True), action.title, action.id))
            taken.update(its)  # an action further on does not get this key
        shown.sort(key=lambda s: 1 + _LAST.index(s[2]) if s[2] in _LAST else -(s[2] == _FIRST))
        for bar in self.query(ActionBar):
            bar.show(shown, _ALWAYS)

    def _is_written(self, key: str) -> bool:
        """Whether a key writes a letter now, in the field that has the focus."""
        letter = " " if key == "space" else spell_key(key)
        return len(letter) == 1 and self.focused is not None and self.focused.check_consume_key(key, letter)

    def say(self, glyph: str, text: str, hint: str = "") -> None:
        """Tell something in the status line."""
        try:
            self.query_one("#status", StatusLine).say(glyph, text, hint)
        except NoMatches:
            self.notify(f"{text}{f': {hint}' if hint else ''}", markup=False)

    @on(ActionBar.Picked)
    async def _picked(self, event: ActionBar.Picked) -> None:
        event.stop()
        await self.do(event.action_id)

    @on(Told)
    def _told(self, event: Told) -> None:
        event.stop()
        self.say("✓", event.text)

    @on(Refused)
    def _refused(self, event: Refused) -> None:
        event.stop()
        self.say("✗", event.text, event.hint)


class ActingModal(ModalScreen[Result], ActingScreen[Result], Generic[Result]):
    """A screen over another one."""

    DEFAULT_CSS = """
    ActingModal { align: center middle; background: $background 60%; }
    """

    @property
    def places(self) -> tuple[Where, ...]:
        return (self.WHERE,)
