"""A live run that writes no rows: for how long, and whether its trainer does something all the same."""

from __future__ import annotations

from tuner.runs.summary import RunSummary

AFTER = 30.0
"""Seconds without a row after which it is told."""
_BUSY = 5.0
"""Percent of load from which a GPU is taken to be at work."""
_MAY_BE_SILENT = frozenset({"evaluating", "saving", "finalizing", "downloading", "tokenizing", "preparing"})
"""Phases that write no rows."""


def told(run: RunSummary, row_age: float, trainer: bool | None, gpu_percent: float | None) -> tuple[str, bool]:
    """What to say of a silence of ``row_age`` seconds, and whether it is a worry.

    ``trainer``: whether it lives; None where this is not its machine, and its supervisor's heartbeat has to do.
    """
    words = [f"no row for {minutes(row_age)}"]
    if trainer is None:
        words.append("supervisor silent too" if run.stale_seconds is not None else "supervisor alive")
    else:
        words.append("trainer alive" if trainer else "trainer gone")
        if gpu_percent is not None:
            words.append(f"GPU {gpu_percent:.0f}%")
    at_work = trainer is True and gpu_percent is not None and gpu_percent >= _BUSY
    alive = trainer is True or (trainer is None and run.stale_seconds is None)
    expected = run.phase in _MAY_BE_SILENT
    return ", ".join(words), not (at_work or (expected and alive))


def minutes(seconds: float) -> str:
    """45s, 4m, 2h05m, 3d: no more often another word than a minute passes."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m" if whole < 86_400 else f"{whole // 86_400}d"
