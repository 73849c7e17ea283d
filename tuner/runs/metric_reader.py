"""Metrics files read incrementally: only what was appended since the last look."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.file_tail import FileTail
from tuner.runs.foreign_metrics import ForeignMetrics, epoch_summary
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, parse_row, row_from
from tuner.runs.metrics_view import MetricsView
from tuner.runs.trainer_states import newest_trainer_state

_LLAMA_FACTORY = "trainer_log.jsonl"


class MetricReader:
    """Follows the metrics of one run folder, ours or another tool's.

    ``skipped`` counts the lines that were not metric rows.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.history = MetricHistory()
        self.samples = MetricHistory(merge=False)
        self.skipped = 0
        self._tails: dict[Path, FileTail] = {}
        self._sample_tails: dict[Path, FileTail] = {}
        self._trainer_state: tuple[Path, float] | None = None
        self._foreign = ForeignMetrics(run_dir)
        self._logged_to: int | None = None
        """The last step that trainer_state.json has."""

    def refresh(self) -> bool:
        """Read what is new.

        Returns:
            True where the history or the samples changed.
        """
        try:
            changed = self._refresh()
            return self._read_samples() or changed
        except FileNotFoundError:
            return False  # deleted just now; the next look finds what is left

    def view(self) -> MetricsView:
        """What is known now, for another thread to read while this one goes on."""
        return MetricsView.of(self.history, self.samples)

    def _read_samples(self) -> bool:
        if any(t.is_replaced() for t in self._sample_tails.values()):
            self.samples, self._sample_tails = MetricHistory(merge=False), {}
        before = len(self.samples)
        for path in sample_files(self.run_dir):
            for line in self._sample_tails.setdefault(path, FileTail(path)).read_lines():
                if (row := parse_row(line)) is not None:
                    self.samples.add(row)
        return len(self.samples) != before

    def _refresh(self) -> bool:
        files = metric_files(self.run_dir)
        if not files:
            return self._read_others()
        if any(t.is_replaced() for t in self._tails.values()):
            self.history, self.skipped, self._tails, self._trainer_state = MetricHistory(), 0, {}, None
        changed = False
        for path in files:
            for line in self._tails.setdefault(path, FileTail(path)).read_lines():
                row = parse_row(line) or epoch_summary(line, self.history)
                if row is None:
                    self.skipped += bool(line.strip())
                    continue
                self.history.add(row)
                changed = True
        if files[0].name == _LLAMA_FACTORY:  # its log leaves out what trainer_state.json has, such as grad_norm
            for row in self._new_trainer_state() or ():
                self.history.fill(row)
                changed = True
        return changed

    def _read_others(self) -> bool:
        """trainer_state.json, and behind its last step what event files or a console log have."""
        news = self._foreign.read_new()
        if news.anew:
            self._trainer_state = None
        rows = self._new_trainer_state()
        if rows is not None or news.anew:
            self.history = MetricHistory()
            self.history.extend(rows or ())
            self._logged_to = self.history.steps[-1] if rows else None
            more = self._foreign.after(self._logged_to)
        else:
            more = [r for r in news.rows if self._logged_to is None or r.step > self._logged_to]
        self.history.extend(more)
        self.skipped = self._foreign.skipped + (0 if len(self.history) else self._foreign.unread)
        return bool(more) or rows is not None or news.anew

    def _new_trainer_state(self) -> list[MetricRow] | None:
        """The rows of the newest trainer_state.json; None where there is nothing new."""
        newest = newest_trainer_state(self.run_dir)
        if newest is None:
            return None
        try:
            seen = (newest, newest.stat().st_mtime)
            if seen == self._trainer_state:
                return None
            log = read_object(newest).get("log_history")
        except (OSError, UnreadableFile):
            return None  # being written or deleted just now; the next look reads it
        self._trainer_state = seen
        entries = log if isinstance(log, list) else []
        return [row for e in entries if isinstance(e, dict) and (row := row_from(e)) is not None]


def read_history(run_dir: Path) -> MetricHistory:
    """All metrics of a run folder, read once."""
    reader = MetricReader(run_dir)
    reader.refresh()
    return reader.history


def metric_files(run_dir: Path) -> list[Path]:
    """The files of metric rows in a run folder, oldest attempt first; [] where trainer_state.json has to do."""
    ours = sorted(p for p in (run_dir / "logs").glob("training_*.jsonl") if not p.is_symlink())
    if ours:
        return ours
    others = (run_dir / "logs" / "training.jsonl", run_dir / "trainer_log.jsonl", run_dir / "logging.jsonl")
    return [p for p in others if p.is_file()]


def sample_files(run_dir: Path) -> list[Path]:
    """The files of what the supervisor measured of the machine, oldest attempt first."""
    return sorted(p for p in (run_dir / "logs").glob("system_*.jsonl") if not p.is_symlink())
