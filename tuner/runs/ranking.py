"""Which checkpoint is really best, and why.

One criterion is used for the whole run, the first of these that any whole checkpoint has: the share of validation
answers that were exactly right, the validation loss, the objective's own training score. Scores are "higher is
better"; a checkpoint without one sorts last and is never given one.

Standard library only: a training ranks its own checkpoints too, before it removes old ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tuner.core.final_step import FINAL_STEP
from tuner.runs.direction import counts_down

KL_FLOOR = 0.05
"""TRL logs kl as 0.0 for an untrained model; the floor keeps it from winning by division."""

Parts = dict[str, float | str]


class Weights(Protocol):
    """What is ranked: a checkpoint, or anything else with a step (FINAL_STEP for final_model) and its metrics."""

    @property
    def step(self) -> int: ...

    @property
    def metrics(self) -> Mapping[str, float]: ...


class History(Protocol):
    """The run's metrics over its steps."""

    @property
    def last_step(self) -> int | None: ...

    def values_between(self, column: str, after: int, until: int) -> Sequence[float]: ...


@dataclass(frozen=True, slots=True)
class Score:
    """A checkpoint's score with what it was made of; ``value`` None means that it has none."""

    value: float | None
    parts: Parts = field(default_factory=dict)
    tie_break: float = -math.inf


def rank(checkpoints: Sequence[Weights], history: History, objective: str | None, by: str | None = None) -> list[Score]:
    """Score each checkpoint, in the order given.

    Args:
        checkpoints: whole checkpoints; final_model stands for the last step.
        history: the run's metrics.
        objective: "sft", "kto", "dpo", "pretrain"; decides the training score.
        by: a metric to rank by instead; names with "loss" count downwards.
    """
    criteria: list[Callable[[Weights], Score]]
    if by is not None:
        criteria = [lambda c: _by_metric(c, by)]
    else:
        criteria = [
            lambda c: _by_metric(c, "eval_exact_match"),
            lambda c: _by_metric(c, "eval_loss"),
            lambda c: _by_objective(c, checkpoints, history, objective),
        ]
    scores: list[Score] = []
    for criterion in criteria:
        scores = [criterion(c) for c in checkpoints]
        if any(s.value is not None for s in scores):
            break
    return scores


def best_index(checkpoints: Sequence[Weights], scores: Sequence[Score]) -> int | None:
    """The best one's place: highest score, then lowest validation loss, then the earliest step (final last)."""
    scored = [i for i, s in enumerate(scores) if s.value is not None]
    if not scored:
        return None

    def key(i: int) -> tuple[float, float, float]:
        step = math.inf if checkpoints[i].step == FINAL_STEP else checkpoints[i].step
        return (scores[i].value or 0.0, scores[i].tie_break, -step)

    return max(scored, key=key)


def why_best(checkpoints: Sequence[Weights], scores: Sequence[Score], best: int) -> str:
    """The choice in words, with the runner-up."""
    score = scores[best]
    name = str(score.parts["by"])
    text = f"{'lowest' if counts_down(name) else 'highest'} {name}: {_said(score)}"
    rivals = [i for i, s in enumerate(scores) if s.value is not None and i != best]
    rivals = [i for i in rivals if checkpoints[i].step != FINAL_STEP] or rivals
    if not rivals:
        return f"{text} (the only one with a score)"
    second = max(rivals, key=lambda i: (scores[i].value or 0.0, scores[i].tie_break))
    rival = "final" if checkpoints[second].step == FINAL_STEP else f"step {checkpoints[second].step}"
    if scores[second].value == score.value:
        how = "lower validation loss" if scores[second].tie_break < score.tie_break else "the earlier one is taken"
        return f"{text}; {rival} ties on it, {how}"
    return f"{text}; next is {rival} with {_said(scores[second])}"


def _said(score: Score) -> str:
    value = score.parts.get("value", score.value)
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    extras = [f"{k} {v:.4g}" for k, v in score.parts.items() if k not in {"by", "value"} and isinstance(v, float)]
    return f"{text} ({', '.join(extras)})" if extras else text


def _by_metric(checkpoint: Weights, name: str) -> Score:
    value = checkpoint.metrics.get(name)
    if value is None or not math.isfinite(value):
        return Score(None)
    loss = checkpoint.metrics.get("eval_loss", math.inf)
    parts: Parts = {"by": name, "value": value}
    if name != "eval_loss" and math.isfinite(loss):
        parts["eval_loss"] = loss
    return Score(-value if counts_down(name) else value, parts, -loss if math.isfinite(loss) else -math.inf)


def _by_objective(
    checkpoint: Weights, all_of_them: Sequence[Weights], history: History, objective: str | None
) -> Score:
    last = history.last_step or 0
    step = last if checkpoint.step == FINAL_STEP else checkpoint.step
    steps = [last if c.step == FINAL_STEP else c.step for c in all_of_them]
    before = max((s for s in steps if s < step), default=-1)
    if objective == "kto":
        margins, kl = (_mean(history, name, before, step) for name in ("rewards/margins", "kl"))
        if margins is None or kl is None:
            return Score(None)
        value = round(margins / max(kl, KL_FLOOR), 12)
        return Score(value, {"by": "margins ÷ kl", "value": value, "margins": margins, "kl": kl})
    if objective == "dpo":
        accuracy = _mean(history, "rewards/accuracies", before, step)
        return Score(None) if accuracy is None else Score(accuracy, {"by": "rewards/accuracies", "value": accuracy})
    loss = _mean(history, "loss", before, step)
    return Score(None) if loss is None else Score(-loss, {"by": "loss", "value": loss})


def _mean(history: History, name: str, after: int, until: int) -> float | None:
    values = [v for v in history.values_between(name, after, until) if math.isfinite(v)]
    return sum(values) / len(values) if values else None
