"""Which metrics go into which chart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_EVAL = "eval_"
_SYSTEM = "system/"
_WHOSE = re.compile(r"(?<=/)(gpu\d+|trainer|host)_")
"""Of a metric of the machine, whose it is; a GPU's are drawn together with those of the others."""


@dataclass(frozen=True)
class Group:
    """Metrics that are looked at together, by their names in the log."""

    names: tuple[str, ...]
    percent: bool = False


TELLING: tuple[Group, ...] = (
    Group(("loss", "eval_loss")),
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
"""What is shown first, the most telling before the others."""


_COUNTERS = ("epoch", "num_tokens", "num_input_tokens_seen", "total_tokens", "total_flos")
"""They only grow, and x can be most of them: shown where they are asked for."""

_SHORT = {
    "learning_rate": "lr",
    "eval_loss": "eval loss",
    "eval_exact_match": "exact match",
    "grad_norm": "gradient norm",
}
"""What metrics are called elsewhere on the screen."""


def groups_of(names: Sequence[str], *, counters: bool = False) -> list[Group]:
    """The charts of a run with these metrics: the telling ones, then every other, beside its evaluation.

    Args:
        counters: also those that only count.
    """
    present = {n for n in names if counters or n not in _COUNTERS}
    made = [Group(kept, g.percent) for g in TELLING if (kept := tuple(n for n in g.names if n in present))]
    shown = {n for g in made for n in g.names}
    for name in names:
        if name in present and name not in shown and not name.startswith(_SYSTEM):
            base = name.removeprefix(_EVAL)
            pair = (base, _EVAL + base)
            kept = tuple(n for n in pair if n in present and n not in shown)
            made.append(Group(kept))
            shown |= set(kept)
    return made + _of_the_machine([n for n in names if n in present and n.startswith(_SYSTEM)])


def _of_the_machine(names: Sequence[str]) -> list[Group]:
    """How busy the machine was, last: all GPUs in one chart, the trainer beside its host."""
    of_kind: dict[str, list[str]] = {}
    for name in names:
        whose = "gpu_" if name.startswith("system/gpu") else ""
        of_kind.setdefault(_WHOSE.sub(whose, name), []).append(name)
    return [Group(tuple(kept)) for kept in of_kind.values()]


def matching(groups: Sequence[Group], pattern: str) -> list[Group]:
    """The groups with only those metrics in whose name, full or short, the regular expression is found in any case."""
    found = compiled(pattern)
    kept = (
        Group(tuple(n for n in g.names if found.search(n) or found.search(_SHORT.get(n, ""))), g.percent)
        for g in groups
    )
    return [g for g in kept if g.names]


def compiled(pattern: str) -> re.Pattern[str]:
    """The regular expression; what is none is sought as it stands."""
    try:
        return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return re.compile(re.escape(pattern), re.IGNORECASE)


def is_regular(pattern: str) -> bool:
    """Whether it is a regular expression."""
    return compiled(pattern).pattern == pattern


def split_for_overlay(groups: Sequence[Group]) -> list[Group]:
    """One metric a chart, beside its evaluation: the lines of a chart are runs then."""
    made = []
    for group in groups:
        left = list(group.names)
        while left:
            base = left[0].removeprefix(_EVAL)
            kept = tuple(n for n in left if n in (base, _EVAL + base))
            made.append(Group(kept, group.percent))
            left = [n for n in left if n not in kept]
    return made
