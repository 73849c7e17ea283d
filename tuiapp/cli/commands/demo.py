"""tuner demo [DIR]"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuiapp.cli.parser import Parser
from tuiapp.cli.types import Commands

if TYPE_CHECKING:
    from pathlib import Path

    from tuiapp.handlers.demo.demo import DemoReport
    from tuner.runs.summary import RunSummary


def add(commands: Commands, shared: Parser) -> None:
    parser = commands.add_parser(
        "demo", parents=[shared], help="make a complete small workspace, trained here and now on the processor"
    )
    parser.add_argument("dir", metavar="DIR", nargs="?", default="tuner-demo", help="the workspace to make")
    parser.add_argument("--open", action="store_true", help="open tuner-tui on it, where there is a terminal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    import sys
    from pathlib import Path

    from tuiapp.cli.output import print_json, tell
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.demo.demo import DemoHandler
    from tuner.config.workspace import cannot_write

    folder = Path(arguments.dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    watch = StepProgress()
    try:
        report = DemoHandler(open_context(folder), watch, watch.say).make()
    except KeyboardInterrupt:
        watch.close()
        tell("stopped here; what is training goes on. Go on with the same command.")
        raise
    watch.close()
    if arguments.json:
        print_json(report.as_dict())
    else:
        _print_report(report)
    if arguments.open and sys.stdout.isatty() and sys.stdin.isatty():
        return open_screen(folder)
    return 0


def open_screen(folder: Path) -> int:
    """Replace this process by the screen."""
    import os
    import sys

    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", "tuiapp.launch", str(folder)])


class StepProgress:
    """A bar for the step that is going; a line with its time for each that is done."""

    def __init__(self) -> None:
        from tuiapp.cli.follow import Progress

        self._new = Progress
        self._label = ""
        self._began = 0.0
        self._bar: Progress | None = None
        self._waited = False

    def __call__(self, label: str, summary: RunSummary) -> None:
        import time

        if label != self._label:
            self.close()
            self._label, self._began, self._waited = label, time.monotonic(), False
            self._bar = self._new(f"{label:<11}")
        if summary.is_live:
            self._waited = True
            assert self._bar is not None  # made with the label
            self._bar(summary)
        elif summary.state == "succeeded":
            self._done(time.monotonic() - self._began)

    def say(self, text: str) -> None:
        """A line between the steps."""
        from tuiapp.cli.output import tell

        self.close()
        tell(f"  {text}")

    def close(self) -> None:
        """Leave the bar's line."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _done(self, seconds: float) -> None:
        from tuiapp.cli.output import tell
        from tuiapp.formatting import duration

        self.close()
        tell(f"✓ {self._label:<11} {f'in {duration(seconds)}' if self._waited else 'there already'}")


def _print_report(report: DemoReport) -> None:
    from tuiapp.cli.output import print_line, print_table

    print_line()
    rows = [["base" if step == 0 else str(step), f"{value:.0%}"] for step, value in report.climb]
    print_table(["SFT step", "exact match on validation rows"], rows, right=["SFT step"])
    print_line()
    which = "final_model" if report.best_step < 0 else f"checkpoint-{report.best_step}"
    kto = "kept" if report.kto_kept else "not kept (no better than SFT)"
    print_line(f"best       {which} of {report.best_run}")
    print_line(f"why        {report.best_why}")
    if report.kto_exact_match is not None:
        print_line(f"KTO        {kto}; its exact match on validation rows: {report.kto_exact_match:.1%}")
    print_line(f"test       {report.test_exact_match:.1%} of {report.test_rows} rows it was not chosen by")
    print_line(f"published  {report.published}")
    print_line(f"look at it: tuner-tui {report.workspace}")
