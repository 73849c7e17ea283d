"""Work in a thread that ends in messages, whatever happens: no traceback reaches the screen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from textual.message import Message

from tuiapp.messages import Refused
from tuner.core.errors import TunerError
from tuner.runs.json_file import UnreadableFile
from tuner.runs.text_tail import inert

log = logging.getLogger(__name__)


def guarded(post: Callable[[Message], object], what: str, work: Callable[[], Iterable[Message]]) -> None:
    """Post what the work says; where it fails, why. ``what`` completes "… failed unexpectedly"."""
    try:
        for message in work():
            post(message)
    except TunerError as error:
        post(Refused(inert(error.message), inert(error.hint)))
    except (UnreadableFile, OSError) as error:
        post(Refused(f"{what} failed: {inert(str(error))}"))
    except Exception:  # the last line of defence: the person is told, the log has all of it
        log.exception("%s failed", what)
        post(Refused(f"{what} failed unexpectedly", "the full story is in .tuner/logs/screen.log"))
