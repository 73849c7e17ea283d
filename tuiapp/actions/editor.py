"""Editing a configuration: the form, the text, issues, launching."""

from __future__ import annotations

from tuiapp.actions.model import Action, Where


def _form(name: str, title: str, text: str, key: str, call: str, *, in_bar: bool = True, asks: bool = False) -> Action:
    return Action(f"form.{name}", title, text, key, Where.FORM, call, in_bar=in_bar, asks=asks)


def _editor(name: str, title: str, text: str, key: str, call: str, *, in_bar: bool = True) -> Action:
    return Action(f"editor.{name}", title, text, key, Where.EDITOR, call, in_bar=in_bar)


_FIX: tuple[Action, ...] = (
    Action("fix.start", "Start", "Start a run with this configuration.", "enter", Where.FIX, "start"),
    Action("fix.edit", "Edit", "Open this configuration in the editor.", "e", Where.FIX, "edit"),
    Action("fix.back", "Cancel", "Start nothing.", "escape", Where.FIX, "back"),
)

EDITOR: tuple[Action, ...] = (
    _editor("launch", "Launch", "Start the run. Errors refuse; warnings ask first.", "ctrl+l", "launch"),
    _form("write", "Write", "Write the value; on a number, simply type it. Opens a section.", "enter", "write"),
    _form("less", "Less", "A step down, or the choice before; folds a section.", "left,-", "less", in_bar=False),
    _form("more", "More", "A step up, or the choice after; opens a section.", "right,+", "more", in_bar=False),
    _form("more_finely", "A little more", "The smallest step up.", "shift+right", "more_finely", in_bar=False),
    _form("less_finely", "A little less", "The smallest step down.", "shift+left", "less_finely", in_bar=False),
    _form("tick", "Tick", "Tick or untick; the next choice; open or fold a section.", "space", "tick"),
    _form("default", "Default", "Back to the default: the text no longer says it.", "delete,backspace", "default"),
    _form("backend", "Backend", "Train on another backend; the form shows what it takes.", "b", "next_backend"),
    _form("fold_all", "All", "Open all sections, or fold them.", "a", "fold_all"),
    _editor("view", "Text/form", "Go between the form and the text.", "ctrl+r", "view"),
    _editor("issues", "Issues", "Go to the issues and back.", "ctrl+o", "issues"),
    _editor("next_issue", "Next issue", "Go to the field or line of the next issue.", "ctrl+n", "next_issue"),
    _editor("pane", "Pane", "Go to the next pane: form or text, preflight, issues.", "tab", "next_pane"),
    _editor("pane_before", "Pane before", "Go to the pane before.", "shift+tab", "previous_pane", in_bar=False),
    _editor("back", "Back", "Return without starting; asks where something was changed.", "escape", "back"),
    *_FIX,
)
