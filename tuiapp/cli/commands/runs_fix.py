"""tuner runs fix ID: after a run out of memory, the changes that should make it fit, and the changed run"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from tuiapp.handlers.fixes import ProposedFix


def add(commands: Commands, shared: Parser) -> None:
    parser = commands.add_parser("fix", parents=[shared], help="what to change after a run out of memory")
    parser.add_argument("run_id", metavar="ID", help="id, name, or the beginning or end of an id")
    parser.add_argument("--start", action="store_true", help="start the changed configuration as a new run")
    parser.add_argument("--detach", action="store_true", help="with --start: return at once")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="CODE", help="accept a warning by code, or all"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.follow import follow, leave
    from tuiapp.cli.output import print_json
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.fixes import proposed_fix, ran_out_of_memory, start_fix
    from tuiapp.handlers.runs import RunsHandler
    from tuner.core.errors import ConfigurationError

    context = open_context(arguments.workspace)
    runs = RunsHandler(context)
    failed = runs.find(arguments.run_id)
    runs.summary(failed)
    fix = proposed_fix(context, failed.name)
    if fix is None:
        if ran_out_of_memory(failed):
            raise ConfigurationError(
                f"nothing is left to change in {failed.name}",
                hint="choose a smaller model, method.type: lora or qlora, or a machine with more memory",
            )
        raise ConfigurationError(
            f"{failed.name} did not run out of memory", hint=f"`tuner runs show {failed.name}` tells how it ended"
        )
    if not arguments.start:
        if arguments.json:
            print_json(fix.as_dict())
        else:
            _print_fix(fix)
        return 0
    if not arguments.json:
        _print_changes(fix)
    run_dir = start_fix(context, fix, arguments.accept)
    if arguments.detach:
        return leave(runs, run_dir, as_json=arguments.json)
    return follow(runs, run_dir, as_json=arguments.json)


def _print_changes(fix: ProposedFix) -> None:
    from tuiapp.cli.output import print_line
    from tuiapp.formatting import size

    for change in fix.changes:
        print_line(f"{change.path}: {_value(change.before)} -> {_value(change.after)}  ({change.why})")
    if fix.needs is not None and fix.available is not None:
        enough = "should fit" if fix.fits else "is still more than there is"
        print_line(f"about {size(fix.needs)} of {size(fix.available)}: {enough}")


def _print_fix(fix: ProposedFix) -> None:
    from tuiapp.cli.output import print_line, tell

    _print_changes(fix)
    print_line()
    for line in fix.diff:
        print_line(line)
    tell(f"start it: tuner runs fix {fix.run_id} --start")


def _value(value: object) -> str:
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
