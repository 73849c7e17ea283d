"""Old checkpoints removed while a run goes on: never the best, the newest, or one that a person pinned.

Standard library only; what is best is decided as everywhere else, by tuner.runs.ranking.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass

from Trainers.common.reporting import Reporter, say
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths, checkpoint_step
from tuner.runs.manifest_file import pinned_checkpoints, read_manifest
from tuner.runs.ranking import best_index, rank

_REMOVED = ".removed"
_TOLD = ("eval_exact_match", "eval_loss", "loss", "rewards/margins", "kl", "rewards/accuracies")


@dataclass(frozen=True, slots=True)
class _Saved:
    step: int
    metrics: Mapping[str, float]


class Pruning:
    """Keeps so many of the newest whole checkpoints besides the best and the pinned ones.

    Args:
        keep: how many; 0 keeps all.
        objective: the run's, which decides what is best where nothing was evaluated.
    """

    def __init__(self, reporter: Reporter, keep: int, objective: str) -> None:
        self._reporter, self._keep, self._objective = reporter, keep, objective
        self._values: dict[str, dict[int, float]] = {}

    @classmethod
    def of(cls, reporter: Reporter, settings: Mapping[str, object]) -> Pruning:
        """As the payload's guards say."""
        keep = settings.get("keep_checkpoints")
        return cls(reporter, keep if isinstance(keep, int) else 0, str(settings.get("objective") or ""))

    @property
    def last_step(self) -> int | None:
        return max((step for values in self._values.values() for step in values), default=None)

    def values_between(self, column: str, after: int, until: int) -> list[float]:
        """The values of a metric at steps with after < step <= until."""
        return [v for step, v in self._values.get(column, {}).items() if after < step <= until]

    def seen(self, step: int, row: Mapping[str, object]) -> None:
        """One row that the trainer logged."""
        for name in _TOLD:
            value = row.get(name)
            if isinstance(value, int | float):
                self._values.setdefault(name, {})[step] = float(value)

    def prune(self) -> list[int]:
        """Remove what is too much. Returns the steps of what went."""
        if not self._keep:
            return []
        try:
            pinned = pinned_checkpoints(read_manifest(self._reporter.run_dir))
        except UnreadableFile:
            return []  # nobody knows what is pinned: everything stays
        steps = self._whole()
        gone = sorted(set(steps[: -self._keep]) - pinned - self._best(steps))
        try:
            self._remove(gone)
        except OSError as error:  # a busy or read-only file system: a full disk shows soon enough
            self._reporter.warn(f"old checkpoints could not be removed: {error}")
            return []
        if gone:
            text = f"removed {', '.join(f'checkpoint-{s}' for s in gone)} (metadata.keep_checkpoints: {self._keep})"
            say(text)
            self._reporter.event("checkpoints_removed", text, {"steps": gone})
        return gone

    def _remove(self, steps: list[int]) -> None:
        folder = RunPaths(self._reporter.run_dir).checkpoints
        for left in folder.glob(f".checkpoint-*{_REMOVED}"):  # by a process that ended meanwhile
            shutil.rmtree(left)
        for step in steps:
            checkpoint = folder / f"checkpoint-{step}"
            shutil.rmtree(checkpoint.rename(folder / f".{checkpoint.name}{_REMOVED}"))  # at once: never half of one

    def _whole(self) -> list[int]:
        folder = RunPaths(self._reporter.run_dir).checkpoints
        found = [(checkpoint_step(p), p) for p in folder.glob("checkpoint-*")]
        return sorted(step for step, path in found if step is not None and is_complete(path))

    def _best(self, steps: list[int]) -> set[int]:
        saved = [_Saved(step, self._metrics_at(step)) for step in steps]
        best = best_index(saved, rank(saved, self, self._objective))
        return {saved[best].step} if best is not None else set()

    def _metrics_at(self, step: int) -> dict[str, float]:
        found = {name: values.get(step, math.nan) for name, values in self._values.items()}
        return {name: value for name, value in found.items() if math.isfinite(value)}
