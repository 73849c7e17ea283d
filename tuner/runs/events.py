"""The run's events.jsonl, append-only (standard library only)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tuner.runs.atomic import append_line
from tuner.runs.layout import RunPaths, utc_now
from tuner.runs.lock import run_lock

_TAIL = 64 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``ts`` is RFC 3339 UTC; ``seq`` counts from 1 within the run."""

    seq: int
    ts: str
    type: str
    message: str
    data: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        return {"seq": self.seq, "ts": self.ts, "type": self.type, "message": self.message, "data": dict(self.data)}


def append_event(run_dir: Path, kind: str, message: str, data: Mapping[str, object] | None = None) -> Event:
    """Append one event under the run's lock."""
    with run_lock(run_dir):
        return append_event_locked(run_dir, kind, message, data)


def append_event_locked(run_dir: Path, kind: str, message: str, data: Mapping[str, object] | None = None) -> Event:
    """Append one event; the caller holds the run's lock."""
    path = RunPaths(run_dir).events
    event = Event(_last_seq(path) + 1, utc_now(), kind, message, data or {})
    append_line(path, json.dumps(event.as_dict(), ensure_ascii=False), durable=True)
    return event


def read_events(run_dir: Path) -> list[Event]:
    """All events, oldest first; torn or foreign lines are passed over."""
    path = RunPaths(run_dir).events
    if not path.exists():
        return []
    return [e for e in map(_parse, path.read_bytes().splitlines()) if e is not None]


def _last_seq(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        size, length = file.seek(0, os.SEEK_END), _TAIL
        while True:  # an event with the end of a log in it may be longer than the tail
            file.seek(max(0, size - length))
            found = [e.seq for e in map(_parse, file.read().splitlines()) if e is not None]
            if found or length >= size:
                return max(found, default=0)
            length *= 8


def _parse(line: bytes) -> Event | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("seq"), int):
        return None
    data = value.get("data")
    return Event(
        value["seq"],
        str(value.get("ts", "")),
        str(value.get("type", "")),
        str(value.get("message", "")),
        data if isinstance(data, dict) else {},
    )
