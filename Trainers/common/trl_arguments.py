"""The payload's arguments in the words of the versions that are installed (standard library only)."""

from __future__ import annotations

from dataclasses import fields
from importlib.metadata import version
from typing import Any

from Trainers.common.reporting import Reporter


def made_with(arguments: dict[str, Any], config_class: Any, reporter: Reporter) -> Any:
    """The trainer's own configuration; what this version of it does not know is told."""
    kept, left = accepted(arguments, config_class)
    for text in left:
        reporter.warn(text)
    return config_class(**kept)


def accepted(arguments: dict[str, Any], config_class: Any) -> tuple[dict[str, Any], list[str]]:
    """Split what this version's configuration class knows from what it does not.

    Returns:
        The keyword arguments to construct it with, and a sentence for each one left out. What is off anyway (False,
        None, empty) is left out without a word.
    """
    known = {f.name for f in fields(config_class) if f.init}
    kept = {name: value for name, value in arguments.items() if name in known}
    left = [
        f"{name}: {value!r} is left out: {config_class.__name__} of trl {version('trl')} "
        f"(transformers {version('transformers')}) does not know it"
        for name, value in arguments.items()
        if name not in known and value not in (None, False, [], {})
    ]
    return kept, left
