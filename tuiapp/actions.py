"""The registry of actions: everything a key, a click or the palette can do, once. No action is defined elsewhere.

It feeds the key bindings, the action bar at the bottom, the help screen and the command palette. Keys are remapped by
action id in the settings (``keys: {run.new: ctrl+n}``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where an action applies; the value is its heading in the help."""

    MAIN = "Runs"
    LIST = "In every list"
    CHOOSER = "New run: choose"
    EDITOR = "New run: edit"
    PUBLISH = "Publish"
    CONFIRM = "Questions"
    HELP = "Help"
    ANYWHERE = "Anywhere"


class Need(StrEnum):
    """What must be there for an action to have a sense; the value says so where it is missing."""

    NOTHING = ""
    RUNS = "there is no run yet; press n to start one"
    RUN = "no run is selected"
    LIVE_RUN = "the selected run has already ended"
    ENDED_RUN = "the selected run is still going; stop it first"
    CHECKPOINT = "the selected run has no whole checkpoint yet"


@dataclass(frozen=True)
class Action:
    """One action. ``call`` names the method ``action_<call>``, on the application where it begins with "app."."""

    id: str
    title: str
    help: str
    key: str
    where: Where
    call: str
    need: Need = Need.NOTHING
    in_bar: bool = True


_M, _L, _E, _N, _A = Where.MAIN, Where.LIST, Where.EDITOR, Need.NOTHING, Where.ANYWHERE

ACTIONS: tuple[Action, ...] = (
    Action("run.new", "New", "Start a new run from a preset, an earlier run or a file.", "n", _M, "new_run"),
    Action("run.clone", "Clone", "Edit a copy of the selected run's configuration.", "c", _M, "clone_run", Need.RUN),
    Action(
        "run.stop", "Stop", "Ask the selected run to stop at the next step, saving.", "s", _M, "stop_run", Need.LIVE_RUN
    ),
    Action("checkpoint.best", "Best", "Go to the best checkpoint and say why it is.", "b", _M, "best", Need.CHECKPOINT),
    Action(
        "checkpoint.publish", "Publish", "Show what publishing the best would do.", "u", _M, "publish", Need.CHECKPOINT
    ),
    Action(
        "run.delete",
        "Delete",
        "Delete the selected run, which has ended.",
        "d,delete",
        _M,
        "delete_run",
        Need.ENDED_RUN,
    ),
    Action("checkpoint.sort", "Sort", "Sort checkpoints by the next column.", "o", _M, "sort_next", Need.CHECKPOINT),
    Action(
        "checkpoint.reverse",
        "Reverse",
        "Turn the order of checkpoints around.",
        "O",
        _M,
        "sort_reverse",
        Need.CHECKPOINT,
        in_bar=False,
    ),
    Action("chart.metric", "Metric", "Show the next metrics in the second chart.", "m", _M, "next_metric", Need.RUN),
    Action("pane.zoom", "Zoom", "Give the whole screen to the focused pane, or take it back.", "z", _M, "zoom"),
    Action(
        "run.find",
        "Find",
        "Show only runs whose name, id, state or model contains a word.",
        "slash",
        _M,
        "find",
        Need.RUNS,
    ),
    Action("pane.next", "Pane", "Go to the next pane.", "tab", _M, "next_pane"),
    Action("pane.previous", "Back", "Go to the pane before.", "shift+tab", _M, "previous_pane", in_bar=False),
    Action("pane.leave", "Leave", "End the search, or leave the zoom.", "escape", _M, "leave", in_bar=False),
    Action("run.refresh", "Refresh", "Read everything again.", "r", _M, "refresh_all", in_bar=False),
    Action("app.quit", "Quit", "Leave. Runs go on; come back any time.", "q", _M, "app.quit"),
    Action("list.up", "Up", "The row above.", "up,k", _L, "cursor_up", in_bar=False),
    Action("list.down", "Down", "The row below.", "down,j", _L, "cursor_down", in_bar=False),
    Action("list.page_up", "Page up", "One page up.", "pageup", _L, "page_up", in_bar=False),
    Action("list.page_down", "Page down", "One page down.", "pagedown", _L, "page_down", in_bar=False),
    Action("list.first", "First", "The first row.", "home,g", _L, "first", in_bar=False),
    Action("list.last", "Last", "The last row; in the log, follow again.", "end,G", _L, "last", in_bar=False),
    Action(
        "list.choose",
        "Choose",
        "What Enter does: watch a run, publish a checkpoint, go to an issue's line.",
        "enter",
        _L,
        "choose",
        in_bar=False,
    ),
    Action("chooser.edit", "Edit", "Open the chosen configuration in the editor.", "enter", Where.CHOOSER, "edit"),
    Action("chooser.back", "Back", "Return without starting anything.", "escape", Where.CHOOSER, "back"),
    Action("editor.launch", "Launch", "Start the run. Errors refuse; warnings ask first.", "ctrl+l", _E, "launch"),
    Action("editor.issues", "Issues", "Go between the text and its issues.", "ctrl+o", _E, "issues"),
    Action("editor.next_issue", "Next issue", "Go to the line of the next issue.", "ctrl+n", _E, "next_issue"),
    Action("editor.back", "Back", "Return without starting; asks where the text was changed.", "escape", _E, "back"),
    Action("publish.do", "Publish", "Do what the plan says.", "enter", Where.PUBLISH, "publish"),
    Action("publish.back", "Cancel", "Publish nothing.", "escape", Where.PUBLISH, "back"),
    Action("confirm.yes", "Yes", "Do it.", "y,enter", Where.CONFIRM, "yes"),
    Action("confirm.no", "No", "Leave everything as it is.", "escape,n", Where.CONFIRM, "no"),
    Action("help.close", "Close", "Close the help.", "escape,q", Where.HELP, "close"),
    Action("app.palette", "Palette", "Find any action by name.", "ctrl+p", _A, "app.command_palette"),
    Action("app.help", "Help", "Show every action with its key.", "question_mark", _A, "app.show_help"),
    Action(
        "app.theme",
        "Theme",
        "Change between the dark and the light theme.",
        "ctrl+t",
        _A,
        "app.next_theme",
        in_bar=False,
    ),
)


def by_id(action_id: str) -> Action:
    """The action of that id (KeyError where there is none)."""
    return _BY_ID[action_id]


def actions_in(*places: Where) -> list[Action]:
    """The actions of some places, in the registry's order."""
    return [a for a in ACTIONS if a.where in places]


def unknown_ids(keys: Iterable[str]) -> list[str]:
    """Those of the settings' ``keys`` that name no action."""
    return sorted(k for k in keys if k not in _BY_ID)


def key_of(action: Action, keys: Mapping[str, str]) -> str:
    """The keys of an action, remapped or its own; Textual's names, separated by commas."""
    return keys.get(action.id, action.key)


_SPELT = {
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "shift+tab": "⇧Tab", "slash": "/", "question_mark": "?",
    "up": "↑", "down": "↓", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "delete": "Del",
}  # fmt: skip


def spell_key(key: str) -> str:
    """One key as people write it: ctrl+p is ^P."""
    if key in _SPELT:
        return _SPELT[key]
    modifier, plus, letter = key.rpartition("+")
    return f"^{letter.upper()}" if plus and modifier == "ctrl" else key


def spell_keys(action: Action, keys: Mapping[str, str], *, first: bool = False) -> str:
    """All keys of an action as people write them, or only the first."""
    listed = [spell_key(k.strip()) for k in key_of(action, keys).split(",") if k.strip()]
    return listed[0] if first and listed else " ".join(listed)


_BY_ID = {a.id: a for a in ACTIONS}
