"""What the screen remembers from one time to the next: .tuner/session.json, a section for each part that asks.

Nothing depends on it: without the file, or with a broken one, the screen opens as it does the first time.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from tuner.config.workspace import Workspace
from tuner.runs.atomic import write_json
from tuner.runs.json_file import JsonObject, UnreadableFile, read_object_or_none

DEBOUNCE = 0.5
"""Seconds after which what was kept is written: a border that is dragged is written once."""

log = logging.getLogger(__name__)


class Session:
    """Read when first asked; written whole, by a thread of its own. Sections of other screens are left as they are."""

    def __init__(self, workspace: Workspace) -> None:
        self.path = workspace.hidden / "session.json"
        self.problem = ""
        """What is wrong with the file; "" where nothing is, or nothing was read yet."""
        self._sections: JsonObject | None = None
        self._changed: JsonObject = {}
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None

    def read(self, section: str) -> JsonObject:
        """A section as it was kept; {} where nothing was."""
        with self._lock:
            if self._sections is None:
                self._sections = self._load()
            value = self._sections.get(section)
            return dict(value) if isinstance(value, dict) else {}

    def keep(self, section: str, value: Mapping[str, object]) -> None:
        """Remember a section whole: JSON values only. It is written a moment later."""
        with self._lock:
            if self.read(section) == value:
                return
            assert self._sections is not None  # just read
            self._sections[section] = self._changed[section] = dict(value)
            if self._timer is None:
                self._timer = threading.Timer(DEBOUNCE, self.save)
                self._timer.daemon = True
                self._timer.start()

    def save(self) -> None:
        """Write what was kept since the last time. A workspace that cannot be written just forgets."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if not self._changed:
                return
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                # Another screen may have written since; its sections stay.
                write_json(self.path, {**self._load(), **self._changed}, durable=False)
            except (OSError, TypeError, ValueError):
                log.warning("the session could not be kept", exc_info=True)
            self._changed = {}

    def _load(self) -> JsonObject:
        try:
            return read_object_or_none(self.path) or {}
        except UnreadableFile as error:
            self.problem = str(error).replace(f"{self.path.parent.parent}/", "")
            return {}


def words(section: Mapping[str, object], name: str) -> str:
    """A text of a section; "" where it has none."""
    value = section.get(name)
    return value if isinstance(value, str) else ""
