"""What the charts draw: the watched run's metrics, those of marked runs over them, checkpoints and evaluations."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tuiapp.handlers.checkpoint_rows import CheckpointRow
from tuiapp.screens.reading.overlay import OverlayRun
from tuiapp.widgets.chart.choice import Group, groups_of, matching, split_for_overlay
from tuiapp.widgets.chart.figure import Band, Figure, Mark, MarkKind, Plot
from tuiapp.widgets.chart.options import ChartOptions
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import XAxis
from tuner.runs.text_tail import inert

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WATCHED = "•"
"""Stands for the watched run where it is not marked itself; the marked ones have the letters of the run table."""
_LABELS = {
    "eval_loss": "eval loss", "eval_exact_match": "exact match on validation", "rewards/margins": "margins",
    "mean_token_accuracy": "token accuracy", "eval_mean_token_accuracy": "eval", "grad_norm": "gradient norm",
    "learning_rate": "learning rate", "rewards/chosen": "chosen", "rewards/rejected": "rejected",
    "rewards/accuracies": "reward accuracy", "eval_rewards/accuracies": "eval", "tokens_per_second": "tokens/s",
}  # fmt: skip
_LONGEST_LABEL = 60

HEALTHY: Mapping[str, Band] = {"grad_norm": Band(0.1, 10.0)}
"""By the last part of a metric's name."""


@dataclass(frozen=True)
class ShownRun:
    """A run in the charts; ``letter`` and ``colour`` are its own as long as it is shown."""

    run_id: str
    label: str
    view: MetricsView
    letter: str
    colour: int


class ChartData:
    """``runs``: the watched one first. With more than one, a chart holds one metric of all of them."""

    def __init__(self, healthy: Mapping[str, Band] = HEALTHY) -> None:
        self.healthy = healthy
        self.live = False
        self._watched: OverlayRun | None = None
        self._overlay: Sequence[OverlayRun] = ()
        self._rows: Sequence[CheckpointRow] = ()
        self.runs: Sequence[ShownRun] = ()

    def show(self, run: OverlayRun | None, *, live: bool) -> None:
        """Watch this run, or none."""
        self._watched, self.live = run, live
        self._gather()

    def show_overlay(self, runs: Sequence[OverlayRun]) -> None:
        """Draw these over it; the watched run among them is drawn once."""
        self._overlay = runs
        self._gather()

    def show_marks(self, rows: Sequence[CheckpointRow]) -> None:
        self._rows = rows

    @property
    def view(self) -> MetricsView | None:
        """The watched run's metrics."""
        return self._watched.view if self._watched is not None else None

    @property
    def axes(self) -> Sequence[XAxis]:
        """What x can be."""
        return self._watched.view.axes if self._watched is not None else ()

    @property
    def is_overlaid(self) -> bool:
        return len(self.runs) > 1

    def _gather(self) -> None:
        watched = [self._watched] if self._watched is not None else []
        known = {r.run_id for r in watched}
        listed = [*watched, *(r for r in self._overlay if r.run_id not in known)] if watched else []
        letters = {r.run_id: _LETTERS[i % len(_LETTERS)] for i, r in enumerate(self._overlay)}
        self.runs = [
            ShownRun(r.run_id, inert(r.label or r.run_id), r.view, letters.get(r.run_id, _WATCHED), i)
            for i, r in enumerate(listed)
        ]

    def groups(self, pattern: str) -> list[Group]:
        """The charts there are, by the names that a regular expression chooses."""
        names = dict.fromkeys(n for r in self.runs for n in r.view.names)
        groups = groups_of(list(names), counters=bool(pattern))
        if self.is_overlaid:
            groups = split_for_overlay(groups)
        return matching(groups, pattern) if pattern else groups

    def figure(self, group: Group, options: ChartOptions) -> Figure:
        """A group's chart; the window is left to the caller."""
        axis = options.axis if options.axis in self.axes else XAxis.STEP
        plots = self._overlaid(group, axis) if self.is_overlaid else self._single(group, axis)
        bands = [self.healthy[last] for n in group.names if (last := n.rpartition("/")[2]) in self.healthy]
        return Figure(
            plots,
            title=_label(group.names[0]) if self.is_overlaid else "",
            marks=self.marks(axis),
            axis=axis,
            smoothing=options.smoothing,
            raw=not self.is_overlaid,
            log_x=options.log_x,
            log_y=options.log_y,
            clip=options.clip,
            percent=group.percent,
            band=bands[0] if bands else None,
        )

    def _single(self, group: Group, axis: XAxis) -> list[Plot]:
        run = self.runs[0]
        made = [self._plot(run, n, group, axis, _label(n), place) for place, n in enumerate(group.names)]
        made = [p for p in made if len(p.series)]
        if sum(p.line for p in made) < 2:
            return made
        return [replace(p, letter=_LETTERS[i]) for i, p in enumerate(made)]

    def _overlaid(self, group: Group, axis: XAxis) -> list[Plot]:
        made = [
            replace(self._plot(run, n, group, axis, "" if i == 0 else "eval", run.colour), letter=run.letter)
            for i, n in enumerate(group.names)
            for run in self.runs
        ]
        return [p for p in made if len(p.series)]

    def _plot(self, run: ShownRun, name: str, group: Group, axis: XAxis, label: str, colour: int) -> Plot:
        series = run.view.series(name, axis)
        beside = name == "eval_loss" and "loss" in group.names
        points = name.startswith("eval_") or len(series) == 1
        key = f"{run.run_id}\0{name}\0{axis}"
        return Plot(key, name, label, series, line=not beside, points=points, colour=colour)

    def marks(self, axis: XAxis) -> list[Mark]:
        """Evaluations and checkpoints of the watched run."""
        view = self.view
        if view is None or not view.names:
            return []
        evaluated = next((n for n in view.names if n.startswith("eval_")), None)
        made = [Mark(x, MarkKind.EVALUATION) for x in view.series(evaluated, axis).x] if evaluated else []
        for row in self._rows:
            if row.whole and (not row.is_final or row.is_best):
                step = row.step if not row.is_final else view.last_step
                x = self.x_of(step, axis) if step is not None else None
                if x is not None:
                    made.append(Mark(x, MarkKind.BEST if row.is_best else MarkKind.CHECKPOINT))
        return made

    def x_of(self, step: int, axis: XAxis) -> float | None:
        """Where a step of the watched run stands on an axis; None where that is not known."""
        if axis is XAxis.STEP:
            return float(step)
        steps, x = self._both(axis)
        index = bisect_right(steps, step) - 1 - (len(steps) - len(x))
        return x[index] if index >= 0 else None

    def step_at(self, x: float, axis: XAxis) -> int | None:
        """The watched run's step nearest to an x; None where it has none."""
        steps, xs = self._both(axis)
        if not len(xs):
            return None
        index = bisect_right(xs, x)
        near = min((i for i in (index - 1, index) if 0 <= i < len(xs)), key=lambda i: abs(xs[i] - x))
        return int(steps[near + len(steps) - len(xs)])

    def _both(self, axis: XAxis) -> tuple[Sequence[float], Sequence[float]]:
        """Steps and x of the watched run's longest metric."""
        view = self.view
        if view is None or not view.names:
            return (), ()
        name = longest(view)
        return view.series(name).x, view.series(name, axis).x

    def steps_of(self, figure: Figure) -> Sequence[float]:
        """The steps of the chart's plot with the most points: where the cursor can stand."""
        if not figure.plots:
            return ()
        plot = max(figure.plots, key=lambda p: len(p.series))
        run_id = plot.key.partition("\0")[0]
        return next(r.view.series(plot.name).x for r in self.runs if r.run_id == run_id)

    def extent(self, axis: XAxis, figures: Sequence[Figure], *, log: bool) -> tuple[float, float] | None:
        """The first and the last x of everything, so that all charts span the same; above 0 on a logarithmic x."""
        all_x = [r.view.series(longest(r.view), axis).x for r in self.runs if r.view.names]
        all_x += [p.series.x for f in figures for p in f.plots]
        ends = [m.x for m in self.marks(axis) if m.x > 0 or not log]
        found = False
        for x in all_x:
            first = bisect_right(x, 0.0) if log else 0
            if first < len(x):
                found = True
                ends += [x[first], x[-1]]
        return (min(ends), max(ends)) if found else None

    @property
    def points(self) -> int:
        """How many points the longest plot has."""
        return max((len(r.view.series(longest(r.view))) for r in self.runs if r.view.names), default=0)


def longest(view: MetricsView) -> str:
    """The metric with the most values; there has to be one."""
    return max(view.names[:40], key=lambda n: len(view.series(n)))


def _label(name: str) -> str:
    return _LABELS.get(name) or inert(name)[:_LONGEST_LABEL]
