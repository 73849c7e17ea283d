"""The metrics of one run folder, ours or another tool's: only what was appended since the last look is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tuner.runs.metric_files import LLAMA_FACTORY, metric_files, sample_files
from tuner.runs.metric_follower import RowFollower
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metrics_view import MetricsView
from tuner.runs.trainer_states import TrainerStates

if TYPE_CHECKING:
    from tuner.runs.foreign_reader import ForeignReader


class MetricReader:
    """Follows the metrics of one run folder, and what the supervisor measured of the machine."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._rows = RowFollower()
        self._samples = RowFollower(merge=False)
        self._states = TrainerStates(run_dir)
        self._foreign: ForeignReader | None = None
        """Reads the run where it has no files of rows."""

    @property
    def history(self) -> MetricHistory:
        """The training metrics as far as they are read."""
        return self._rows.history if self._foreign is None else self._foreign.history

    @property
    def samples(self) -> MetricHistory:
        """What the supervisor measured of the machine, several rows a step."""
        return self._samples.history

    @property
    def skipped(self) -> int:
        """How many lines were not metric rows."""
        return self._rows.skipped if self._foreign is None else self._foreign.skipped

    def refresh(self) -> bool:
        """Read what is new.

        Returns:
            True where the history or the samples changed.
        """
        try:
            changed = self._refresh()
            return self._samples.read(sample_files(self.run_dir)) or changed
        except FileNotFoundError:
            return False  # deleted just now; the next look finds what is left

    def view(self) -> MetricsView:
        """What is known now, for another thread to read while this one goes on."""
        return MetricsView.of(self.history, self.samples)

    def _refresh(self) -> bool:
        files = metric_files(self.run_dir)
        if not files:
            self._rows.forget()
            return self._read_foreign()
        self._foreign = None
        before = self.history
        changed = self._rows.read(files)
        if before is not self.history:
            self._states.forget()
        if files[0].name == LLAMA_FACTORY:  # its log leaves out what trainer_state.json has, such as grad_norm
            for row in self._states.new_rows() or ():
                changed |= self.history.fill(row)
        return changed

    def _read_foreign(self) -> bool:
        from tuner.runs.foreign_reader import ForeignReader  # loads what the screen's first paint can do without

        self._foreign = self._foreign or ForeignReader(self.run_dir)
        return self._foreign.refresh()


def read_history(run_dir: Path) -> MetricHistory:
    """All metrics of a run folder, read once."""
    reader = MetricReader(run_dir)
    reader.refresh()
    return reader.history
