"""Where the full story of an unexpected error goes: .tuner/logs/screen.log. The screen tells it in one line."""

from __future__ import annotations

import logging
import logging.handlers

from tuner.config.workspace import Workspace

_LIMIT = 1_000_000


def start_logging(workspace: Workspace) -> None:
    """Write warnings and errors to the workspace's log, made when the first one comes."""
    handler = _LateFile(workspace)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for house in ("tuiapp", "tuner", "backends"):
        logger = logging.getLogger(house)
        logger.addHandler(handler)
        logger.propagate = False


class _LateFile(logging.handlers.RotatingFileHandler):
    """Makes the folder with the first record; a workspace that cannot be written loses its log, not the screen."""

    def __init__(self, workspace: Workspace) -> None:
        self._folder = workspace.hidden / "logs"
        super().__init__(self._folder / "screen.log", maxBytes=_LIMIT, backupCount=1, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (logging's name)
        """Nothing is printed: the terminal belongs to the screen."""
