"""Which files of a run folder hold metrics, ours and other tools'."""

from __future__ import annotations

import re
from pathlib import Path

LLAMA_FACTORY = "trainer_log.jsonl"
_ROTATED = re.compile(r"(?P<name>.*\.jsonl)(?:\.(?P<age>[0-9]{1,9}))?")


def metric_files(run_dir: Path) -> list[Path]:
    """The files of metric rows in a run folder, oldest attempt first; [] where trainer_state.json has to do.

    A log that was rotated (renamed to end in .1, .2, …, and begun anew) is read from its oldest part on.
    """
    if ours := _attempts(run_dir / "logs", "training_"):
        return ours
    others = (run_dir / "logs" / "training.jsonl", run_dir / LLAMA_FACTORY, run_dir / "logging.jsonl")
    return [p for p in others if p.is_file()]


def sample_files(run_dir: Path) -> list[Path]:
    """The files of what the supervisor measured of the machine, oldest attempt first."""
    return _attempts(run_dir / "logs", "system_")


def _attempts(logs: Path, prefix: str) -> list[Path]:
    found: list[tuple[str, int, Path]] = []
    for path in logs.glob(f"{prefix}*.jsonl*"):
        form = _ROTATED.fullmatch(path.name)
        if form is not None and not path.is_symlink():
            found.append((form["name"], -int(form["age"] or 0), path))
    return [path for *_, path in sorted(found)]
