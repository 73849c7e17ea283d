"""From one value of a number to the next, in strides that suit what it counts."""

from __future__ import annotations

import math

from tuner.core.fields import Field, FieldKind

_DOUBLED = {"rank", "alpha", "batch_size", "gradient_accumulation", "sequence_length"}
_BY_DECADES = {"learning_rate", "weight_decay", "beta"}
_LEAST = 1e-7
"""The smallest number above zero that decades reach."""


def stepped(field: Field, value: object, way: int, *, fine: bool = False) -> float | None:
    """The next value up (way 1) or down (−1) within the limits; ``fine`` takes the smallest stride that makes sense.

    None: nothing; below the smallest value of a number that need not be given.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _first(field) if way > 0 or value is not None else None
    if field.default is None and way < 0 and field.minimum is not None and value <= field.minimum:
        return None
    name = field.path.rpartition(".")[2]
    if fine:
        new = value + way * _fine(field, value)
    elif name in _DOUBLED:
        new = _doubled(value, way)
    elif name in _BY_DECADES or (field.kind is FieldKind.INTEGER and field.maximum is None):
        new = _decades(value, way)
    else:
        new = value + way * (1 if field.kind is FieldKind.INTEGER else _share(field))
    new = max(new, field.minimum) if field.minimum is not None else new
    new = min(new, field.maximum) if field.maximum is not None else new
    return round(new) if field.kind is FieldKind.INTEGER else _rounded(new)


def _first(field: Field) -> float:
    """Where stepping begins at a number that is not given."""
    start = field.default if isinstance(field.default, int | float) else field.minimum
    start = 100 if field.unit == "steps" and field.default is None else start or 0
    return int(start) if field.kind is FieldKind.INTEGER else float(start)


def _doubled(value: float, way: int) -> float:
    """The next power of two."""
    if value < 1:
        return 1
    exponent = math.log2(value)
    return float(2 ** (math.floor(exponent) + 1 if way > 0 else math.ceil(exponent) - 1))


def _decades(value: float, way: int) -> float:
    """1, 2, 5, 10, 20 …; below the smallest, zero."""
    if value <= 0:
        return _LEAST if way > 0 else value
    exponent = math.floor(math.log10(value) + 1e-9)
    around = [m * 10.0**e for e in (exponent - 1, exponent, exponent + 1) for m in (1, 2, 5)]
    if way > 0:
        return min(v for v in around if v > value * (1 + 1e-9))
    lower = max(v for v in around if v < value * (1 - 1e-9))
    return lower if lower >= _LEAST * (1 - 1e-9) else 0.0


def _fine(field: Field, value: float) -> float:
    if field.kind is FieldKind.INTEGER:
        return 1
    if field.path.rpartition(".")[2] in _BY_DECADES and value > 0:
        return float(10.0 ** (math.floor(math.log10(value) + 1e-9) - 1))
    return 0.01


def _share(field: Field) -> float:
    return 0.05 if field.maximum is not None and field.maximum <= 1 else 0.1


def _rounded(value: float) -> float:
    return float(f"{value:.10g}")
