"""The stage on which an action is done, and the table of deeds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tests.support.compared_runs import add_compared
from tests.tuiapp.screen.fake_backend import GOOD, add_data, add_file
from tests.tuiapp.screen.support import WIDE, add_sft, main_screen, shown, text_of, until
from tuiapp.actions import by_id
from tuiapp.app import TunerApp
from tuiapp.screens.main.panes import Pane
from tuiapp.screens.main.screen import MainScreen
from tuner.config.workspace import Workspace

SomeScreen = TypeVar("SomeScreen", bound=Screen[object])


def three_runs(workspace: Workspace) -> None:
    """Three small runs that differ, a configuration and its data."""
    add_data(workspace)
    add_file(workspace, GOOD)
    add_compared(workspace)


def one_run(workspace: Workspace) -> None:
    """A run that succeeded, with six checkpoints, a configuration and its data."""
    add_data(workspace)
    add_file(workspace, GOOD)
    add_sft(workspace)


@dataclass
class Stage:
    """The application with one action to do. ``done`` tells that its key was pressed and something came of it."""

    pilot: Pilot[None]
    app: TunerApp
    workspace: Workspace
    action_id: str
    done: bool = field(default=False, init=False)

    @property
    def main(self) -> MainScreen:
        return main_screen(self.app)

    @property
    def text(self) -> str:
        """All text on the screen."""
        return shown(self.app)

    def pane(self, pane: Pane | str) -> Widget:
        return self.app.screen.query_one(f"#{pane}")

    def pane_text(self, pane: Pane | str) -> str:
        return text_of(self.pane(pane))

    def area(self, pane: Pane | str) -> str:
        """What the terminal shows where a pane lies, all that is in it."""
        at = self.pane(pane).region
        return "\n".join(line[at.x : at.right] for line in self.text.split("\n")[at.y : at.bottom])

    def on(self, kind: type[SomeScreen]) -> bool:
        """Whether that screen is in front."""
        return isinstance(self.app.screen, kind)

    async def press(self, *keys: str) -> None:
        """Keys on the way to the action."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], object], what: str = "") -> None:
        await until(self.pilot, holds, what or f"before {self.action_id}")

    async def open(self, kind: type[SomeScreen], *keys: str) -> SomeScreen:
        """Press keys until that screen is in front."""
        await self.press(*keys)
        await self.until(lambda: self.on(kind), kind.__name__)
        screen = self.app.screen
        assert isinstance(screen, kind)
        await self.pilot.pause()
        return screen

    async def does(self, came: Callable[[], object]) -> None:
        """Press the action's own key; what was not so before must be so then."""
        assert not came(), f"{self.action_id}: what its key shall do is so already"
        key = by_id(self.action_id).key.split(",")[0]
        if key:
            await self.pilot.press(key)
        else:  # no key of its own: the palette does it so
            await self.main.do(self.action_id)
        await until(self.pilot, came, f"what {self.action_id} ({key}) does")
        self.done = True

    async def changes(self, value: Callable[[], object]) -> None:
        """Press the action's own key; that must be something else then."""
        before = value()
        await self.does(lambda: value() != before)

    async def ends(self) -> None:
        """Press the action's own key; the screen in front must go."""
        screen = self.app.screen
        await self.does(lambda: screen not in self.app.screen_stack)


Deed = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Entry:
    """How one action is done: in which workspace, at which size, with which pane in focus."""

    deed: Deed
    furnish: Callable[[Workspace], object]
    size: tuple[int, int]
    focus: Pane


DEEDS: dict[str, Entry] = {}


def deed(
    action_id: str,
    *,
    focus: Pane = Pane.RUNS,
    furnish: Callable[[Workspace], object] = three_runs,
    size: tuple[int, int] = WIDE,
) -> Callable[[Deed], Deed]:
    """Enter a deed into the table."""

    def enter(function: Deed) -> Deed:
        assert action_id not in DEEDS, f"{action_id} is entered twice"
        DEEDS[action_id] = Entry(function, furnish, size, focus)
        return function

    return enter
