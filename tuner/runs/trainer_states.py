"""trainer_state.json, as the HF Trainer and all that stand on it write it."""

from __future__ import annotations

import re
from pathlib import Path

from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import checkpoint_step
from tuner.runs.metric_lines import MetricRow, row_from

STATE_FILE = "trainer_state.json"
_GLOBAL_STEP = re.compile(rb'"global_step":\s*(\d{1,18})')
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
        newest = newest_trainer_state(self.run_dir)
        if newest is None:
            return None
        try:
            stat = newest.stat()
            seen = (newest, stat.st_mtime_ns, stat.st_size)
            if seen == self._seen:
                return None
            log = read_object(newest).get("log_history")
        except (OSError, UnreadableFile):
            return None  # being written or deleted just now; the next look reads it
        self._seen = seen
        entries = log if isinstance(log, list) else []
        return [row for e in entries if isinstance(e, dict) and (row := row_from(e)) is not None]


def state_step(path: Path) -> int | None:
    """The step that a trainer_state.json was written at; None where it does not say."""
    try:
        with path.open("rb") as file:
            match = _GLOBAL_STEP.search(file.read(_FRONT))
    except OSError:
        return None
    return int(match.group(1)) if match else None
