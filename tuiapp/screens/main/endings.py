"""The end of a run, told to who looks elsewhere: by the terminal's bell and a notification of the desktop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tuiapp.screens.terminal_codes import BELL, notification, passed_through
from tuiapp.widgets.wording import short_state
from tuner.runs.summary import RunSummary

_EACH = 3
"""Up to so many ends at once are told one by one."""
_GLYPHS = {"succeeded": "✓", "failed": "✗"}


def ended(before: Mapping[str, RunSummary], after: Iterable[RunSummary]) -> list[RunSummary]:
    """The runs that were live before and are so no more."""
    return [r for r in after if not r.is_live and r.id in before and before[r.id].is_live]


def glyph_of(run: RunSummary) -> str:
    """✓ where it went well, ✗ where it failed, else ⚠."""
    return _GLYPHS.get(run.state, "⚠")


def sentence(run: RunSummary) -> str:
    """How the run ended, with its result or what went wrong."""
    if run.error:
        return f"{run.name} {run.state}: {run.error.get('message') or run.error.get('code')}"
    result = short_state(run)
    return f"{run.name} {run.state}" + (f": {result}" if result != run.state else "")


def sequences(runs: Sequence[RunSummary], ways: Iterable[str], *, in_tmux: bool) -> list[str]:
    """What is to be written to the terminal; [] where nobody wants to be told."""
    if not runs:
        return []
    texts = [sentence(r) for r in runs] if len(runs) <= _EACH else [f"{len(runs)} runs have ended"]
    # The name stands in front also because some terminals read a number there as another command.
    notices = [notification(f"Tuner: {text}") for text in texts]
    made: list[str] = []
    for way in ways:
        if way == "bell":
            made.append(BELL)
        elif way == "osc9":
            made += [passed_through(n) for n in notices] if in_tmux else notices
    return made
