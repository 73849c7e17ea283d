"""tuner checkpoints list|best RUN, tuner checkpoints pin|unpin RUN[@STEP|@best]"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("checkpoints", parents=[shared], help="a run's checkpoints and the best of them")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    for name, help_, action in (
        ("list", "all checkpoints with their scores", list_checkpoints),
        ("best", "the best one, and why", best),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        parser.add_argument("run_id", metavar="RUN")
        parser.add_argument("--by", metavar="METRIC", help="rank by this metric (names with loss count downwards)")
        parser.set_defaults(run=action)
    for name, help_, pinned in (
        ("pin", "keep a checkpoint for good, whatever makes room for others; the best is always kept", True),
        ("unpin", "keep it no longer", False),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        parser.add_argument("reference", metavar="RUN[@STEP|@best|@final]")
        parser.set_defaults(run=pin, pinned=pinned)


def list_checkpoints(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_table, tell
    from tuiapp.formatting import number, size
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler, checkpoint_dict

    handler = RunsHandler(open_context(arguments.workspace))
    run_dir = handler.find(arguments.run_id)
    run_id = handler.id_of(run_dir)
    listed = [checkpoint_dict(run_dir, c, run_id) for c in handler.checkpoints(run_dir, arguments.by)]
    if arguments.json:
        print_json(listed)
        return 0
    if not listed:
        tell(f"{run_id} has no checkpoint yet")
        return 0
    rows = []
    for item, checkpoint in zip(listed, handler.checkpoints(run_dir, arguments.by), strict=True):
        metrics = checkpoint.info.metrics
        rows.append(
            [
                "★" if checkpoint.is_best else "",
                "final" if checkpoint.info.is_final else str(checkpoint.info.step),
                number(checkpoint.score.value),
                str(checkpoint.score.parts.get("by", "–")),
                number(metrics.get("eval_loss")),
                number(metrics.get("eval_exact_match"), 3),
                size(int(str(item["bytes"]))),
                ("pinned" if item["pinned"] else "whole") if item["complete"] else "half-written",
            ]
        )
    columns = ["", "step", "score", "by", "eval_loss", "exact", "size", "state"]
    print_table(columns, rows, right=["step", "score", "eval_loss", "exact", "size"])
    return 0


def best(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import checkpoint_dict
    from tuner.discovery.references import find_checkpoint, folder_at

    context = open_context(arguments.workspace)
    run_dir, chosen = find_checkpoint(context.workspace, arguments.run_id, arguments.by)
    if arguments.json:
        run_id = folder_at(context.workspace, run_dir).id
        print_json({**checkpoint_dict(run_dir, chosen, run_id), "why": chosen.why})
        return 0
    print_line(str(chosen.info.path))
    tell(chosen.why)
    return 0


def pin(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.pins import pin_checkpoint

    done = pin_checkpoint(open_context(arguments.workspace), arguments.reference, pinned=arguments.pinned)
    if arguments.json:
        print_json(done.as_dict())
        return 0
    tell(f"{done.run_id}@{done.label} is {'pinned' if done.pinned else 'not pinned'}")
    return 0
