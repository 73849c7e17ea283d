"""tuner sources list|add|remove"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("sources", parents=[shared], help="folders elsewhere whose runs are shown too")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    parser = verbs.add_parser("list", parents=[shared], help="the sources of this workspace")
    parser.set_defaults(run=change, change="list")
    for name, help_ in (
        ("add", "show the runs that other tools made in DIR"),
        ("remove", "forget DIR; the folder is not touched"),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        parser.add_argument("folder", metavar="DIR")
        parser.set_defaults(run=change, change=name)


def change(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_table, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.sources import SourcesHandler

    handler = SourcesHandler(open_context(arguments.workspace))
    if arguments.change == "add":
        sources = handler.add(arguments.folder)
    elif arguments.change == "remove":
        sources = handler.remove(arguments.folder)
    else:
        sources = handler.listed()
    if arguments.json:
        print_json(sources)
        return 0
    if not sources:
        tell("no sources: only runs below the workspace are shown. Add a folder: tuner sources add DIR")
        return 0
    rows = [[str(s["path"]), str(s["runs"]) if s["exists"] else "not there"] for s in sources]
    print_table(["folder", "runs"], rows, right=["runs"])
    return 0
