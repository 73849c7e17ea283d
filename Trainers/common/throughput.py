"""How fast a run learns: tokens and examples a second, and the GPU's memory, for its rows (standard library only)."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping


class Throughput:
    """Counts the seconds of the steps alone: what an evaluation or a checkpoint takes between them is left out."""

    def __init__(self, examples_a_step: int, clock: Callable[[], float] = time.monotonic) -> None:
        """``examples_a_step``: over all devices and accumulated batches."""
        self._examples = examples_a_step
        self._clock = clock
        self._began: float | None = None
        self._seconds, self._steps = 0.0, 0
        self._tokens = 0.0
        self._all_seconds = self._all_tokens = 0.0

    def step_begins(self) -> None:
        if self._began is None:
            self._began = self._clock()

    def step_ends(self, *, leaves: bool = False) -> None:
        """``leaves``: something else than training follows, which is not counted."""
        now = self._clock()
        if self._began is not None:
            self._seconds += now - self._began
            self._steps += 1
        self._began = None if leaves else now

    def row(self, logs: Mapping[str, object]) -> dict[str, float]:
        """What to add to a training row; the counting begins anew."""
        seconds, steps = self._seconds, self._steps
        self._seconds, self._steps = 0.0, 0
        found: dict[str, float] = {}
        seen = logs.get("num_tokens")
        if isinstance(seen, int | float):
            fresh = seen - self._tokens
            self._tokens = float(seen)
            if seconds > 0 and fresh >= 0:
                found["tokens_per_second"] = round(fresh / seconds, 1)
            self._all_tokens += max(0.0, fresh)
        if seconds > 0:
            found["samples_per_second"] = round(steps * self._examples / seconds, 2)
        self._all_seconds += seconds
        return {**found, **_gpu_memory()}

    def closing_row(self, logs: Mapping[str, object]) -> dict[str, float]:
        """What to add to the row that closes a training: the mean over all of it."""
        if "train_runtime" not in logs or self._all_seconds <= 0 or not self._all_tokens:
            return {}
        return {"tokens_per_second": round(self._all_tokens / self._all_seconds, 1)}


def _gpu_memory() -> dict[str, float]:
    """The most that was held on this process's GPU so far, in GB."""
    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return {}
    return {"gpu_memory_gb": round(torch.cuda.max_memory_reserved() / 1e9, 3)}
