"""Configurations by the thousand: valid, nearly valid and wild, each drawn from one number, which costs little."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from tuner.core.aliases import ALIASES
from tuner.core.enums import (
    DatasetFormat,
    Device,
    LoraVariant,
    MethodType,
    Objective,
    Optimization,
    OptimizerType,
    Precision,
    SchedulerType,
    TrainOnInputs,
)
from tuner.core.ranges import PARAMETER_RANGES

Tree = dict[str, object]

_ENUMS: dict[str, type] = {
    "objective": Objective,
    "model.precision": Precision,
    "datasets.format": DatasetFormat,
    "method.type": MethodType,
    "method.lora.variant": LoraVariant,
    "schedule.train_on_inputs": TrainOnInputs,
    "optimizer.type": OptimizerType,
    "optimizer.scheduler.type": SchedulerType,
    "hardware.device": Device,
}
_WHOLE = ("schedule.max_steps", "schedule.save_steps", "schedule.eval_steps", "schedule.logging_steps", "seed")
_OTHERS = (
    "model.revision",
    "model.parent",
    "model.architecture",
    "model.size",
    "model.tokenizer",
    "datasets.validation",
    "datasets.validation_fraction",
    "schedule.early_stopping_patience",
    "method.lora.trainable_modules",
    "preference.beta",
    "hardware.num_gpus",
    "hardware.gpu_type",
    "integrations.wandb",
    "integrations.huggingface",
    "output.suffix",
    "metadata.probe",
    "metadata.attention",
    "metadata.override_ranges",
    "metadata.distributed",
    "metadata.train_on_turns",
)
_KEYS = [*_ENUMS, *PARAMETER_RANGES, *_WHOLE, *_OTHERS]
_ODD: tuple[Callable[[random.Random], object], ...] = (
    lambda r: None,
    lambda r: r.choice([True, False]),
    lambda r: r.choice([0, -1, 1, 2, 10**6, 2**63, -(2**70), 10**400]),
    lambda r: r.choice([0.5, -0.0, 1e308, float("inf"), float("-inf"), float("nan"), 1e-320]),
    lambda r: r.choice(["", " ", "auto", "1", "lora", "q_proj", "(", "[a-", "\0", "\ud800", "x" * 300, "../..", "~"]),
    lambda r: r.choice([[], [None], ["q_proj", "v_proj"], [["a"]], [1, "a"], ["schedule.epochs"]]),
    lambda r: r.choice([{}, {"a": 1}, {"": None}, {"project": "p"}, {"repo_id": "u/n"}, {"type": {"type": 1}}]),
)


def wild_tree(number: int, models: list[Path]) -> Tree:
    """A configuration's tree. About a third is valid; the others have up to four things wrong with them."""
    drawn = random.Random(number)
    tree: Tree = {}
    put(tree, "model.base_model", str(drawn.choice(models)) if drawn.random() < 0.9 else "acme/unknown")
    put(tree, "datasets.training", "/nowhere/data.jsonl")
    for key in drawn.sample(_KEYS[: -len(_OTHERS)], drawn.randint(0, 12)):
        put(tree, key, _fitting(drawn, key))
    put(tree, "optimizations.enabled", drawn.sample([o.value for o in Optimization], drawn.randint(0, 4)))
    for _ in range(max(0, drawn.randint(-2, 4))):
        _spoil(drawn, tree)
    return tree


def put(tree: Tree, path: str, value: object) -> None:
    """Set a value at a dotted path; what stands in the way is replaced."""
    *sections, last = path.split(".")
    here = tree
    for name in sections:
        inner = here.get(name)
        if not isinstance(inner, dict):
            inner = here[name] = {}
        here = inner
    here[last] = value


def _fitting(drawn: random.Random, key: str) -> object:
    if key in _ENUMS:
        return drawn.choice(list(_ENUMS[key])).value
    known = PARAMETER_RANGES.get(key)
    if known is None:
        return drawn.choice([1, 2, 7, 100, 10**5])
    if known.integer:
        return drawn.choice(
            [
                int(known.minimum),
                int(known.maximum),
                drawn.randint(int(known.minimum), int(min(known.maximum, 8 * known.minimum + 8))),
            ]
        )
    return drawn.choice([known.minimum, known.maximum, drawn.uniform(known.minimum, known.maximum)])


def _spoil(drawn: random.Random, tree: Tree) -> None:
    odd = drawn.choice(_ODD)(drawn)
    way = drawn.randrange(6)
    if way < 3:
        put(tree, drawn.choice(_KEYS), odd)
    elif way == 3:
        put(tree, drawn.choice(list(ALIASES)), odd)
    elif way == 4:
        put(tree, drawn.choice(["model", "schedule", "method", "optimizer", "metadata", "optimizations"]), odd)
    else:
        put(
            tree,
            f"{drawn.choice(['', 'schedule.', 'metadata.', 'optimizer.'])}{drawn.choice(['batchsize', 'x', 'é'])}",
            odd,
        )
