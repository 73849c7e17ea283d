"""tuner upload RUN[@STEP|@best|@final] --to dir:PATH"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    parser = commands.add_parser("upload", parents=[shared], help="publish a checkpoint with a model card")
    parser.add_argument("reference", metavar="RUN[@STEP|@best|@final]", help="without @: the best")
    parser.add_argument("--to", metavar="TARGET", help="dir:PATH (default: the setting publishing.target)")
    parser.add_argument("--save-method", default="lora", choices=["lora", "merged_16bit", "merged_4bit"])
    parser.add_argument("--dry-run", action="store_true", help="show the plan; write nothing")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.formatting import size
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.upload import UploadHandler, UploadRequest

    handler = UploadHandler(open_context(arguments.workspace))
    plan = handler.plan(UploadRequest(arguments.reference, arguments.to, arguments.save_method))
    if arguments.dry_run:
        if arguments.json:
            print_json(plan.as_dict())
        else:
            print_line(f"from  {plan.run_id} {plan.label}")
            print_line(f"to    {plan.target}")
            for file in plan.files:
                print_line(f"      {file.name:<28}{size(file.bytes):>10}{'  overwritten' if file.overwrites else ''}")
            print_line("nothing was written (--dry-run)")
        return 0
    published = handler.publish(plan)
    if arguments.json:
        print_json(handler.result(plan, published))
    else:
        print_line(str(published))
        tell(f"published {plan.label} of {plan.run_id}: {len(plan.files)} files, {size(plan.bytes)}")
    return 0
