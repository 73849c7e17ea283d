"""Job configurations, written down shortly or drawn by Hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tuner.core.enums import (
    DatasetFormat,
    LoraVariant,
    MethodType,
    Objective,
    Optimization,
    OptimizerType,
    Precision,
    SchedulerType,
    TrainOnInputs,
)
from tuner.core.job import JobConfiguration
from tuner.core.ranges import PARAMETER_RANGES

Tree = dict[str, object]


def job(**sections: object) -> JobConfiguration:
    """A small SFT job; a section given replaces that of the same name, key by key."""
    tree: dict[str, object] = {
        "objective": "sft",
        "model": {"base_model": "acme/tiny"},
        "datasets": {"training": "/data/train.jsonl"},
        "method": {"type": "lora"},
    }
    for name, value in sections.items():
        before = tree.get(name)
        tree[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return JobConfiguration.model_validate(tree)


def _within(path: str) -> SearchStrategy[int] | SearchStrategy[float]:
    known = PARAMETER_RANGES[path]
    if known.integer:
        return st.integers(int(known.minimum), int(known.maximum))
    return st.floats(known.minimum, known.maximum)


def _section(prefix: str, **others: SearchStrategy[object]) -> SearchStrategy[Tree]:
    named = {p.rpartition(".")[2]: _within(p) for p in PARAMETER_RANGES if p.rpartition(".")[0] == prefix}
    return st.fixed_dictionaries({}, optional={**named, **others})


_text = st.text(max_size=12)
_steps = st.none() | st.integers(1, 10**6)


@st.composite
def jobs(draw: st.DrawFn) -> JobConfiguration:
    """Any valid configuration of a model that is loaded, not built from scratch."""
    method = draw(st.sampled_from(MethodType))
    quantized = [Precision.AUTO, Precision.INT4, Precision.INT8]
    plain = [p for p in Precision if p not in {Precision.INT4, Precision.INT8}]
    lora = _section(
        "method.lora",
        variant=st.sampled_from(LoraVariant),
        trainable_modules=_text | st.lists(_text, max_size=3),
    )
    scheduler = _section("optimizer.scheduler", type=st.sampled_from(SchedulerType))
    schedule = _section(
        "schedule",
        max_steps=_steps,
        save_steps=_steps,
        eval_steps=_steps,
        logging_steps=st.integers(1, 1000),
        early_stopping_patience=_steps,
        train_on_inputs=st.sampled_from(TrainOnInputs),
    )
    return JobConfiguration.model_validate(
        {
            "objective": draw(st.sampled_from(Objective)),
            "model": {
                "base_model": draw(st.none() | _text),
                "precision": draw(st.sampled_from(quantized if method is MethodType.QLORA else plain)),
                "parent": draw(st.none() | _text),
                "revision": draw(st.none() | _text),
            },
            "datasets": {
                "training": draw(st.none() | _text),
                "validation_fraction": draw(st.floats(0.0, 0.99)),
                "format": draw(st.sampled_from(DatasetFormat)),
            },
            "method": {"type": method, "lora": draw(lora)},
            "schedule": draw(schedule),
            "optimizer": {
                **draw(_section("optimizer", type=st.sampled_from(OptimizerType))),
                "scheduler": draw(scheduler),
            },
            "optimizations": {"enabled": draw(st.lists(st.sampled_from(Optimization), unique=True))},
            "preference": {"beta": draw(st.floats(0.01, 10))},
            "seed": draw(st.integers(0, 2**32 - 1)),
            "metadata": draw(
                st.dictionaries(_text.filter(lambda k: k != "override_ranges"), st.integers(), max_size=2)
            ),
        }
    )


facts = st.fixed_dictionaries(
    {}, optional={"training_rows": st.integers(0, 10**7), "validation_rows": st.integers(0, 10**6)}
)
