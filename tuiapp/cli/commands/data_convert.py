"""tuner data convert FILE OUT --to FORMAT"""

from __future__ import annotations

import argparse

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

_FORMATS = ("messages", "prompt_completion", "preference", "labelled", "alpaca", "conversations", "text")


def add(verbs: Commands, shared: Parser) -> None:
    """Add it to the verbs of `tuner data`."""
    parser = verbs.add_parser("convert", parents=[shared], help="write a dataset in another format or kind of file")
    parser.add_argument("file", metavar="FILE", help="a file, a folder of shards, a pattern, or hub:ID")
    parser.add_argument("out", metavar="OUT", help="ends in .jsonl, .json, .csv or .parquet")
    parser.add_argument("--to", required=True, choices=_FORMATS, help="what the rows become")
    parser.add_argument(
        "--objective", choices=["sft", "kto", "dpo", "pretrain"], help="take only rows that it can use (default: all)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite OUT")
    parser.set_defaults(run=convert)


def convert(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.cli.row_progress import RowProgress
    from tuiapp.formatting import size
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.data_convert import convert_dataset

    with RowProgress("converting") as progress:
        made = convert_dataset(
            open_context(arguments.workspace),
            arguments.file,
            arguments.out,
            arguments.to,
            objective=arguments.objective,
            force=arguments.force,
            progress=progress,
        )
    report = made.report
    if arguments.json:
        print_json(
            {
                "path": str(made.target),
                "format": made.to.value,
                "rows": made.written,
                "bytes": made.bytes,
                "source": str(made.source),
                "read": dict(report.formats),
                "left_out": report.problem_count,
                "problems": [{"line": p.line, "code": p.code, "message": p.message} for p in report.problems],
            }
        )
        return 0
    print_line(str(made.target))
    tell(f"wrote {made.written:,} {made.to.value} rows ({size(made.bytes)})")
    if report.problem_count:
        tell(f"left out {report.problem_count:,} rows:")
        for problem in report.problems:
            tell(f"  line {problem.line}: {problem.message} [{problem.code}]")
        if report.problem_count > len(report.problems):
            tell(f"  and {report.problem_count - len(report.problems)} more")
    return 0
