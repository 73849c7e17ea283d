"""The grammar of the command line. --workspace and --json are accepted before and after the command."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from tuner.version import __version__

DESCRIPTION = "The terminal workbench for fine-tuning language models on hardware you own."
_MARK = "\0"
"""No argument of a command can hold it."""
EPILOG = "Start here: `tuner demo` makes a complete small workspace; `tuner-tui` opens the screen."


class UsageError(Exception):
    """The command's words are off."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting, so that --json errors are JSON too."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"see `{self.prog} --help`")

    signed_words = False
    """Whether words such as -old are words of the command, where they are none of its options."""

    def parse_known_args(  # type: ignore[override] # argparse declares it three times, for namespaces of any type
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        words = [self._protected(a) for a in args] if args is not None and self.signed_words else args
        return super().parse_known_args(words, namespace)

    def _protected(self, word: str) -> str:
        is_word = word.startswith("-") and not word.startswith("--") and word not in self._option_string_actions
        return _MARK + word if is_word else word


def signed_word(word: str) -> str:
    """The type of an argument of a parser with ``signed_words``."""
    return word.removeprefix(_MARK)


def shared_options() -> argparse.ArgumentParser:
    """The options every command takes."""
    shared = Parser(add_help=False)
    shared.add_argument(
        "--workspace",
        "-w",
        metavar="DIR",
        default=argparse.SUPPRESS,
        help="the workspace (default: TUNER_WORKSPACE, else the current folder)",
    )
    shared.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON alone on stdout")
    return shared


def build_parser() -> Parser:
    """The whole grammar; building it imports no handler."""
    from tuiapp.cli.commands import backends, checkpoints, config, data, demo, doctor, runs, sources, train, upload

    shared = shared_options()
    # Options of its own: set_defaults changes them, and a command's must stay silent where nothing stands after it.
    parser = Parser(prog="tuner", description=DESCRIPTION, epilog=EPILOG, parents=[shared_options()])
    parser.set_defaults(workspace=None, json=False)
    parser.add_argument("--version", action="version", version=f"tuner {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    for module in (demo, doctor, backends, config, data, train, runs, sources, checkpoints, upload):
        module.add(commands, shared)
    return parser
