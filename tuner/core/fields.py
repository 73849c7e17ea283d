"""The parameters of a configuration one by one, as a form needs them: kind, choices, limits, default, unit, help.

All of it comes from the schema and from PARAMETER_RANGES; nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from functools import cache
from types import NoneType

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tuner.core.backend_protocol import CustomParameter
from tuner.core.job import JobConfiguration
from tuner.core.ranges import ranges_for

ESSENTIAL = (
    "objective",
    "model.base_model",
    "model.parent",
    "datasets.training",
    "datasets.validation",
    "method.type",
    "method.lora.rank",
    "schedule.epochs",
    "schedule.batch_size",
    "schedule.gradient_accumulation",
    "schedule.sequence_length",
    "optimizer.learning_rate",
)
"""What every run is asked; the rest has a default that is mostly right."""

_UNITS = {
    "sequence_length": "tokens",
    "batch_size": "examples",
    "gradient_accumulation": "batches",
    "max_steps": "steps",
    "save_steps": "steps",
    "eval_steps": "steps",
    "logging_steps": "steps",
    "early_stopping_patience": "evaluations",
}


class FieldKind(StrEnum):
    """What is written into a field."""

    INTEGER = "whole number"
    NUMBER = "number"
    CHOICE = "choice"
    CHECK = "yes or no"
    CHECKS = "any of several"
    TEXT = "text"
    NAMES = "a word, or names by commas"


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter. ``default`` is a plain value (None: nothing); limits are None where there are none."""

    path: str
    kind: FieldKind
    help: str
    default: object = None
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""

    @property
    def section(self) -> str:
        """The first key of the path."""
        return self.path.partition(".")[0]

    @property
    def is_number(self) -> bool:
        return self.kind in {FieldKind.INTEGER, FieldKind.NUMBER}


@cache
def schema_fields(objective: str = "sft") -> tuple[Field, ...]:
    """Every parameter of the schema, in its order, with the ranges that hold for an objective."""
    ranges = ranges_for(objective)
    found = []
    for field in _fields(JobConfiguration, ""):
        allowed = ranges.get(field.path)
        if allowed is not None:
            field = replace(field, minimum=allowed.minimum, maximum=allowed.maximum)
        found.append(field)
    return tuple(found)


def custom_field(name: str, parameter: CustomParameter) -> Field:
    """A backend's own parameter, which stands under ``metadata``."""
    kinds = {"int": FieldKind.INTEGER, "float": FieldKind.NUMBER, "bool": FieldKind.CHECK}
    return Field(
        f"metadata.{name}",
        FieldKind.CHOICE if parameter.choices else kinds.get(parameter.kind, FieldKind.TEXT),
        parameter.help,
        parameter.default,
        tuple(parameter.choices),
        minimum=parameter.minimum,
        maximum=parameter.maximum,
    )


def _fields(model: type[BaseModel], place: str) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        path = f"{place}.{name}" if place else name
        members = _members(info)
        inner = next((m for m in members if issubclass(m, BaseModel)), None)
        if inner is not None:
            yield from _fields(inner, path)
        elif path != "metadata":  # a backend's own parameters; it says which there are
            yield _field(path, info, members)


def _members(info: FieldInfo) -> list[type]:
    """The classes an annotation is made of, without None: ``list[X] | None`` is list, X."""
    left, found = [info.annotation], []
    while left:
        one = left.pop(0)
        if isinstance(one, type) and one is not NoneType:
            found.append(one)
        left += [a for a in getattr(one, "__args__", ()) if not isinstance(a, str)]
    return found


def _field(path: str, info: FieldInfo, members: list[type]) -> Field:
    enum = next((m for m in members if issubclass(m, Enum)), None)
    listed = "list[" in str(info.annotation)
    choices = tuple(str(m.value) for m in enum) if enum is not None else ()
    if choices:
        kind = FieldKind.CHECKS if listed else FieldKind.CHOICE
    elif listed:
        kind = FieldKind.NAMES
    elif bool in members:
        kind = FieldKind.CHECK
    elif int in members:
        kind = FieldKind.INTEGER
    else:
        kind = FieldKind.NUMBER if float in members else FieldKind.TEXT
    low, high = _limits(info)
    unit = _UNITS.get(path.rpartition(".")[2], "")
    return Field(path, kind, info.description or "", _plain_default(info), choices, low, high, unit)


def _limits(info: FieldInfo) -> tuple[float | None, float | None]:
    """The limits that the schema itself sets."""
    low = high = None
    for rule in info.metadata:
        low = next((v for v in (getattr(rule, "ge", None), getattr(rule, "gt", None)) if v is not None), low)
        high = next((v for v in (getattr(rule, "le", None), getattr(rule, "lt", None)) if v is not None), high)
    return low, high


def _plain_default(info: FieldInfo) -> object:
    value = None if info.is_required() else info.get_default(call_default_factory=True)
    return value.value if isinstance(value, Enum) else value
