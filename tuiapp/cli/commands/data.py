"""tuner data inspect FILE (and convert)"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tuiapp.cli.commands import data_convert
from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from tuiapp.handlers.context import Context
    from tuiapp.handlers.data import Inspection, MaskedRow
    from tuner.data.report import DatasetReport

_SHOWN = 5
"""Rows whose mask is shown, where no number is given."""


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("data", parents=[shared], help="look a dataset through before training on it")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    parser = verbs.add_parser(
        "inspect",
        parents=[shared],
        help="format, rows, and each row that cannot be used",
        description="With --model: lengths in its tokens, what is cut, what is learned. --mask shows the rows as "
        "training takes them, with what is learned marked; it asks the backend's own collator.",
    )
    parser.add_argument("file", metavar="FILE", help="a file, a folder of shards, or hub:ID")
    parser.add_argument(
        "--objective", choices=["sft", "kto", "dpo", "pretrain"], help="what they are for (default: what the rows say)"
    )
    parser.add_argument("--model", metavar="M", help="a model's folder, RUN[@STEP], or a Hub id that was downloaded")
    parser.add_argument("--sequence-length", type=int, default=2048, metavar="N", help="where rows are cut (2048)")
    parser.add_argument("--train-on-inputs", default="auto", choices=["auto", "enabled", "disabled"])
    parser.add_argument("--turns", default="all", choices=["all", "last"], help="answers that SFT learns (all)")
    parser.add_argument("--mask", action="store_true", help="show rows with what is learned marked (needs --model)")
    parser.add_argument("--rows", type=int, metavar="N", help=f"show the masks of the first N rows ({_SHOWN})")
    parser.add_argument("--row", type=int, metavar="LINE", help="show the mask of the row on that line")
    parser.add_argument("--backend", metavar="B", help="whose collator makes the mask (default: the workspace's)")
    parser.set_defaults(run=inspect)
    data_convert.add(verbs, shared)


def inspect(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.exit_codes import BAD_INPUT
    from tuiapp.cli.output import print_json
    from tuiapp.cli.row_progress import RowProgress
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.data import inspect_file

    _check(arguments)
    context = open_context(arguments.workspace)
    with RowProgress(f"reading {Path(arguments.file).name}") as progress:
        found = inspect_file(
            context,
            arguments.file,
            arguments.objective,
            model=arguments.model,
            sequence_length=arguments.sequence_length,
            train_on_inputs=arguments.train_on_inputs,
            turns=arguments.turns,
            progress=progress,
        )
    wanted = arguments.mask or arguments.rows or arguments.row
    masks = _masks(context, arguments, found.objective.value) if wanted and found.report.rows else None
    if arguments.json:
        print_json(as_json(found, masks))
    else:
        _print(found, masks)
        _tell_what_next(found)
    learned = found.tokens is None or found.tokens.trainable
    return 0 if found.report.rows and learned else BAD_INPUT


def as_json(found: Inspection, masks: list[MaskedRow] | None) -> dict[str, object]:
    """The object of `data inspect`."""
    report = found.report
    shown: dict[str, object] = {
        "format": report.format.value if report.format else None,
        "objective": found.objective.value,
        "rows": report.rows,
        "problems": [{"line": p.line, "code": p.code, "message": p.message} for p in report.problems],
        "problem_count": report.problem_count,
        "duplicate_rows": report.duplicate_rows,
        "remarks": [{"line": p.line, "code": p.code, "message": p.message} for p in report.remarks],
        "tool_calls": dict(report.tool_calls),
        "labels": {str(label).lower(): count for label, count in report.labels.items()},
        "tokens": found.tokens.as_dict() if found.tokens else None,
    }
    if masks is not None:
        shown["masks"] = [row.as_dict() for row in masks]
    return shown


def _check(arguments: argparse.Namespace) -> None:
    from tuner.core.errors import ConfigurationError

    numbers = {"--sequence-length": arguments.sequence_length, "--rows": arguments.rows, "--row": arguments.row}
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise ConfigurationError(f"{name} must be 1 or more, not {value}", hint="see `tuner data inspect --help`")
    if arguments.model is None and (arguments.mask or arguments.rows or arguments.row):
        raise ConfigurationError(
            "a loss mask is made of a model's tokens, and no model is named", hint="add --model FOLDER, RUN or ID"
        )


def _masks(context: Context, arguments: argparse.Namespace, objective: str) -> list[MaskedRow]:
    from tuiapp.handlers.data import find_file, loss_masks
    from tuner.core.errors import DiscoveryError, ErrorCode

    rows = loss_masks(
        context,
        find_file(context, arguments.file),
        model=arguments.model,
        objective=objective,
        backend=arguments.backend,
        sequence_length=arguments.sequence_length,
        train_on_inputs=arguments.train_on_inputs,
        turns=arguments.turns,
        rows=arguments.rows or _SHOWN,
        line=arguments.row,
    )
    if not rows:
        raise DiscoveryError(
            f"{arguments.file}: no usable row on line {arguments.row}",
            code=ErrorCode.DATA_NOT_FOUND,
            hint="`tuner data inspect FILE` lists the lines that cannot be used",
        )
    return rows


def _print(found: Inspection, masks: list[MaskedRow] | None) -> None:
    from tuiapp.cli.output import print_line

    _print_report(found.report, found.objective.value)
    if found.tokens is not None:
        from tuiapp.cli.token_view import token_lines

        for text in token_lines(found.tokens):
            print_line(text)
    if masks is not None:
        from tuiapp.cli.mask_view import print_masks

        print_line()
        print_masks(masks)


def _tell_what_next(found: Inspection) -> None:
    """Where nothing could be trained: what to do."""
    from tuiapp.cli.output import tell

    report, tokens = found.report, found.tokens
    if report.rows and (tokens is None or tokens.trainable):
        return
    if report.by_code["WRONG_FORMAT"]:
        tell(
            f"{found.objective.value} cannot use these rows: leave --objective out, or convert them: tuner data convert"
        )
    elif not report.rows and report.by_code["UNKNOWN_FORMAT"]:
        tell(
            "rows need one of these sets of keys: text; messages; conversations; prompt and completion; "
            "instruction and output; chosen and rejected"
        )
    elif not report.rows:
        tell("no row can be used: " + ("mend the lines above" if report.problem_count else "the file holds none"))
    elif tokens is not None and tokens.truncated_rows:
        tell(f"nothing would be learned: --sequence-length {tokens.max} takes every row whole")
    else:
        tell("nothing would be learned: --mask shows the rows as the model reads them")


def _print_report(report: DatasetReport, objective: str) -> None:
    from tuiapp.cli.output import print_line

    print_line(f"format    {f'{report.format.value}, for {objective}' if report.format else 'unknown'}")
    print_line(f"rows      {report.rows}")
    if report.labels:
        one = "; KTO learns from both kinds" if len(report.labels) == 1 else ""
        print_line(f"labels    {report.labels[True]} true, {report.labels[False]} false{one}")
    print_line(f"problems  {report.problem_count}")
    for problem in report.problems:
        print_line(f"  line {problem.line}: {problem.message} [{problem.code}]")
    if report.problem_count > len(report.problems):
        print_line(f"  and {report.problem_count - len(report.problems)} more")
    for code, count in report.by_remark.items():
        lines = ", ".join(str(p.line) for p in report.remarked(code))
        print_line(f"remarks   {count} × {code}: lines {lines}{' …' if count > len(report.remarked(code)) else ''}")
