"""What matters of the watched run in two or three lines, and in one or two where the screen is narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuiapp.widgets import silence
from tuiapp.widgets.ink import Ink, ink_of
from tuiapp.widgets.strips import Part, base_of, changed_cells, clip, line, spread
from tuiapp.widgets.wording import ago, duration, mark_of, metric, number, scored, state_word
from tuner.runs.summary import RunSummary

_FIRST = ("loss", "eval_loss", "eval_exact_match", "rewards/margins", "kl", "mean_token_accuracy", "grad_norm")
_SHORT = {
    "eval_loss": "eval loss", "eval_exact_match": "exact match", "rewards/margins": "margins",
    "mean_token_accuracy": "token acc", "grad_norm": "grad", "learning_rate": "lr",
}  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """Everything the headline says. ``row_age`` is in seconds, None where there is no row.

    ``metrics``: the newest values as the charts have them, which are ahead of the run's summary. ``trainer``: whether
    the run's trainer lives, None where this machine cannot tell; ``gpu_percent``: this machine's mean load.
    """

    run: RunSummary | None
    row_age: float | None = None
    count: int = 0
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    trainer: bool | None = None
    gpu_percent: float | None = None


class Headline(Widget):
    """Drawn again only where it reads differently."""

    DEFAULT_CSS = """
    Headline { height: 3; padding: 0 2; }
    Headline.-compact { height: 2; padding: 0 1; }
    """

    def __init__(self, *, compact: bool = False, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(id=id, classes="-compact" if compact else "")
        self._compact = compact
        self._shown = Shown(None)
        self._lines: list[list[Part]] = []

    def show(self, shown: Shown) -> None:
        """Say this."""
        self._shown = shown
        self._make()

    def on_resize(self) -> None:
        self._make()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        if self.is_mounted:
            self._make()

    def _make(self) -> None:
        width = self.content_size.width
        made = _lines(self._shown, ink_of(self.app), width, compact=self._compact)
        if made != self._lines:
            before, self._lines = self._lines, made
            self.refresh(*_changed(before, made))

    def render_line(self, y: int) -> Strip:
        width, base = self.content_size.width, base_of(self)
        return line(self._lines[y], width, base) if y < len(self._lines) else Strip.blank(width, base)


def _changed(before: Sequence[Sequence[Part]], after: Sequence[Sequence[Part]]) -> list[Region]:
    """The cells that read differently; [] where all of it is to be drawn."""
    regions: list[Region] = []
    for y, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            cells = changed_cells(old, new)
            if cells is None:
                return []
            regions.append(Region(cells[0], y, cells[1] - cells[0], 1))
    return regions if len(before) == len(after) else []


def _lines(shown: Shown, ink: Ink, width: int, *, compact: bool) -> list[list[Part]]:
    run = shown.run
    if run is None:
        text = "nothing selected" if shown.count else "no runs in this workspace: press n to start one"
        return [[(text, ink.muted)]]
    mark = mark_of(run, ink)
    first: list[Part] = [(f"{mark.glyph} ", mark.style), (run.name, ink.strong), (f"  {state_word(run)}", mark.style)]
    age = _age(shown, ink)
    if compact:
        bar = progress(run, ink, 10)
        return [spread(first, bar, width), spread(_metrics(shown, ink, 3, compact=True), age, width)]
    return [
        spread(first, progress(run, ink, 24), width),
        spread(_second(run, ink), _about(run, ink, width), width),
        spread(_metrics(shown, ink, 9), age, width),
    ]


def _about(run: RunSummary, ink: Ink, width: int) -> list[Part]:
    """What is trained and how, where there is room beside what is more urgent."""
    words = [w for w in (run.objective, run.method, run.backend, run.model) if w]
    return clip([(" · ".join(words), ink.faint)], width // (4 if run.error else 2))


def progress(run: RunSummary, ink: Ink, width: int) -> list[Part]:
    """Steps, a bar, percent and the time left."""
    parts: list[Part] = []
    if run.step is not None:
        parts.append((f"{run.step}/{run.total_steps} " if run.total_steps else f"step {run.step} ", ink.text))
    if run.progress is not None and run.is_live:
        full = round(max(0.0, min(1.0, run.progress)) * width)
        parts += [("━" * full, ink.primary), ("─" * (width - full), ink.faint), (f" {run.progress:.0%}", ink.text)]
        if run.eta_seconds is not None:
            parts.append((f"  ETA {duration(run.eta_seconds)}", ink.muted))
    return parts


def _second(run: RunSummary, ink: Ink) -> list[Part]:
    """What went wrong and what to do; else what came out; else what the run says of itself."""
    if run.error:
        message = str(run.error.get("message") or run.error.get("code"))
        # The run's own folder goes without saying.
        parts: list[Part] = [(message.replace(f"{run.path}/", ""), ink.bad)]
        return [*parts, (f"  → {run.error['hint']}", ink.text)] if run.error.get("hint") else parts
    if run.state == "succeeded" and run.best:
        step, by, value = run.best.get("step"), str(run.best.get("by") or ""), run.best.get("value")
        name = "final_model" if step == -1 else f"checkpoint-{step}"
        shown = metric(by, value) if isinstance(value, int | float) else ""
        early = f"; {run.message}" if "stopped_early" in run.results else ""
        return [("★ ", ink.accent), (f"best is {name} by {by} {shown}{early}", ink.muted)]
    if (share := scored(run)) is not None:
        passed, total = run.results.get("passed"), run.results.get("total")
        return [(f"{passed} of {total} answers right: {metric('exact_match', share)}", ink.text)]
    return [(run.message, ink.muted)]


def _metrics(shown: Shown, ink: Ink, most: int, *, compact: bool = False) -> list[Part]:
    run = shown.run
    if run is None:
        return []
    values = {**run.metrics, **shown.metrics}
    names = [n for n in _FIRST if n in values][:most]
    if "learning_rate" in values and len(names) < most:
        names.append("learning_rate")
    parts: list[Part] = []
    speed = values.get("tokens_per_second")
    if speed and run.is_live:
        parts += [(_rate(speed), ink.text), (" tok/s  ", ink.muted)]
    for name in names:
        parts += [(f"{_SHORT.get(name, name)} ", ink.muted), (f"{metric(name, values[name])}  ", ink.text)]
    if parts or not run.is_live:
        return parts or [("no metrics", ink.muted)]
    phase = f": {run.message}" if run.message and compact else ""  # elsewhere it has a line of its own
    return [(f"no metrics yet{phase}", ink.muted)]


def _age(shown: Shown, ink: Ink) -> list[Part]:
    run = shown.run
    if run is None or not run.is_live:
        return []
    if shown.row_age is None:
        return [("⚠ trainer gone", ink.warning)] if shown.trainer is False else []
    if shown.row_age > silence.AFTER:
        text, worry = silence.told(run, shown.row_age, shown.trainer, shown.gpu_percent)
        return [(f"⚠ {text}" if worry else text, ink.warning if worry else ink.muted)]
    return [(f"row {ago(shown.row_age)}", ink.muted)]


def _rate(value: float) -> str:
    return f"{value / 1000:.1f}k" if value >= 1000 else number(value, 3)
