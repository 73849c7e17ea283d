"""How a run's state, numbers and times are put on the screen."""

from __future__ import annotations

from dataclasses import dataclass

from rich.style import Style

from tuiapp.formatting import duration, large, number, size
from tuiapp.widgets.ink import Ink
from tuner.runs.summary import RunSummary

__all__ = ["Mark", "ago", "duration", "mark_of", "metric", "number", "short_state", "size", "state_word"]

_SHARES = ("accuracy", "exact_match", "pass_rate", "accuracies")


@dataclass(frozen=True)
class Mark:
    """The glyph of a state and its style: the glyph alone tells it too."""

    glyph: str
    style: Style


def mark_of(run: RunSummary, ink: Ink) -> Mark:
    """● running, ◌ queued, ✓ succeeded, ✗ failed, ■ cancelled, ‖ paused, ⚠ stale or unreadable.

    ○ recorded: another tool's run that nothing proves to have finished.
    """
    if run.stale_seconds is not None:
        return Mark("⚠", ink.warning)
    return {
        "running": Mark("●", ink.primary),
        "finalizing": Mark("●", ink.primary),
        "queued": Mark("◌", ink.muted),
        "paused": Mark("‖", ink.muted),
        "succeeded": Mark("✓", ink.good),
        "failed": Mark("✗", ink.bad),
        "cancelled": Mark("■", ink.muted),
        "recorded": Mark("○", ink.muted),
    }.get(run.state, Mark("⚠", ink.warning))


def state_word(run: RunSummary) -> str:
    """The state in words, with the phase where there is one."""
    if run.stale_seconds is not None:
        return f"stale, no heartbeat for {_minutes(run.stale_seconds)}"
    return f"{run.state} · {run.phase}" if run.phase and run.is_live and run.phase != run.state else run.state


def short_state(run: RunSummary) -> str:
    """What a list says of a run in a few cells."""
    if run.stale_seconds is not None:
        return f"stale {_minutes(run.stale_seconds)}"
    if run.state in {"running", "finalizing"}:
        done = f"{run.progress:.0%}" if run.progress is not None else (run.phase or run.state)
        return f"{done} {duration(run.eta_seconds)}" if run.eta_seconds is not None else done
    if run.state == "recorded" and run.progress is not None:
        return f"recorded {run.progress:.0%}"
    if run.state == "failed" and run.error:
        return _failure(str(run.error.get("code") or "failed"), run.step)
    if run.state == "succeeded" and run.best:
        value, step = run.best.get("value"), run.best.get("step")
        shown = metric(str(run.best.get("by") or ""), value) if isinstance(value, int | float) else ""
        return f"{shown} @{'final' if step == -1 else step}".strip()
    if run.state == "succeeded" and (share := scored(run)) is not None:
        return metric("exact_match", share)
    return run.state


def scored(run: RunSummary) -> float | None:
    """The share of answers that a scoring run found right."""
    share = run.results.get("exact_match") if run.kind == "score" else None
    return share if isinstance(share, float) else None


def metric(name: str, value: float | None) -> str:
    """A metric's value: shares in percent, small numbers short."""
    if value is None:
        return "–"
    if any(word in name for word in _SHARES) and 0 <= value <= 1:
        return f"{value:.1%}" if 0 < value < 1 else f"{value:.0%}"
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.1e}".replace("e-0", "e-")
    return f"{value:.3f}" if abs(value) < 100 else large(value)


def ago(seconds: float) -> str:
    """How long ago something was."""
    return f"{duration(max(0.0, seconds))} ago"


def _minutes(seconds: float) -> str:
    """A long time in whole minutes."""
    return "<1m" if seconds < 60 else duration(seconds // 60 * 60).replace("m00s", "m")


def _failure(code: str, step: int | None) -> str:
    """Why it failed, short enough to say where too."""
    short = {"TRAINING_OOM": "OOM", "TRAINER_KILLED": "killed", "NAN_LOSS": "NaN"}.get(code)
    if short is None or not step:
        return {"TRAINING_OOM": "out of memory", "NAN_LOSS": "NaN loss"}.get(code, code.lower().replace("_", " "))
    return f"{short}@{step}"
