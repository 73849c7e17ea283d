"""A summary with every text that a file could have made up stripped of control characters."""

from __future__ import annotations

from dataclasses import replace

from tuner.runs.summary import Json, RunSummary
from tuner.runs.text_tail import inert


def inert_summary(run: RunSummary) -> RunSummary:
    """The run as it may be shown. How long it is silent is told as people read it: by the minute."""
    if _is_plain(run):
        return run if run.stale_seconds is None else replace(run, stale_seconds=whole_minutes(run.stale_seconds))
    return replace(
        run,
        name=_inert(run.name) or run.id,
        kind=_inert(run.kind),
        state=_inert(run.state),
        objective=_or_none(run.objective),
        method=_or_none(run.method),
        backend=_or_none(run.backend),
        model=_or_none(run.model),
        dataset=_or_none(run.dataset),
        phase=_or_none(run.phase),
        message=_inert(run.message),
        metrics={_inert(k): v for k, v in run.metrics.items()},
        error=_object(run.error),
        best=_object(run.best),
        parent=_or_none(run.parent),
        tags=[_inert(t) for t in run.tags],
        note="\n".join(_inert(line) for line in run.note.splitlines()),
        stale_seconds=whole_minutes(run.stale_seconds),
    )


def whole_minutes(seconds: float | None) -> float | None:
    """A silence, as it is told: so that nothing is drawn again while it reads the same."""
    return seconds if seconds is None else max(30.0, seconds // 60 * 60)


def _is_plain(run: RunSummary) -> bool:
    """Whether nothing needs to be stripped, as of nearly every run."""
    if run.error or not run.name:
        return False
    best = () if run.best is None else map(str, run.best.values())
    known = (run.objective, run.method, run.backend, run.model, run.dataset, run.phase, run.parent)
    texts = (run.name, run.kind, run.state, run.message, run.note, *run.metrics, *run.tags, *best, *filter(None, known))
    text = "".join(texts)
    return text.isascii() and text.isprintable()


def _object(values: Json | None) -> Json | None:
    return {_inert(k): _inert(v) if isinstance(v, str) else v for k, v in values.items()} if values else values


def _or_none(text: str | None) -> str | None:
    return _inert(text) if text is not None else None


def _inert(text: str) -> str:
    return text if text.isascii() and text.isprintable() else inert(text)
