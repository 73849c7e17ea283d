"""The next of several choices, and one of several ticked or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.core.fields import FieldKind

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState


def next_choice(state: FieldState, value: object, way: int) -> str:
    """The choice after (way 1) or before (−1) the present one, around the end; those that cannot be had are passed."""
    names = [c.value for c in state.choices]
    now = names.index(value) if isinstance(value, str) and value in names else -1 if way > 0 else 0
    turned = [state.choices[(now + way * n) % len(names)] for n in range(1, len(names) + 1)]
    return next((c.value for c in turned if not c.reason), names[now])


def switched(state: FieldState, value: object, option: str) -> tuple[object, str]:
    """The value with a tick more or less, and why it cannot be had ("" where it can).

    What is ticked can always be taken away, also where it has no effect.
    """
    if state.field.kind is FieldKind.CHECK:
        return value is not True, state.disabled
    ticked = [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
    if option in ticked:
        left = [v for v in ticked if v != option]
        return left or None, ""
    reason = state.disabled or next((c.reason for c in state.choices if c.value == option), "")
    return [*ticked, option], reason
