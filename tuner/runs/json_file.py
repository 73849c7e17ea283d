"""JSON objects read with a message instead of a traceback (standard library only)."""

from __future__ import annotations

import json
from pathlib import Path

JsonObject = dict[str, object]


class UnreadableFile(Exception):
    """A file is missing, unreadable or not a JSON object; the message says which and where."""


def read_object(path: Path) -> JsonObject:
    """Read one JSON object.

    Raises:
        UnreadableFile: the file is missing, cannot be read, or holds something else.
    """
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - read by the thousand, and pathlib's is slower
            value = json.loads(file.readall())
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{path}: not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise UnreadableFile(f"{path}: expected a JSON object, found {type(value).__name__}")
    return value


def read_object_or_none(path: Path) -> JsonObject | None:
    """Read one JSON object, or None where there is no file."""
    return read_object(path) if path.exists() else None
