"""tuner backends list|show NAME"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("backends", parents=[shared], help="where training can run, and what each can do")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    verbs.add_parser("list", parents=[shared], help="all backends").set_defaults(run=list_backends)
    parser = verbs.add_parser("show", parents=[shared], help="one backend's capabilities")
    parser.add_argument("name", metavar="NAME")
    parser.set_defaults(run=show)


def list_backends(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_table
    from tuiapp.handlers.backends import describe_backends
    from tuiapp.handlers.context import open_context

    found = describe_backends(open_context(arguments.workspace))
    if arguments.json:
        print_json([b.as_dict() for b in found])
        return 0
    rows = [[b.name, b.kind, "yes" if b.available else "no", b.message or "ready"] for b in found]
    print_table(["name", "kind", "available", "message"], rows)
    return 0


def show(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line
    from tuiapp.handlers.backends import describe_backend
    from tuiapp.handlers.context import open_context

    found = describe_backend(open_context(arguments.workspace), arguments.name)
    if arguments.json:
        print_json(found.as_dict())
        return 0
    print_line(f"{found.name} ({found.kind}): {'available' if found.available else 'not available'}")
    if found.message:
        print_line(found.message)
    for label, value in found.capabilities.items():
        if isinstance(value, list):
            print_line(f"{label:<14}{', '.join(map(str, value)) or '–'}")
        elif isinstance(value, dict):
            for key, inner in value.items():
                text = inner.get("help", inner) if isinstance(inner, dict) else inner
                print_line(f"{label:<14}{key}: {text}")
    return 0
