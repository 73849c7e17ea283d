"""A file in the pager of the person's choice."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

_DEFAULT = "less -R"


def pager_command(path: Path, line: int | None, environment: Mapping[str, str]) -> list[str]:
    """The arguments: $PAGER's own words, where to begin if it is less, and the file. No shell reads them."""
    try:
        words = shlex.split(environment.get("PAGER", "")) or shlex.split(_DEFAULT)
    except ValueError:  # an open quote
        words = shlex.split(_DEFAULT)
    if Path(words[0]).name == "less":
        words.append(f"+{line}" if line is not None else "+G")
    return [*words, str(path)]


def show_in_pager(path: Path, line: int | None) -> str:
    """Show a file until the pager ends; returns what went wrong, "" where nothing did.

    What the file holds may come from anybody: less is told to run no commands, neither of the person nor of the file.
    """
    environment = {k: v for k, v in os.environ.items() if k not in {"LESSOPEN", "LESSCLOSE"}} | {"LESSSECURE": "1"}
    argv = pager_command(path, line, environment)
    try:
        code = subprocess.run(argv, env=environment, check=False).returncode
    except OSError as error:
        return f"the pager {argv[0]} could not be started: {error.strerror or error}"
    return "" if code == 0 else f"the pager {argv[0]} ended with {code}"
