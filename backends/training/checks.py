"""The second layer of validation: does this backend honour every parameter that was given?"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from backends.training.context import PATH as CONTEXT
from tuner.core.backend_protocol import Capabilities, CustomParameter
from tuner.core.enums import Objective
from tuner.core.issues import Issue, Severity
from tuner.core.job import OVERRIDE_KEY, JobConfiguration


def capability_issues(name: str, job: JobConfiguration, can: Capabilities) -> Iterator[Issue]:
    """What the backend cannot do is an error; what it would leave out is a warning that needs a yes."""
    if job.objective not in can.objectives:
        yield _error(
            "objective",
            "UNSUPPORTED_OBJECTIVE",
            f"the {name} backend cannot do {job.objective.value}",
            f"it can do {', '.join(can.objectives) or 'nothing yet'}",
        )
    if job.method.type not in can.methods:
        yield _error(
            "method.type",
            "UNSUPPORTED_METHOD",
            f"the {name} backend cannot do {job.method.type.value}",
            f"it can do {', '.join(can.methods) or 'nothing yet'}",
        )
    if job.model.precision not in can.precisions:
        yield _error(
            "model.precision",
            "UNSUPPORTED_PRECISION",
            f"the {name} backend cannot use {job.model.precision.value}",
            f"it can use {', '.join(can.precisions)}",
        )
    values = job.model_dump(mode="json")
    yield from _required(name, values, can)
    for path, (low, high) in can.ranges.items():
        if path == CONTEXT and high == can.context_length:
            continue  # the job's own range was looked at already; beyond the model's context is a warning of its own
        value = value_at(values, path)
        if isinstance(value, int | float) and not low <= value <= high:
            yield _error(
                path,
                "OUT_OF_RANGE",
                f"{str(value)[:20]} is out of the {name} backend's range",
                f"use {low:g} to {high:g}",
            )
    for optimization in job.optimizations.enabled:
        if optimization not in can.optimizations:
            yield _ignored(
                "optimizations.enabled", f"the {name} backend has no {optimization.value}; it would be left out"
            )
    defaults = JobConfiguration.model_construct().model_dump(mode="json")
    for path, why in can.unsupported.items():
        if value_at(values, path) != value_at(defaults, path):
            yield _ignored(path, f"the {name} backend would leave it out: {why}")
    for key, value in job.metadata.items():
        if key != OVERRIDE_KEY:
            yield from _custom(name, key, value, can.custom)
    if job.objective is Objective.KTO and job.schedule.batch_size < 2 and job.metadata.get("kto_loss", "kto") == "kto":
        yield _error(
            "schedule.batch_size",
            "KTO_BATCH",
            "KTO needs at least 2 examples a batch: its KL term pairs each with its neighbour",
            "use 2 or more",
        )


def value_at(values: object, path: str) -> object:
    """The value at a dotted path of nested mappings, or None."""
    for key in path.split("."):
        values = values.get(key) if isinstance(values, dict) else None
    return values


def _required(name: str, values: object, can: Capabilities) -> Iterator[Issue]:
    for path in can.required:
        if value_at(values, path) in (None, ""):
            yield _error(path, "MISSING", f"the {name} backend needs {path}", f"add {path} to the configuration")


def _custom(name: str, key: str, value: object, known: dict[str, CustomParameter]) -> Iterator[Issue]:
    path = f"metadata.{key}"
    parameter = known.get(key)
    if parameter is None:
        close = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean {close[0]}?" if close else f"it knows {', '.join(known) or 'none'}"
        yield _error(path, "UNKNOWN_KEY", f"the {name} backend knows no parameter {key!r}", hint)
        return
    kinds: dict[str, type | tuple[type, ...]] = {"int": int, "float": (int, float), "bool": bool, "str": str}
    kind = kinds[parameter.kind]
    if not isinstance(value, kind) or (isinstance(value, bool) and parameter.kind != "bool"):
        yield _error(path, "WRONG_TYPE", f"{value!r} is not of type {parameter.kind}", parameter.help)
    elif isinstance(value, int | float) and (
        (parameter.minimum is not None and value < parameter.minimum)
        or (parameter.maximum is not None and value > parameter.maximum)
    ):
        yield _error(path, "OUT_OF_RANGE", f"{value!r} is out of range", f"{parameter.minimum} to {parameter.maximum}")
    elif parameter.choices and value not in parameter.choices:
        yield _error(path, "BAD_VALUE", f"unknown value {value!r}", f"use one of {', '.join(parameter.choices)}")


def _error(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=code, message=message, hint=hint)


def _ignored(path: str, message: str) -> Issue:
    return Issue(
        path=path,
        severity=Severity.WARNING,
        code="NOT_HONOURED",
        message=message,
        hint="remove it, or accept that it has no effect (--accept NOT_HONOURED)",
    )
