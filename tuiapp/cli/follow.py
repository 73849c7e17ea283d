"""Following a run in the terminal: a progress bar where there is one, plain lines otherwise."""

from __future__ import annotations

import sys
from pathlib import Path

from tuiapp.cli.exit_codes import DONE, FAILED, INTERRUPTED
from tuiapp.cli.output import plain, print_json, print_line, tell
from tuiapp.formatting import duration
from tuiapp.handlers.runs import RunsHandler
from tuner.core.states import RunState
from tuner.runs.summary import RunSummary

_WIDTH = 24


class Progress:
    """Shows each look at a run on stderr; a plain line only where something changed."""

    def __init__(self, label: str = "") -> None:
        self._terminal = sys.stderr.isatty()
        self._label = label
        self._last: tuple[object, ...] = ()
        self._dirty = False

    def __call__(self, summary: RunSummary) -> None:
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{plain(self._bar(summary))}")
            sys.stderr.flush()
            self._dirty = True
            return
        tenth = int(10 * summary.progress) if summary.progress is not None else None
        seen = (summary.state, summary.phase if summary.progress is None else None, tenth)
        if seen != self._last:
            self._last = seen
            tell(self._text(summary))

    def close(self) -> None:
        """Leave the bar's line."""
        if self._dirty:
            sys.stderr.write("\r\x1b[K")
            self._dirty = False

    def _bar(self, summary: RunSummary) -> str:
        full = int(_WIDTH * (summary.progress or 0.0))
        return f"{self._label or summary.name} {'█' * full}{'░' * (_WIDTH - full)} {self._text(summary, named=False)}"

    def _text(self, summary: RunSummary, named: bool = True) -> str:
        parts = [self._label or summary.name] if named else []
        parts.append(summary.phase or summary.state)
        if summary.step is not None and summary.total_steps:
            parts.append(f"{summary.step}/{summary.total_steps}")
        loss = summary.metrics.get("loss")
        if loss is not None:
            parts.append(f"loss {loss:.3f}")
        exact = summary.metrics.get("eval_exact_match")
        if exact is not None:
            parts.append(f"exact match {exact:.0%}")
        if summary.eta_seconds is not None:
            parts.append(f"{duration(summary.eta_seconds)} left")
        return " · ".join(parts)


def leave(runs: RunsHandler, run_dir: Path, *, as_json: bool) -> int:
    """Say which run was started and how to watch it, and go."""
    if as_json:
        print_json({"run_id": run_dir.name, **runs.summary(run_dir).as_dict()})
    else:
        print_line(run_dir.name)
        tell(f"started; watch it: tuner-tui, or tuner runs logs {run_dir.name} --follow")
    return DONE


def follow(runs: RunsHandler, run_dir: Path, *, as_json: bool, timeout: float | None = None) -> int:
    """Follow to the end. Ctrl-C leaves the run going and says how to come back."""
    progress = Progress()
    try:
        summary = runs.wait(run_dir, timeout, progress)
    except KeyboardInterrupt:
        progress.close()
        tell(f"{run_dir.name} goes on. Come back: tuner runs wait {run_dir.name}, or tuner-tui")
        tell(f"Stop it: tuner runs cancel {run_dir.name}")
        return INTERRUPTED
    progress.close()
    return report_end(summary, as_json=as_json)


def report_end(summary: RunSummary, *, as_json: bool) -> int:
    """Say how a run stands; returns 0 where it succeeded, 1 otherwise."""
    if as_json:
        print_json({"run_id": summary.id, **summary.as_dict()})
    else:
        print_line(summary.id)
        tell(ending(summary))
    return DONE if summary.state == RunState.SUCCEEDED else FAILED


def ending(summary: RunSummary) -> str:
    """A run's end in words."""
    if summary.error:
        hint = f"\n  hint: {summary.error['hint']}" if summary.error.get("hint") else ""
        return f"{summary.state}: {summary.error.get('message')} [{summary.error.get('code')}]{hint}"
    best = summary.best
    if summary.state == RunState.SUCCEEDED and best:
        step = "final_model" if best["step"] == -1 else f"checkpoint-{best['step']}"
        value = best["value"]
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        early = f"; {summary.message}" if "stopped_early" in summary.results else ""
        return f"succeeded: best is {step} by {best['by']} ({shown}){early}"
    return f"{summary.state}: {summary.message}" if summary.message else summary.state
