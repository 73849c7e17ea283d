"""The entry point of `tuner-tui`. Textual is imported only once the words are understood."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tuner.version import __version__

if TYPE_CHECKING:
    import argparse

    from tuiapp.screens.appearance import Appearance
    from tuiapp.screens.reading.observer import Observer
    from tuner.config.workspace import Workspace

_SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
"""What settings take for yes and no, known here without pydantic."""

_SLOW_FRAMES = "10"
"""Frames a second at most over a slow link: what changes in between is drawn together."""


def main(argv: Sequence[str] | None = None) -> int:
    """Open the screen. Returns the exit code."""
    # Nothing made while starting is garbage; looking for some takes a tenth of the start. The screen turns it on again.
    gc.disable()
    from tuner.core.errors import TunerError

    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return _open(arguments.workspace or arguments.workspace_option)
    except TunerError as error:
        from tuiapp.cli.exit_codes import exit_code_of
        from tuiapp.cli.output import print_error

        print_error(error, as_json=False)
        return exit_code_of(error)


def _open(named: str | None) -> int:
    from tuner.config.workspace import open_workspace
    from tuner.core.errors import BackendError, ErrorCode

    workspace = open_workspace(named)
    appearance = _appearance(workspace, os.environ)
    dumb = os.environ.get("TERM") == "dumb"
    if dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise BackendError(
            "tuner-tui needs a terminal" + (" that can draw; TERM=dumb says that this one cannot" if dumb else ""),
            code=ErrorCode.UNSUPPORTED_BACKEND,
            hint="use `tuner runs list` and the other commands without one"
            + (", or set TERM to what it is, such as xterm-256color" if dumb else ""),
        )
    if appearance.slow_link:
        os.environ.setdefault("TEXTUAL_FPS", _SLOW_FRAMES)
    observer = _read_ahead(workspace)
    from tuiapp.app import TunerApp
    from tuiapp.screens.log_file import start_logging
    from tuiapp.screens.services import Services
    from tuiapp.screens.surroundings import Surroundings

    start_logging(workspace)
    app = TunerApp(Services(workspace), appearance, Surroundings.of(workspace.root), observer)
    app.run()
    return app.return_code or 0


def _read_ahead(workspace: Workspace) -> Observer:
    """Start reading the runs while Textual is still being imported: the first paint then shows them."""
    import logging
    import threading

    from tuiapp.screens.reading.observer import Observer

    observer = Observer(workspace)

    def read() -> None:
        try:
            observer.prefetch()
        except Exception:  # the first look meets it too, and tells it on the screen
            logging.getLogger(__name__).info("reading ahead failed", exc_info=True)

    threading.Thread(target=read, daemon=True, name="read-ahead").start()
    return observer


def _appearance(workspace: Workspace, environment: Mapping[str, str]) -> Appearance:
    """Theme and keys. Pydantic costs a third of the start, so settings are read only where somebody wrote some."""
    from tuiapp.screens.appearance import Appearance
    from tuner.config.workspace import user_folder

    own = user_folder(environment)
    files = (own / "settings.yaml", workspace.hidden / "settings.yaml")
    named = {n for n in environment if n.startswith("TUNER_")} - {"TUNER_THEME", "TUNER_WORKSPACE"}
    slow = _SWITCH.get(environment.get("TUNER_SLOW_LINK", "0").lower())
    if slow is not None:
        named.discard("TUNER_SLOW_LINK")
    if not named and not any(f.is_file() for f in files):
        theme = environment.get("TUNER_THEME") or Appearance().theme
        return Appearance(theme, themes=own / "themes", slow_link=bool(slow))
    from tuner.config.settings import load_settings

    settings = load_settings(workspace, environment)
    return Appearance(settings.theme, dict(settings.keys), own / "themes", settings.slow_link, settings.ways_to_notify)


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="tuner-tui",
        description="Tuner's screen: plan runs, watch them live, choose the best checkpoint, publish it.",
        epilog="Runs go on when the screen is closed; open it again and find them all there.",
    )
    parser.add_argument(
        "workspace", nargs="?", metavar="WORKSPACE", help="a folder (default: TUNER_WORKSPACE, else here)"
    )
    parser.add_argument(
        "--workspace", "-w", dest="workspace_option", metavar="DIR", help="the same, as `tuner` takes it"
    )
    parser.add_argument("--version", action="version", version=f"tuner-tui {__version__}")
    return parser
