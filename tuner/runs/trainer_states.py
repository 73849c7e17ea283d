"""trainer_state.json, as the HF Trainer and all that stand on it write it."""

from __future__ import annotations

import re
from pathlib import Path

from tuner.runs.layout import checkpoint_step

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
    own = _step_of(run_dir / STATE_FILE)
    if own is not None and own >= last:
        return run_dir / STATE_FILE
    return folder / STATE_FILE if folder is not None else None


def _step_of(path: Path) -> int | None:
    try:
        with path.open("rb") as file:
            match = _GLOBAL_STEP.search(file.read(_FRONT))
    except OSError:
        return None
    return int(match.group(1)) if match else None
