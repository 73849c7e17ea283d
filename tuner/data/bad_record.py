"""Why a record cannot be used."""

from __future__ import annotations


class BadRecord(Exception):
    """A record that the trainer cannot use; ``code`` groups the reasons."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def short(value: object) -> str:
    """A value in a message: scalars as they are, cut; of all else the kind."""
    text = repr(value) if isinstance(value, str | int | float | bool | None) else type(value).__name__
    return text if len(text) <= 40 else f"{text[:39]}…"
