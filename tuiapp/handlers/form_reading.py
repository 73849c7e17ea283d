"""The form of a configuration's text, read with what the workspace knows; and the changes that it brings back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tuiapp.handlers.context import Context
from tuiapp.handlers.form import FieldState, FormState, form_state, values_of
from tuiapp.handlers.train import backend_of
from tuner.config.load import parse_job_text
from tuner.config.yaml_edit import Default, Keys, set_values
from tuner.core.errors import ConfigurationError
from tuner.core.fields import schema_fields
from tuner.core.job import JobConfiguration

_ORDER = tuple(JobConfiguration.model_fields)


@dataclass(frozen=True, slots=True)
class Edit:
    """Another value for the parameter that stands at ``keys``; None means its ``default``."""

    keys: Keys
    value: object
    default: object


@dataclass(frozen=True, slots=True)
class Difference:
    """A parameter that one text gives otherwise than another; None where a text leaves it at its default."""

    path: str
    before: object
    after: object


def edit_of(state: FieldState, value: object) -> Edit:
    """The edit that gives a parameter a value, None: its default."""
    return Edit(state.keys, value, state.field.default)


def with_edits(text: str, edits: Mapping[str, Edit]) -> tuple[str, list[str]]:
    """The text with the edits made, and in words those that cannot be made in it."""
    problems = []
    for edit in edits.values():
        value = Default(edit.default) if edit.value is None else edit.value
        try:
            text = set_values(text, {edit.keys: value}, order=_ORDER)
        except ConfigurationError as error:
            problems.append(f"{error.message}: {error.hint}")
    return text, problems


def read_form(context: Context, text: str, backend: str | None) -> FormState:
    """The form over a text. ``backend`` None: the one that the text's device means, else the usual one.

    Raises:
        ConfigurationError: there is no such backend.
        BackendError: its package is broken.
    """
    if backend is None:
        job = parse_job_text(text).job
        backend = (backend_of(job) if job is not None else None) or context.default_backend()
    return form_state(text, context.backends.get(backend), context.backends.names())


def differences(before: str, after: str) -> list[Difference]:
    """The parameters that two texts give differently, in the schema's order."""
    old, new = values_of(before), values_of(after)
    defaults = {f.path: f.default for f in schema_fields()}
    known = [*defaults, *sorted((old.keys() | new.keys()) - defaults.keys())]
    return [
        Difference(path, old.get(path), new.get(path))
        for path in known
        if old.get(path, defaults.get(path)) != new.get(path, defaults.get(path))
    ]
