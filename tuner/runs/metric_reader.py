"""Metrics files read incrementally: only what was appended since the last look."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import checkpoint_step
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, parse_row, row_from
from tuner.runs.metrics_view import MetricsView

_BLOCK = 8 * 1024 * 1024
_MARK = 256
"""Bytes before the unread part that are compared, to notice a file that was written anew."""
_LLAMA_FACTORY = "trainer_log.jsonl"


class _FileTail:
    """One file's unread part. A torn last line waits until the rest of it has come."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.identity: tuple[int, int] | None = None
        self._mark = b""

    def is_replaced(self) -> bool:
        """Whether what was read before no longer stands at the front of this file."""
        try:
            stat = self.path.stat()
            if self._mark != self._before_offset():
                return True
        except OSError:
            return True
        return self.identity is not None and (self.identity != (stat.st_dev, stat.st_ino) or stat.st_size < self.offset)

    def read_lines(self) -> list[bytes]:
        stat = self.path.stat()
        self.identity = (stat.st_dev, stat.st_ino)
        if stat.st_size <= self.offset:
            return []
        lines: list[bytes] = []
        with self.path.open("rb") as file:
            file.seek(self.offset)
            rest = b""
            while block := file.read(_BLOCK):
                whole, newline, rest = (rest + block).rpartition(b"\n")
                if newline:
                    lines += whole.split(b"\n")
                    self.offset += len(whole) + 1
        self._mark = self._before_offset()
        return lines

    def _before_offset(self) -> bytes:
        with self.path.open("rb") as file:
            start = max(0, self.offset - _MARK)
            file.seek(start)
            return file.read(self.offset - start)


class MetricReader:
    """Follows the metrics of one run folder, ours or another tool's.

    ``skipped`` counts the lines that were not metric rows.
    """

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.history = MetricHistory()
        self.samples = MetricHistory(merge=False)
        self.skipped = 0
        self._tails: dict[Path, _FileTail] = {}
        self._sample_tails: dict[Path, _FileTail] = {}
        self._trainer_state: tuple[Path, float] | None = None

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
            for line in self._sample_tails.setdefault(path, _FileTail(path)).read_lines():
                if (row := parse_row(line)) is not None:
                    self.samples.add(row)
        return len(self.samples) != before

    def _refresh(self) -> bool:
        files = metric_files(self.run_dir)
        if not files:
            return self._read_trainer_state()
        if any(t.is_replaced() for t in self._tails.values()):
            self.history, self.skipped, self._tails, self._trainer_state = MetricHistory(), 0, {}, None
        changed = False
        for path in files:
            for line in self._tails.setdefault(path, _FileTail(path)).read_lines():
                row = parse_row(line)
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

    def _read_trainer_state(self) -> bool:
        rows = self._new_trainer_state()
        if rows is None:
            return False
        self.history = MetricHistory()
        self.history.extend(rows)
        return True

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


def newest_trainer_state(run_dir: Path) -> Path | None:
    """The trainer_state.json of the highest checkpoint: each holds all history up to its step."""
    folders = [p for base in (run_dir, run_dir / "checkpoints") for p in base.glob("checkpoint-*")]
    numbered = [
        (s, p) for p in folders if (s := checkpoint_step(p)) is not None and (p / "trainer_state.json").is_file()
    ]
    return max(numbered)[1] / "trainer_state.json" if numbered else None
