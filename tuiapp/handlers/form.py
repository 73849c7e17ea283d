"""What a form over a configuration shows: each parameter with its value, its limits here, and why it cannot be set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tuner.config.yaml_edit import Keys
from tuner.config.yaml_text import Tree, YamlProblem, parse_mapping
from tuner.core.aliases import real_path
from tuner.core.backend_protocol import Capabilities, TrainingBackend
from tuner.core.fields import Field, custom_field, schema_fields
from tuner.core.issues import Issue, Severity
from tuner.core.job import OVERRIDE_KEY
from tuner.core.job_issues import parse_job


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of several. ``reason`` says why it cannot be had here; "" where it can."""

    value: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FieldState:
    """A parameter as it stands: ``value`` is the text's, else the default. ``keys`` is its place in the text.

    ``field`` has the limits that hold with this backend and model; ``disabled`` says why it would have no effect.
    """

    field: Field
    value: object
    is_set: bool
    keys: Keys
    choices: tuple[Choice, ...] = ()
    disabled: str = ""


@dataclass(frozen=True, slots=True)
class FormState:
    """All parameters in the schema's order, by path. ``problem`` is what keeps the text from being read."""

    backend: str
    backends: tuple[str, ...]
    fields: Mapping[str, FieldState] = field(default_factory=dict)
    problem: Issue | None = None

    def nearest(self, path: str) -> FieldState | None:
        """The parameter that a finding's path means: itself, the one it lies in, or the first of its section."""
        found = self.fields.get(path)
        if found is None and path:
            inside = (s for p, s in self.fields.items() if path.startswith(f"{p}."))
            below = (s for p, s in self.fields.items() if p.startswith(f"{path}."))
            found = next(inside, None) or next(below, None)
        return found


def form_state(text: str, backend: TrainingBackend, backends: Sequence[str]) -> FormState:
    """The form over a text, as one backend takes it."""
    try:
        tree = parse_mapping(text)[0]
    except YamlProblem as error:
        problem = Issue(path="", severity=Severity.ERROR, code="YAML_SYNTAX", message=error.message, line=error.line)
        return FormState(backend.name, tuple(backends), problem=problem)
    values = dict(_leaves(tree))
    job = parse_job(tree)[0]
    model = values.get("model.base_model", ((), None))[1]
    can = backend.capabilities(model if isinstance(model, str) else None)
    idle = backend.inapplicable(job) if job is not None else {}
    objective = values.get("objective", ((), None))[1]
    listed = [*schema_fields(objective if isinstance(objective, str) else "sft")]
    listed += [custom_field(name, parameter) for name, parameter in can.custom.items()]
    aside = _set_aside(tree)
    made = _Maker(backend.name, can, idle)
    return FormState(
        backend.name, tuple(backends), {f.path: made.state(_unlimited(f, aside), values.get(f.path)) for f in listed}
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    backend: str
    can: Capabilities
    idle: Mapping[str, str]

    def state(self, field: Field, found: tuple[Keys, object] | None) -> FieldState:
        keys, value = found if found is not None else (tuple(field.path.split(".")), field.default)
        narrowed = self.can.ranges.get(field.path)
        if narrowed is not None:
            low, high = narrowed
            low = low if field.minimum is None else max(low, field.minimum)
            high = high if field.maximum is None else min(high, field.maximum)
            field = replace(field, minimum=low, maximum=high)
        choices = tuple(Choice(c, self._choice_reason(field.path, c)) for c in field.choices)
        return FieldState(field, value, found is not None, keys, choices, self._reason(field, choices))

    def _reason(self, field: Field, choices: tuple[Choice, ...]) -> str:
        why = _at_or_above(self.can.unsupported, field.path)
        if why:
            return f"the {self.backend} backend leaves it out: {why}"
        why = _at_or_above(self.idle, field.path)
        if not why and choices and all(c.reason for c in choices):
            why = f"the {self.backend} backend has none of them"
        return why

    def _choice_reason(self, path: str, choice: str) -> str:
        allowed: dict[str, Iterable[str]] = {
            "objective": self.can.objectives,
            "method.type": self.can.methods,
            "model.precision": self.can.precisions,
            "optimizations.enabled": self.can.optimizations,
        }
        if path in allowed and choice not in allowed[path]:
            return f"the {self.backend} backend has no {choice}"
        return self.idle.get(f"{path}.{choice}", "")


def values_of(text: str) -> dict[str, object]:
    """Each parameter that a text gives, by its own name; {} where the text is not YAML."""
    try:
        return {path: value for path, (_, value) in _leaves(parse_mapping(text)[0])}
    except YamlProblem:
        return {}


def _leaves(tree: Tree, place: Keys = ()) -> Iterable[tuple[str, tuple[Keys, object]]]:
    """Each value by the parameter it means, with its own place; a real name comes last, so that it rules."""
    for key, value in sorted(tree.items(), key=lambda item: _is_real((*place, item[0]))):
        keys = (*place, key)
        if isinstance(value, dict):
            yield from _leaves(value, keys)
        elif value is not None:
            yield real_path(".".join(keys)), (keys, value)


def _is_real(keys: Keys) -> bool:
    path = ".".join(keys)
    return real_path(path) == path


def _set_aside(tree: Tree) -> frozenset[str]:
    metadata = tree.get("metadata")
    names = metadata.get(OVERRIDE_KEY) if isinstance(metadata, dict) else None
    return frozenset(n for n in names if isinstance(n, str)) if isinstance(names, list) else frozenset()


def _unlimited(field: Field, aside: frozenset[str]) -> Field:
    """The field without its limits where the person has set them aside."""
    return replace(field, minimum=None, maximum=None) if field.path in aside else field


def _at_or_above(reasons: Mapping[str, str], path: str) -> str:
    """The reason given for a parameter or for a section that it lies in."""
    parts = path.split(".")
    return next((reasons[p] for n in range(len(parts), 0, -1) if (p := ".".join(parts[:n])) in reasons), "")
