"""How a trainer tells what it is doing: phase, progress, metric rows, events (standard library only)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from Trainers.common.ranks import is_main
from tuner.core.states import Phase
from tuner.runs.events import append_event
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.rows import MetricRowWriter, Value
from tuner.runs.state_file import patch_state

_PROGRESS_INTERVAL = 1.0
"""Seconds between writes of the progress; rows are written at once."""


class Mirror(Protocol):
    """Another place that rows go to (Trainers.common.mirrors)."""

    def write(self, step: int, row: Mapping[str, object]) -> None: ...

    def close(self) -> None: ...


class Reporter:
    """One run's reports. Progress is 0 to 1, times are seconds."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self._phase: Phase | None = None
        self._message = ""
        self._written = 0.0
        self._held: dict[str, object] = {}
        self._training_began: tuple[float, int] | None = None
        self.mirrors: Mirror | None = None
        """Where else rows go; set before the first one."""

    @cached_property
    def rows(self) -> MetricRowWriter:
        """This attempt's metrics file, made with the first row."""
        return _Rows(RunPaths(self.run_dir).logs, self)

    def close(self) -> None:
        """The last report: rows that went elsewhere too are sent off."""
        if self.mirrors is not None:
            self.mirrors.close()

    def phase(self, phase: Phase, message: str = "", **extra: object) -> None:
        """Enter a phase; repeated calls in the same one write nothing unless there is something new to say."""
        if (phase, message) == (self._phase, self._message) and not extra:
            return
        self._phase, self._message = phase, message
        patch_state(self.run_dir, {**self._held, "phase": phase.value, "message": message, **extra})
        self._held = {}

    def progress(self, step: int, total: int) -> None:
        """Tell the step; the time left is extrapolated from the pace since training began.

        Between two writes of quick steps the newest one is held back, and goes with the next phase.
        """
        now = time.monotonic()
        if self._training_began is None:
            self._training_began = (now, step)
        began, first = self._training_began
        done = step - first
        eta = (now - began) / done * (total - step) if done > 0 else None
        self._held = {
            "step": step,
            "total_steps": total,
            "progress": round(step / total, 4) if total else None,
            "eta_seconds": round(eta, 1) if eta is not None else None,
        }
        if now - self._written < _PROGRESS_INTERVAL and step < total:
            return
        self._written = now
        patch_state(self.run_dir, self._held)
        self._held = {}

    def event(self, kind: str, message: str, data: Mapping[str, object] | None = None) -> None:
        append_event(self.run_dir, kind, message, data)

    def warn(self, text: str, data: Mapping[str, object] | None = None) -> None:
        """Tell something that a person should know and that ends nothing, in the log and among the events."""
        say(text)
        self.event("warning", text, data)

    def manifest(self, patch: Mapping[str, object]) -> None:
        """Add facts that only the training process knows."""
        patch_manifest(self.run_dir, patch)


class SilentReporter(Reporter):
    """The reports of a process that is not the first of several: none. A run's files have one writer."""

    @cached_property
    def rows(self) -> MetricRowWriter:
        return _NoRows()

    def phase(self, phase: Phase, message: str = "", **extra: object) -> None:
        return

    def progress(self, step: int, total: int) -> None:
        return

    def event(self, kind: str, message: str, data: Mapping[str, object] | None = None) -> None:
        return

    def manifest(self, patch: Mapping[str, object]) -> None:
        return


class _Rows(MetricRowWriter):
    """The metrics file, and whatever else the rows go to."""

    def __init__(self, logs: Path, reporter: Reporter) -> None:
        super().__init__(logs)
        self._reporter = reporter

    def write(self, step: int, values: Mapping[str, Value]) -> dict[str, Value]:
        row = super().write(step, values)
        if self._reporter.mirrors is not None:
            self._reporter.mirrors.write(step, {name: row[name] for name in values})
        return row


class _NoRows(MetricRowWriter):
    def __init__(self) -> None:
        """Unlike the real one this makes no file."""

    def go_on_after(self, step: int) -> None:
        return

    def write(self, step: int, values: Mapping[str, Value]) -> dict[str, Value]:
        return {}


def reporter_for(run_dir: Path) -> Reporter:
    """The reporter of this process: the first of several speaks, the others are silent."""
    return Reporter(run_dir) if is_main() else SilentReporter(run_dir)


def say(text: str) -> None:
    """One line of the log, with the local time; of several processes the first one's."""
    if not is_main():
        return
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)
