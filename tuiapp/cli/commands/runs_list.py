"""tuner runs list"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuiapp.cli.parser import Parser, signed_word
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from tuner.runs.summary import RunSummary


def add(verbs: Commands, shared: Parser) -> None:
    parser = verbs.add_parser(
        "list",
        parents=[shared],
        help="the runs, newest first; a query finds some of them",
        epilog="A query: state:running objective:kto 'loss<1.2' created>2d -tag:old some words (docs/queries.md).",
    )
    parser.signed_words = True
    parser.add_argument("query", nargs="*", type=signed_word, metavar="QUERY", help="what to find; quote < and >")
    parser.add_argument("--state", metavar="S", help="only runs in this state, or live, ended, stale")
    parser.add_argument("--sort", metavar="KEY", help="by created, name, best, … or the name of a metric")
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument("--group", metavar="KEY", help="by objective, model, tag, day, …")
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="at most N")
    parser.add_argument("--all", action="store_true", help="archived runs too")
    parser.set_defaults(run=list_runs)


def list_runs(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.run_library import LibraryHandler, Listing

    handler = LibraryHandler(open_context(arguments.workspace))
    runs, diagnostics = handler.runs(
        Listing(
            query=" ".join(arguments.query),
            state=arguments.state,
            sort=arguments.sort,
            reverse=arguments.reverse,
            archived=arguments.all,
            limit=arguments.limit,
        )
    )
    groups = handler.grouped(runs, arguments.group) if arguments.group else None
    for text in diagnostics:
        tell(f"⚠ {text}")
    if arguments.json and groups is not None:
        print_json([{"group": name, "runs": [r.as_dict() for r in members]} for name, members in groups])
    elif arguments.json:
        print_json([r.as_dict() for r in runs])
    elif not runs:
        asked = arguments.query or arguments.state
        root = handler.context.workspace.root
        more = "`tuner runs list --all` shows all" if asked else "Start one: tuner train PRESET, or tuner demo"
        tell(f"no runs{' like that' if asked else ''} in {root}. {more}")
    elif groups is not None:
        for i, (name, members) in enumerate(groups):
            print_line(f"{'' if i == 0 else chr(10)}{name} ({len(members)})")
            _print(members)
    else:
        _print(runs)
    return 0


def _print(runs: Sequence[RunSummary]) -> None:
    from tuiapp.cli.output import print_table
    from tuiapp.formatting import duration, number

    columns = ["id", "name", "state", "step", "loss", "best", "eta"]
    rows = [
        [
            f"★ {r.id}" if r.pinned else r.id,
            r.name,
            f"{r.state} ({r.phase})" if r.phase else r.state,
            f"{r.step}/{r.total_steps}" if r.step is not None and r.total_steps else "–",
            number(r.metrics.get("loss")),
            f"{r.best['by']} {_short(r.best['value'])}@{_step(r.best['step'])}" if r.best else "–",
            duration(r.eta_seconds),
        ]
        for r in runs
    ]
    for column, values in (
        ("source", [r.source if r.source != "tuner" else "" for r in runs]),
        ("tags", [" ".join(r.tags) for r in runs]),
    ):
        if any(values):
            columns.append(column)
            rows = [[*row, value] for row, value in zip(rows, values, strict=True)]
    print_table(columns, rows, right=["step", "loss", "eta"])


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _step(step: object) -> str:
    return "final" if step == -1 else str(step)
