"""Every action that has a sense on the present screen, found by its title or its help."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from tuiapp.actions import Action, actions_in, spell_keys
from tuiapp.screens.base import ActingScreen


class ActionProvider(Provider):
    """Titles and helps are ours; nothing of a run's own text is matched here."""

    async def discover(self) -> Hits:
        for screen, action in self._actions():
            yield DiscoveryHit(self._title(screen, action), partial(screen.do, action.id), help=action.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for screen, action in self._actions():
            title = self._title(screen, action)
            score = max(matcher.match(title), matcher.match(action.help) * 0.5)
            if score > 0:
                yield Hit(score, matcher.highlight(title), partial(screen.do, action.id), text=title, help=action.help)

    def _actions(self) -> Iterator[tuple[ActingScreen[object], Action]]:
        screen = self.screen
        if not isinstance(screen, ActingScreen):
            return
        for action in actions_in(*screen.offered):
            if action.id != "app.palette" and not screen.why_not(action):
                yield screen, action

    @staticmethod
    def _title(screen: ActingScreen[object], action: Action) -> str:
        return f"{action.title}  {spell_keys(action, screen.tuner.appearance.keys, first=True)}"
