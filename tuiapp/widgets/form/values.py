"""Values as the form shows them, and what is typed read as a value."""

from __future__ import annotations

from tuner.config.yaml_values import number_text
from tuner.core.fields import Field, FieldKind
from tuner.runs.text_tail import inert

NOTHING = "–"


def shown(value: object) -> str:
    """A value in one line; a dash where there is none."""
    if value is None or value == [] or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return inert(", ".join(str(v) for v in value) if isinstance(value, list) else str(value))


def as_typed(value: object) -> str:
    """A value as it stands in the field while it is written."""
    return "" if shown(value) == NOTHING else shown(value)


def range_text(field: Field) -> str:
    """ "1 to 256", "1 or more"; "" where everything goes."""
    low, high = field.minimum, field.maximum
    if low is not None and high is not None:
        return f"{_limit(low)} to {_limit(high)}"
    if low is not None:
        return f"{_limit(low)} or more"
    return f"at most {_limit(high)}" if high is not None else ""


def read_typed(field: Field, text: str) -> object:
    """What was typed, as the field's kind; None where nothing was (the default is meant).

    Raises:
        ValueError: it is not such a value; the message says what is expected.
    """
    text = text.strip()
    if not text:
        return None
    if field.kind is FieldKind.INTEGER:
        return _number(text, int, "a whole number")
    if field.kind is FieldKind.NUMBER:
        value = _number(text, float, "a number, such as 0.1 or 2e-4")
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError("expected a number that is finite")
        return value
    if field.kind is FieldKind.NAMES and "," in text:
        return [name.strip() for name in text.split(",") if name.strip()]
    return text


def _number(text: str, kind: type[int] | type[float], wanted: str) -> float:
    try:
        return kind(text.replace("_", ""))
    except ValueError as error:
        raise ValueError(f"expected {wanted}") from error


def _limit(value: float) -> str:
    return f"{int(value)}" if value == int(value) else number_text(value)
