"""Key bindings out of the registry."""

from __future__ import annotations

from collections.abc import Container

from textual.binding import Binding, BindingType

from tuiapp.actions import Action, Where, actions_in


def bindings_for(*places: Where, but: Container[str] = ()) -> list[BindingType]:
    """The bindings of the actions of some places; each carries its action's id, by which keys are remapped.

    The editor's come before the text's own, which would take Escape for itself; but Tab indents there.
    """
    return [
        Binding(a.key, a.call, a.title, id=a.id, show=False, tooltip=a.help, priority=_comes_first(a))
        for a in actions_in(*places)
        if a.id not in but
    ]


def _comes_first(action: Action) -> bool:
    return (action.where is Where.EDITOR and "tab" not in action.key) or action.key.startswith("ctrl+")
