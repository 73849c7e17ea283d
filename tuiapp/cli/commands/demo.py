"""tuner demo [DIR]"""

from __future__ import annotations

import argparse

from tuiapp.cli.types import Commands


def add(commands: Commands, shared: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "demo", parents=[shared], help="make a complete small workspace, trained here and now on the processor"
    )
    parser.add_argument("dir", metavar="DIR", nargs="?", default="tuner-demo", help="the workspace to make")
    parser.add_argument("--open", action="store_true", help="open tuner-tui on it, where there is a terminal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    return 0
