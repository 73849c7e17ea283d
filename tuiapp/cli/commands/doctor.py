"""tuner doctor"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    parser = commands.add_parser("doctor", parents=[shared], help="what this machine can do, and what is missing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.doctor import examine

    checks = examine(open_context(arguments.workspace))
    if arguments.json:
        print_json({"ok": all(c.ok or not c.needed for c in checks), "checks": [c.as_dict() for c in checks]})
    else:
        for check in checks:
            mark = "✓" if check.ok else "✗" if check.needed else "–"
            print_line(f"{mark} {check.name:<18}{check.message}")
            if check.hint and not check.ok:
                print_line(f"  {'':<18}→ {check.hint}")
    return 0 if all(c.ok or not c.needed for c in checks) else 3
