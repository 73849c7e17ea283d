"""Which metrics go into which chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuiapp.screens.reading.checkpoint_rows import CheckpointRow
from tuiapp.screens.reading.series_store import Series
from tuiapp.widgets.chart.figure import Figure, Plot


@dataclass(frozen=True)
class Group:
    """Metrics that are looked at together, by their names in the log."""

    names: tuple[str, ...]
    percent: bool = False


SECOND: tuple[Group, ...] = (
    Group(("eval_exact_match",), percent=True),
    Group(("rewards/margins", "kl")),
    Group(("rewards/chosen", "rewards/rejected")),
    Group(("rewards/accuracies", "eval_rewards/accuracies"), percent=True),
    Group(("mean_token_accuracy", "eval_mean_token_accuracy"), percent=True),
    Group(("entropy", "eval_entropy")),
    Group(("grad_norm",)),
    Group(("learning_rate",)),
    Group(("tokens_per_second",)),
)
"""What the second chart can show, the most telling first."""

_LABELS = {
    "eval_loss": "eval loss", "eval_exact_match": "exact match on validation", "rewards/margins": "margins",
    "mean_token_accuracy": "token accuracy", "eval_mean_token_accuracy": "eval", "grad_norm": "gradient norm",
    "learning_rate": "learning rate", "rewards/chosen": "chosen", "rewards/rejected": "rejected",
}  # fmt: skip


def loss_figure(series: Mapping[str, Series], checkpoints: Sequence[CheckpointRow]) -> Figure:
    """Training loss as a line, validation loss as points."""
    return _figure(Group(("loss", "eval_loss")), series, checkpoints)


def groups_in(series: Mapping[str, Series]) -> list[Group]:
    """The groups of which a run has any metric."""
    return [g for g in SECOND if any(series[n].steps for n in g.names if n in series)]


def group_figure(group: Group, series: Mapping[str, Series], checkpoints: Sequence[CheckpointRow]) -> Figure:
    """One group's chart."""
    return _figure(group, series, checkpoints)


def _figure(group: Group, series: Mapping[str, Series], checkpoints: Sequence[CheckpointRow]) -> Figure:
    plots = [
        Plot(n, _LABELS.get(n, n), series[n], line=n != "eval_loss", points=n.startswith("eval_"))
        for n in group.names
        if n in series and series[n].steps
    ]
    marks = {c.step: c.is_best for c in checkpoints if not c.is_final and c.whole}
    best_final = next((c for c in checkpoints if c.is_final and c.is_best), None)
    if best_final is not None and plots:
        marks[max(p.series.steps[-1] for p in plots)] = True
    return Figure(plots, marks, group.percent)
