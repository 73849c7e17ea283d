"""JobConfiguration: the single source for YAML files, the form, ``--set``, the JSON schema and every backend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import BaseModel, Field, JsonValue, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from tuner.core.enums import MethodType, Objective, Precision
from tuner.core.issues import Issue, Severity
from tuner.core.job_sections import (
    DatasetsSection,
    HardwareSection,
    IntegrationsSection,
    MethodSection,
    ModelSection,
    OptimizationsSection,
    OptimizerSection,
    OutputSection,
    PreferenceSection,
    ScheduleSection,
    Section,
)
from tuner.core.ranges import ranges_for

OVERRIDE_KEY = "override_ranges"
"""metadata key: the dotted parameters whose hard range the user has set aside."""


class JobConfiguration(Section):
    """What one run is asked to do. Hard ranges hold unless ``metadata.override_ranges`` names the parameter.

    Raises:
        pydantic.ValidationError: an unknown key, a wrong type, a value out of range, or sections that contradict.
    """

    objective: Objective = Field(Objective.SFT, description="what is learned")
    model: ModelSection = Field(default_factory=ModelSection)
    datasets: DatasetsSection = Field(default_factory=DatasetsSection)
    method: MethodSection = Field(default_factory=MethodSection)
    schedule: ScheduleSection = Field(default_factory=ScheduleSection)
    optimizer: OptimizerSection = Field(default_factory=OptimizerSection)
    optimizations: OptimizationsSection = Field(default_factory=OptimizationsSection)
    preference: PreferenceSection = Field(default_factory=PreferenceSection)
    hardware: HardwareSection = Field(default_factory=HardwareSection)
    integrations: IntegrationsSection = Field(default_factory=IntegrationsSection)
    output: OutputSection = Field(default_factory=OutputSection)
    seed: int = Field(42, ge=0, le=2**32 - 1, description="seed of everything random")
    metadata: dict[str, JsonValue] = Field(default_factory=dict, description="backend-specific overrides")

    @model_validator(mode="after")
    def _consistent(self) -> JobConfiguration:
        issues = [*range_issues(self.model_dump(mode="json")), *_contradictions(self)]
        if issues:
            text = "; ".join(f"{i.path}: {i.message}" for i in issues)
            raise PydanticCustomError("job_issues", "{text}", {"text": text, "issues": issues})
        return self

    def __setattr__(self, name: str, value: object) -> None:
        """Assign; what is refused leaves the configuration as it was (pydantic alone keeps the refused value)."""
        before = self.__dict__.get(name)
        try:
            super().__setattr__(name, value)
        except ValidationError:
            if name in self.__dict__:
                self.__dict__[name] = before
            raise

    @property
    def overridden_ranges(self) -> frozenset[str]:
        return _overrides(self.metadata)


def range_issues(values: Mapping[str, object]) -> list[Issue]:
    """The numbers in a configuration, given as nested mappings, that lie beyond their hard range."""
    objective = values.get("objective")
    ranges = ranges_for(objective if isinstance(objective, str) else "sft")
    overridden = _overrides(values.get("metadata"))
    found = []
    for path, allowed in ranges.items():
        value = _at(values, path)
        if isinstance(value, bool) or not isinstance(value, int | float) or path in overridden:
            continue
        if not allowed.contains(value):
            found.append(
                Issue(
                    path=path,
                    severity=Severity.ERROR,
                    code="OUT_OF_RANGE",
                    message=f"{_shown(value)} is out of range ({allowed})",
                    hint=f"use {allowed}, or add {path} to metadata.{OVERRIDE_KEY} if you mean it",
                )
            )
    return found


def _shown(value: float) -> str:
    try:
        return f"{value:g}"
    except OverflowError:  # a whole number beyond what a float can hold
        return "a number of hundreds of digits"


def _overrides(metadata: object) -> frozenset[str]:
    names = metadata.get(OVERRIDE_KEY) if isinstance(metadata, Mapping) else None
    return frozenset(n for n in names if isinstance(n, str)) if isinstance(names, list) else frozenset()


def _at(values: Mapping[str, object], path: str) -> object:
    here: object = values
    for key in path.split("."):
        if not isinstance(here, Mapping):
            return None
        here = here.get(key)
    return here


def _contradictions(job: JobConfiguration) -> Iterator[Issue]:
    model, method = job.model, job.method.type
    if model.base_model and (model.architecture or model.size):
        yield _error(
            "model.architecture",
            "a model is either loaded (base_model) or built from scratch (architecture), not both",
            "remove model.base_model, or model.architecture and model.size",
        )
    if model.from_scratch and job.objective is not Objective.PRETRAIN:
        yield _error(
            "objective",
            f"a model built from scratch knows nothing yet; {job.objective.value} needs a base_model",
            "set objective: pretrain, or model.base_model",
        )
    if model.from_scratch and method is not MethodType.FULL:
        yield _error(
            "method.type",
            f"a model built from scratch trains all its weights, not {method.value}",
            "set method.type: full",
        )
    quantized = model.precision in {Precision.INT4, Precision.INT8}
    if quantized and method is not MethodType.QLORA:
        yield _error(
            "model.precision",
            f"{model.precision.value} means a quantized base, which only qlora can train",
            "set method.type: qlora, or model.precision: auto",
        )
    if method is MethodType.QLORA and not quantized and model.precision is not Precision.AUTO:
        yield _error(
            "model.precision",
            f"qlora trains on a quantized base; {model.precision.value} is not one",
            "set model.precision: int4 (or auto)",
        )
    overrides = job.metadata.get(OVERRIDE_KEY)
    if overrides is not None and not isinstance(overrides, list):
        yield _error(f"metadata.{OVERRIDE_KEY}", "must be a list of parameter paths", "e.g. [schedule.epochs]")


def _error(path: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code="CONTRADICTION", message=message, hint=hint)


def section_class(path: tuple[str, ...]) -> type[BaseModel] | None:
    """The model class of the section at a path of keys, or None where there is none."""
    here: type[BaseModel] = JobConfiguration
    for key in path:
        field = here.model_fields.get(key)
        if field is None:
            return None
        inner = _model_of(field.annotation)
        if inner is None:
            return None
        here = inner
    return here


def _model_of(annotation: object) -> type[BaseModel] | None:
    candidates = (annotation, *getattr(annotation, "__args__", ()))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
