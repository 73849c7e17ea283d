"""tuner runs show|metrics|logs|wait|cancel, and where the other verbs are"""

from __future__ import annotations

import argparse

from tuiapp.cli.commands import runs_adopt, runs_compare, runs_fix, runs_library, runs_list, runs_picture
from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands


def add(commands: Commands, shared: Parser) -> None:
    group = commands.add_parser("runs", parents=[shared], help="list, watch, stop and delete runs")
    verbs = group.add_subparsers(title="commands", metavar="VERB", required=True)
    runs_list.add(verbs, shared)
    for name, help_, action in (
        ("show", "one run: state, results, artifacts, events", show),
        ("metrics", "all metric rows", metrics),
        ("logs", "the trainer's log", logs),
        ("wait", "wait until it has ended; exit 0 where it succeeded", wait),
        ("cancel", "stop at the next step, saving first", cancel),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        optional = "?" if name == "show" else None
        parser.add_argument("run_id", metavar="ID", nargs=optional, help="id, name, or the beginning or end of an id")
        parser.set_defaults(run=action)
        if name == "show":
            runs_picture.add_options(parser)
        if name == "wait":
            parser.add_argument("--timeout", type=float, metavar="SECONDS", help="give up after so long (exit 1)")
        if name == "logs":
            parser.add_argument("--follow", "-f", action="store_true", help="go on until the run has ended")
            parser.add_argument("--tail", type=int, metavar="N", help="only the last N lines")
            parser.add_argument("--grep", metavar="REGEX", help="only lines that match; a capital letter minds case")
            parser.add_argument("--errors", action="store_true", help="only lines that tell of an error")
    runs_library.add(verbs, shared)
    runs_compare.add(verbs, shared)
    runs_adopt.add(verbs, shared)
    runs_fix.add(verbs, shared)


def show(arguments: argparse.Namespace) -> int:
    if arguments.once:
        return runs_picture.print_picture(arguments)
    if arguments.run_id is None:
        from tuner.core.errors import ConfigurationError

        raise ConfigurationError(
            "which run? `tuner runs show ID`", hint="`tuner runs list` names them; --once shows the screen"
        )
    from tuiapp.cli.follow import ending
    from tuiapp.cli.output import print_json, print_line, print_table
    from tuiapp.formatting import size
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler

    handler = RunsHandler(open_context(arguments.workspace))
    run_dir = handler.find(arguments.run_id)
    summary = handler.summary(run_dir)
    if arguments.json:
        print_json(handler.show(run_dir))
        return 0
    for label, value in (
        ("run", summary.id),
        ("name", summary.name),
        ("state", ending(summary)),
        ("objective", summary.objective),
        ("backend", summary.backend),
        ("model", summary.model),
        ("dataset", summary.dataset),
        ("parent", summary.parent),
        ("started", summary.started_at),
        ("finished", summary.finished_at),
        ("path", str(summary.path)),
    ):
        if value:
            print_line(f"{label:<10}{value}")
    artifacts = handler.show(run_dir)["artifacts"]
    listed = [a for a in artifacts if isinstance(a, dict)] if isinstance(artifacts, list) else []
    if listed:
        print_line()
        rows = [[str(a["kind"]), str(a["path"]), size(int(a["bytes"])), str(a["sha256"])[:12]] for a in listed]
        print_table(["artifact", "path", "size", "sha256"], rows, right=["size"])
    return 0


def metrics(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, print_line
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler

    handler = RunsHandler(open_context(arguments.workspace))
    table = handler.metrics(handler.find(arguments.run_id))
    if arguments.json:
        print_json(table)
        return 0
    columns, rows = table["columns"], table["rows"]
    assert isinstance(columns, list) and isinstance(rows, list)
    print_line("\t".join(map(str, columns)))
    for row in rows:
        print_line("\t".join("" if value is None else f"{value:.10g}" for value in row))
    return 0


def logs(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json
    from tuiapp.cli.run_logs import LogLines, follow_log, matcher_of
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler
    from tuner.runs.log_reader import LogReader
    from tuner.runs.run_texts import console_of

    handler = RunsHandler(open_context(arguments.workspace))
    run_dir = handler.find(arguments.run_id)
    matcher = matcher_of(arguments.grep, errors=arguments.errors)
    lines = LogLines(LogReader(console_of(run_dir)), matcher)
    if arguments.json:
        print_json({"run_id": run_dir.name, "lines": list(lines.new(arguments.tail, unfinished=True))})
        return 0
    return follow_log(handler, run_dir, lines, arguments.tail, follow=arguments.follow)


def wait(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.follow import follow
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler

    handler = RunsHandler(open_context(arguments.workspace))
    return follow(handler, handler.find(arguments.run_id), as_json=arguments.json, timeout=arguments.timeout)


def cancel(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.follow import Progress, ending
    from tuiapp.cli.output import print_json, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler

    handler = RunsHandler(open_context(arguments.workspace))
    run_dir = handler.find(arguments.run_id)
    handler.cancel(run_dir)
    progress = Progress("stopping")
    summary = handler.wait(run_dir, watch=progress)
    progress.close()
    if arguments.json:
        print_json({"run_id": summary.id, **summary.as_dict()})
    else:
        tell(f"{summary.id} {ending(summary)}")
    return 0
