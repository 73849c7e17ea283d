"""The metrics of another tool's run that writes no JSON lines: trainer_state.json, event files, mlx-lm's console."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.foreign_metrics import ForeignMetrics
from tuner.runs.metric_history import MetricHistory
from tuner.runs.trainer_states import TrainerStates


class ForeignReader:
    """Follows them. trainer_state.json is the record; event files go on behind its last step, between checkpoints."""

    def __init__(self, run_dir: Path) -> None:
        self.history = MetricHistory()
        self._states = TrainerStates(run_dir)
        self._others = ForeignMetrics(run_dir)
        self._recorded_to: int | None = None

    @property
    def skipped(self) -> int:
        """Records that could not be decoded; where there are no metrics but event files, those that go unread."""
        return self._others.skipped + (0 if len(self.history) else self._others.unread)

    def refresh(self) -> bool:
        """Read what is new. Returns True where the history changed.

        Raises:
            FileNotFoundError: a file is deleted just now.
        """
        news = self._others.read_new()
        if news.anew:
            self._states.forget()
        recorded = self._states.new_history()
        if recorded is None and not news.anew:
            more = [r for r in news.rows if self._recorded_to is None or r.step > self._recorded_to]
            self.history.extend(more)
            return bool(more)
        self.history = recorded if recorded is not None else MetricHistory()
        self._recorded_to = self.history.last_step
        self.history.extend(self._others.after(self._recorded_to))
        return True
