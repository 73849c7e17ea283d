"""The registry of actions: everything a key, a click or the palette can do, once. No action is defined elsewhere.

It feeds the key bindings, the action bar at the bottom, the help screen and the command palette. Keys are remapped by
action id in the settings (``keys: {run.new: ctrl+n}``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuiapp.actions.anywhere import ANYWHERE
from tuiapp.actions.charts import CHARTS
from tuiapp.actions.compare import COMPARE
from tuiapp.actions.data import DATA
from tuiapp.actions.dialogs import DIALOGS
from tuiapp.actions.editor import EDITOR
from tuiapp.actions.lists import LISTS
from tuiapp.actions.log import LOG
from tuiapp.actions.model import Action, Need, Where
from tuiapp.actions.runs import RUNS
from tuiapp.actions.table import TABLE

__all__ = [
    "ACTIONS",
    "Action",
    "Need",
    "Where",
    "actions_in",
    "by_id",
    "key_of",
    "spell_key",
    "spell_keys",
    "unknown_ids",
]

ACTIONS: tuple[Action, ...] = (*RUNS, *TABLE, *CHARTS, *LOG, *COMPARE, *DATA, *LISTS, *EDITOR, *DIALOGS, *ANYWHERE)
_BY_ID = {a.id: a for a in ACTIONS}


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
    "left": "←", "right": "→", "shift+up": "⇧↑", "shift+down": "⇧↓", "shift+left": "⇧←", "shift+right": "⇧→",
    "backspace": "Bksp", "space": "Space", "ampersand": "&", "colon": ":",
}  # fmt: skip


def spell_key(key: str) -> str:
    """One key as people write it: ctrl+p is ^P."""
    if key in _SPELT:
        return _SPELT[key]
    modifier, plus, letter = key.rpartition("+")
    return f"^{_SPELT.get(letter, letter.upper())}" if plus and modifier == "ctrl" else key


def spell_keys(action: Action, keys: Mapping[str, str], *, first: bool = False) -> str:
    """All keys of an action as people write them, or only the first."""
    listed = [spell_key(k.strip()) for k in key_of(action, keys).split(",") if k.strip()]
    return listed[0] if first and listed else " ".join(listed)
