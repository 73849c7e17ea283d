"""tuner runs tag|note|pin|archive|rename|delete|restore"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuiapp.cli.parser import Parser, signed_word
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from tuiapp.handlers.run_library import LibraryHandler
    from tuner.runs.summary import RunSummary


def add(verbs: Commands, shared: Parser) -> None:
    for name, help_, action in (
        ("tag", "add tags (NAME or +NAME) and remove them (-NAME)", tag),
        ("note", 'write a note; "" removes it', note),
        ("pin", "keep a run at the top of lists", pin),
        ("archive", "hide a run from lists", archive),
        ("rename", "give a run another name", rename),
        ("delete", "delete a run that has ended; it can be restored for a week", delete),
        ("restore", "bring a deleted run back", restore),
    ):
        parser = verbs.add_parser(name, parents=[shared], help=help_)
        parser.add_argument("run_id", metavar="ID", help="id, name, or the beginning or end of an id")
        parser.set_defaults(run=action)
        if name == "tag":
            parser.signed_words = True
            parser.add_argument("tags", nargs="+", type=signed_word, metavar="[+|-]TAG")
        elif name == "note":
            parser.add_argument("text", metavar="TEXT")
        elif name == "rename":
            parser.add_argument("name", metavar="NAME")
        elif name in {"pin", "archive"}:
            parser.add_argument("--off", action="store_true", help="undo it")
        elif name == "delete":
            parser.add_argument("--now", action="store_true", help="for good, which frees its space")


def tag(arguments: argparse.Namespace) -> int:
    words: list[str] = arguments.tags
    run = _handler(arguments).annotate(
        arguments.run_id,
        add_tags=[w.removeprefix("+") for w in words if not w.startswith("-")],
        remove_tags=[w[1:] for w in words if w.startswith("-")],
    )
    return _told(arguments, run, f"tagged {', '.join(run.tags)}" if run.tags else "has no tags")


def note(arguments: argparse.Namespace) -> int:
    run = _handler(arguments).annotate(arguments.run_id, note=arguments.text)
    return _told(arguments, run, "noted" if run.note else "has no note")


def pin(arguments: argparse.Namespace) -> int:
    run = _handler(arguments).annotate(arguments.run_id, pinned=not arguments.off)
    return _told(arguments, run, "pinned" if run.pinned else "is not pinned")


def archive(arguments: argparse.Namespace) -> int:
    run = _handler(arguments).annotate(arguments.run_id, archived=not arguments.off)
    return _told(arguments, run, "archived; `tuner runs list is:archived` shows it" if run.archived else "is listed")


def rename(arguments: argparse.Namespace) -> int:
    run = _handler(arguments).annotate(arguments.run_id, name=arguments.name)
    return _told(arguments, run, f"is called {run.name}")


def delete(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, tell

    folder = _handler(arguments).discard(arguments.run_id, now=arguments.now)
    if arguments.json:
        print_json({"run_id": folder.id, "deleted": True})
    else:
        again = "" if arguments.now else f"; `tuner runs restore {folder.id}` brings it back"
        tell(f"deleted {folder.id}{again}")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    from tuiapp.cli.output import print_json, tell

    run_dir = _handler(arguments).restore(arguments.run_id)
    if arguments.json:
        print_json({"run_id": run_dir.name, "restored": True, "path": str(run_dir)})
    else:
        tell(f"restored {run_dir.name}")
    return 0


def _handler(arguments: argparse.Namespace) -> LibraryHandler:
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.run_library import LibraryHandler

    return LibraryHandler(open_context(arguments.workspace))


def _told(arguments: argparse.Namespace, run: RunSummary, text: str) -> int:
    from tuiapp.cli.output import print_json, tell

    if arguments.json:
        print_json({"run_id": run.id, **run.as_dict()})
    else:
        tell(f"{run.id} {text}")
    return 0
