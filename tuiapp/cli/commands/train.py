"""tuner train CONFIG"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainHandler, TrainPlan
    from tuner.core.errors import BackendError


def add(commands: Commands, shared: Parser) -> None:
    parser = commands.add_parser("train", parents=[shared], help="train from a configuration file or a preset")
    parser.add_argument("config", metavar="CONFIG", help="a YAML file, or a preset's name")
    parser.add_argument(
        "--backend", metavar="B", help="cpu, rtx, mac (default: the preset's, else this machine's best)"
    )
    parser.add_argument(
        "--set", dest="sets", action="append", default=[], metavar="PATH=VALUE", help="override a value"
    )
    parser.add_argument("--name", metavar="N", help="the run's name")
    parser.add_argument("--tag", dest="tags", action="append", default=[], metavar="T", help="tag the run; may repeat")
    parser.add_argument(
        "--accept", action="append", default=[], metavar="CODE", help="accept a warning by code, or all"
    )
    parser.add_argument("--detach", action="store_true", help="start it and return at once")
    parser.add_argument("--dry-run", action="store_true", help="check and show what would run; write nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.follow import follow, leave
    from tuiapp.cli.issues import print_issues
    from tuiapp.cli.output import print_json, tell
    from tuiapp.handlers.configs import read_configuration
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler
    from tuiapp.handlers.train import TrainHandler, TrainRequest

    context = open_context(arguments.workspace)
    text, preset_backend = read_configuration(context, arguments.config)
    handler = TrainHandler(context)
    request = TrainRequest(text, arguments.backend or preset_backend, arguments.sets, arguments.name, arguments.tags)
    plan = handler.plan(request)
    if arguments.dry_run:
        launch = handler.launch(plan, context.workspace.runs / "RUN") if plan.ok else None
        lacking = _lacking(handler, plan) if plan.ok else None
        if arguments.json:
            print_json({**plan.as_dict(launch), "lacking": lacking.as_dict() if lacking else None})
        else:
            print_issues(plan.issues)
            if launch is not None:
                _print_plan(plan, launch.argv)
                if lacking is not None:
                    tell(f"not on this machine: {lacking.message}")
                    tell(f"  hint: {lacking.hint}")
        return 0 if plan.ok else BAD_INPUT
    if not arguments.json:
        print_issues(plan.issues)
    run_dir = handler.submit(plan, arguments.accept)
    handler.start(run_dir)
    runs = RunsHandler(context)
    if arguments.detach:
        return leave(runs, run_dir, as_json=arguments.json)
    return follow(runs, run_dir, as_json=arguments.json)


def _lacking(handler: TrainHandler, plan: TrainPlan) -> BackendError | None:
    """What this machine lacks to run the plan."""
    from tuner.core.errors import BackendError

    try:
        handler.check_environment(plan)
    except BackendError as error:
        return error
    return None


def _print_plan(plan: TrainPlan, argv: list[str]) -> None:
    from tuiapp.cli.forecast import forecast_lines
    from tuiapp.cli.output import print_line

    print_line(f"backend   {plan.backend}")
    for line in forecast_lines(plan.estimate):
        print_line(line)
    for change in plan.translation.changes if plan.translation else ():
        print_line(f"note      {change}")
    print_line(f"command   {' '.join(argv)}")
    print_line("nothing was written (--dry-run)")
