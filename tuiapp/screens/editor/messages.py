"""What the editor's workers tell it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tuiapp.handlers.form import FormState
    from tuiapp.handlers.form_reading import Difference, Edit


@dataclass(eq=False, repr=False)
class SourceRead(Message):
    """The configuration's text, what stands in the editor at first, and the backend it is for."""

    original: str
    text: str
    backend: str | None


@dataclass(eq=False, repr=False)
class FormRead(Message):
    """The form of a text with edits made in it. ``problems``: edits that could not be made, in words."""

    before: str
    edits: Mapping[str, Edit]
    text: str
    form: FormState
    problems: Sequence[str]
    differences: Sequence[Difference]


@dataclass(eq=False, repr=False)
class EnvironmentRead(Message):
    """Whether this machine can train on a backend; ``message`` says why not."""

    backend: str
    ok: bool
    message: str
