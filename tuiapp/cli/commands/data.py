"""tuner data inspect FILE"""

from __future__ import annotations

import argparse

from tuiapp.cli.commands import data_convert
from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("data", parents=[shared], help="look a dataset through before training on it")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    parser = verbs.add_parser("inspect", parents=[shared], help="format, rows, and each row that cannot be used")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--objective", default="sft", choices=["sft", "kto", "dpo", "pretrain"])
    parser.set_defaults(run=inspect)
    data_convert.add(verbs, shared)


def inspect(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.output import print_json, print_line
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.data import inspect_file

    report = inspect_file(open_context(arguments.workspace), arguments.file, arguments.objective).report
    if arguments.json:
        print_json(
            {
                "format": report.format.value if report.format else None,
                "rows": report.rows,
                "problems": [{"line": p.line, "code": p.code, "message": p.message} for p in report.problems],
                "problem_count": report.problem_count,
                "tokens": None,
            }
        )
    else:
        print_line(f"format    {report.format.value if report.format else 'unknown'}")
        print_line(f"rows      {report.rows}")
        print_line(f"problems  {report.problem_count}")
        for problem in report.problems:
            print_line(f"  line {problem.line}: {problem.message} [{problem.code}]")
        if report.problem_count > len(report.problems):
            print_line(f"  and {report.problem_count - len(report.problems)} more")
    return 0 if report.rows else BAD_INPUT
