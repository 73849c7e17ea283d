"""tuner runs show --once: the screen as plain text"""

from __future__ import annotations

import argparse
import re

from tuiapp.cli.parser import Parser

_SMALLEST, _LARGEST = (40, 12), (400, 200)
_FALLBACK = (120, 36)


def add_options(parser: Parser) -> None:
    """The options of `runs show` that belong to the picture."""
    parser.add_argument("--once", action="store_true", help="print the screen as plain text; ID may be left out")
    parser.add_argument(
        "--size", type=_size, metavar="COLSxROWS", help="of the picture (default: the terminal's, else 120x36)"
    )


def print_picture(arguments: argparse.Namespace) -> int:
    """Print the screen. Exit code 1 where not all of the run could be read in time."""
    import shutil

    from tuiapp.cli.output import print_json, print_line, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.runs import RunsHandler

    context = open_context(arguments.workspace)
    run_dir = RunsHandler(context).find(arguments.run_id) if arguments.run_id else None
    columns, rows = arguments.size or shutil.get_terminal_size(_FALLBACK)
    from tuiapp.screens.picture import take_picture

    lines, whole = take_picture(context.workspace, run_dir, (columns, rows))
    if arguments.json:
        print_json({"columns": columns, "rows": rows, "lines": lines})
    else:
        for line in lines:
            print_line(line)
    if not whole:
        tell("not everything could be read in time; the picture shows what was")
    return 0 if whole else 1


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    if found is None:
        raise argparse.ArgumentTypeError("takes columns x rows, such as 160x48")
    size = int(found[1]), int(found[2])
    if any(not low <= n <= high for n, low, high in zip(size, _SMALLEST, _LARGEST, strict=True)):
        raise argparse.ArgumentTypeError(f"takes {_SMALLEST[0]}x{_SMALLEST[1]} to {_LARGEST[0]}x{_LARGEST[1]}")
    return size
