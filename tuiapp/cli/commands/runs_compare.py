"""tuner runs compare|export"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

_FORMATS = ("csv", "json", "jsonl", "parquet", "png", "svg")
_AXES = {"step": "step", "relative": "relative time", "wall": "wall time", "epoch": "epoch", "tokens": "tokens"}


def add(verbs: Commands, shared: Parser) -> None:
    """Add both to the verbs of `tuner runs`."""
    parser = verbs.add_parser("compare", parents=[shared], help="what differs between runs: configuration and metrics")
    parser.add_argument("run_ids", nargs="+", metavar="ID", help="the runs; the first is what the others are held to")
    parser.add_argument("--all", action="store_true", dest="everything", help="settings that are equal, too")
    parser.add_argument("--metric", metavar="REGEX", help="only metrics in whose name this is found")
    parser.set_defaults(run=compare)
    parser = verbs.add_parser("export", parents=[shared], help="write metrics to a file, or draw them")
    parser.add_argument(
        "run_ids", nargs="+", metavar="ID", help="the runs; several stand below each other, with their id"
    )
    parser.add_argument("--to", required=True, metavar="FILE", help=f"ends in .{', .'.join(_FORMATS)}; - is stdout")
    parser.add_argument("--format", choices=_FORMATS, help="for stdout, which has no name")
    parser.add_argument("--metric", metavar="REGEX", help="only metrics in whose name this is found")
    parser.add_argument(
        "--axis", choices=list(_AXES), default="step", help="the x of a picture; in tables a column more"
    )
    parser.add_argument("--smooth", type=float, default=0.0, metavar="W", help="0 to below 1, for pictures")
    parser.add_argument("--log-y", action="store_true", help="a logarithmic y, for pictures")
    parser.add_argument("--force", action="store_true", help="overwrite the file")
    parser.set_defaults(run=export)


def compare(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.comparison import print_comparison
    from tuiapp.cli.output import print_json
    from tuiapp.handlers.compare import CompareHandler
    from tuiapp.handlers.context import open_context

    found = CompareHandler(open_context(arguments.workspace)).compare(arguments.run_ids, arguments.metric)
    if arguments.json:
        print_json(found.as_dict(everything=arguments.everything))
    else:
        print_comparison(found, everything=arguments.everything)
    return 0


def export(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, tell
    from tuiapp.formatting import size
    from tuiapp.handlers.compare import CompareHandler
    from tuiapp.handlers.context import open_context
    from tuner.core.errors import ConfigurationError
    from tuner.runs.export import Format, Shape
    from tuner.runs.series import XAxis

    if not 0 <= arguments.smooth < 1:
        raise ConfigurationError(f"--smooth {arguments.smooth:g} is not from 0 to below 1", hint="e.g. --smooth 0.9")
    shape = Shape(XAxis(_AXES[arguments.axis]), arguments.smooth, arguments.log_y)
    handler = CompareHandler(open_context(arguments.workspace))
    if arguments.to == "-":
        if arguments.format is None:
            raise ConfigurationError("stdout has no suffix that says the format", hint="add --format csv")
        handler.write(
            arguments.run_ids, sys.stdout.buffer, Format(arguments.format), metric=arguments.metric, shape=shape
        )
        return 0
    if arguments.format is not None and not arguments.to.lower().endswith(f".{arguments.format}"):
        raise ConfigurationError(
            f"--format {arguments.format} is not what {arguments.to!r} ends in",
            hint="leave out --format: the file says it",
        )
    path = handler.export(
        arguments.run_ids, Path(arguments.to), metric=arguments.metric, shape=shape, force=arguments.force
    )
    count = path.stat().st_size
    if arguments.json:
        print_json({"path": str(path), "bytes": count, "runs": arguments.run_ids})
    else:
        tell(f"wrote {path} ({size(count)})")
    return 0
