"""tuner runs adopt"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(verbs: Commands, shared: Parser) -> None:
    parser = verbs.add_parser("adopt", parents=[shared], help="make another tool's run one of this workspace")
    parser.add_argument("run_id", metavar="ID", help="id, name or folder of the run, or the beginning or end of an id")
    parser.add_argument("--move", action="store_true", help="afterwards move the original folder into the new run")
    parser.set_defaults(run=adopt)


def adopt(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.handlers.adopt import AdoptHandler
    from tuiapp.handlers.context import open_context

    run = AdoptHandler(open_context(arguments.workspace)).adopt(arguments.run_id, move=arguments.move)
    if arguments.json:
        print_json(run.as_dict())
        return 0
    print_line(run.id)
    tell(f"adopted; its checkpoints: tuner checkpoints list {run.id}")
    return 0
