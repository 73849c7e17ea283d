"""trainer_state.json, as the HF Trainer and all that stand on it write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson

from tuner.runs.json_file import JsonObject, UnreadableFile, read_object
from tuner.runs.layout import checkpoint_step
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, row_from

STATE_FILE = "trainer_state.json"
_GLOBAL_STEP = re.compile(rb'"global_step":\s*(\d{1,18})')
_BLOCK = 1000
"""Entries loaded at once: what one of them is like decides how its block is read."""
_LONG = 10_000
"""Entries from which numpy and msgspec are worth their import."""
_FRONT = 4096
"""global_step stands before the long log_history: the keys are sorted."""


def newest_trainer_state(run_dir: Path) -> Path | None:
    """That of the highest checkpoint, each of which holds all history up to its step; or the run's own, written at
    the end, where it goes as far."""
    folders = [p for base in (run_dir, run_dir / "checkpoints") for p in base.glob("checkpoint-*")]
    numbered = [(s, p) for p in folders if (s := checkpoint_step(p)) is not None and (p / STATE_FILE).is_file()]
    last, folder = max(numbered, default=(-1, None))
    own = state_step(run_dir / STATE_FILE)
    if own is not None and own >= last:
        return run_dir / STATE_FILE
    return folder / STATE_FILE if folder is not None else None


class TrainerStates:
    """Follows the newest trainer_state.json of a run folder."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._seen: tuple[Path, int, int] | None = None

    def forget(self) -> None:
        """The next look reads it anew."""
        self._seen = None

    def new_rows(self) -> list[MetricRow] | None:
        """All its rows, where it is another one than at the last look or changed since; else None."""
        log, _ = self._new_log()
        return None if log is None else _rows(log)

    def new_history(self) -> MetricHistory | None:
        """The same as a history; a long one is loaded in bulk."""
        log, is_plain = self._new_log()
        if log is None:
            return None
        history = MetricHistory()
        if is_plain and len(log) >= _LONG:
            _load(history, log)
        else:
            history.extend(_rows(log))
        return history

    def _new_log(self) -> tuple[list[object] | None, bool]:
        """The new log_history, and whether it is plain JSON, without NaN and infinity."""
        newest = newest_trainer_state(self.run_dir)
        if newest is None:
            return None, True
        try:
            stat = newest.stat()
            seen = (newest, stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return None, True
            value, is_plain = _read(newest)
        except (OSError, UnreadableFile):
            return None, True  # being written or deleted just now; the next look reads it
        self._seen = seen
        log = value.get("log_history")
        return (log if isinstance(log, list) else []), is_plain


def _read(path: Path) -> tuple[JsonObject, bool]:
    """The object in a file, and whether orjson read it: several times as fast, but it knows no NaN and no infinity."""
    try:
        value = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return read_object(path), False
    return (value if isinstance(value, dict) else {}), True


def _rows(log: list[object]) -> list[MetricRow]:
    return [row for e in log if isinstance(e, dict) and (row := row_from(e)) is not None]


def _load(history: MetricHistory, log: list[object]) -> None:
    """Put the rows into an empty history as if they were lines of a file."""
    from tuner.runs.metric_load import load

    def blocks() -> Iterator[bytes]:
        for start in range(0, len(log), _BLOCK):
            yield b"".join(orjson.dumps(e, option=orjson.OPT_APPEND_NEWLINE) for e in log[start : start + _BLOCK])

    load(history, blocks(), max(1, len(log) // _BLOCK) * len(next(blocks())))


def state_step(path: Path) -> int | None:
    """The step that a trainer_state.json was written at; None where it does not say."""
    try:
        with path.open("rb") as file:
            match = _GLOBAL_STEP.search(file.read(_FRONT))
    except OSError:
        return None
    return int(match.group(1)) if match else None
