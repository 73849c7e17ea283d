"""The richer half of a training backend: what it can do, how it translates a job, how it starts one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, Field, JsonValue

from tuner.core.enums import MethodType, Objective, Optimization, Precision
from tuner.core.interfaces import ITrainingBackend
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration


class CustomParameter(BaseModel):
    """A key a backend understands under ``metadata``. ``kind``: int, float, bool, str; of ``choices`` where named."""

    kind: str
    help: str
    default: JsonValue = None
    minimum: float | None = None
    maximum: float | None = None
    choices: list[str] = Field(default_factory=list)


class Capabilities(BaseModel):
    """What a backend can do. ``ranges`` narrows PARAMETER_RANGES: path → (minimum, maximum)."""

    objectives: list[Objective]
    methods: list[MethodType]
    precisions: list[Precision]
    optimizations: list[Optimization]
    ranges: dict[str, tuple[float, float]] = Field(default_factory=dict)
    required: list[str] = Field(default_factory=list)
    unsupported: dict[str, str] = Field(default_factory=dict, description="parameter → why it is not honoured")
    custom: dict[str, CustomParameter] = Field(default_factory=dict)
    context_length: int | None = Field(None, description="tokens the named model was made for, where known")


class Translation(BaseModel):
    """A job as the trainer will read it. ``changes`` says in words what was dropped or changed on the way."""

    trainer: str
    payload: dict[str, JsonValue]
    changes: list[str] = Field(default_factory=list)


class Estimate(BaseModel):
    """A forecast: memory in bytes by part, time in seconds; unknown is None.

    ``total_bytes`` is what is held at most at once, less than the sum of the parts, which do not all stand together; it
    lies between ``low_bytes`` and ``high_bytes``. ``available_bytes`` is what this machine has free. ``tokens`` are
    those of the whole run.
    """

    memory_bytes: dict[str, int] = Field(default_factory=dict)
    steps: int | None = None
    tokens: int | None = None
    seconds: float | None = None
    seconds_low: float | None = None
    seconds_high: float | None = None
    total_bytes: int | None = None
    low_bytes: int | None = None
    high_bytes: int | None = None
    available_bytes: int | None = None
    confidence: str = "unknown"


class LaunchPlan(BaseModel):
    """How the supervisor starts the trainer: ``environment`` is set, ``passed_on`` names what is inherited."""

    argv: list[str]
    cwd: Path
    environment: dict[str, str] = Field(default_factory=dict)
    passed_on: list[str] = Field(default_factory=list)


class TrainingBackend(ITrainingBackend):
    """A training backend, both halves. Paths in a job are absolute by the time they get here."""

    @abstractmethod
    def capabilities(self, model: str | None = None) -> Capabilities:
        """What this backend can do, with the model's own limits where one is named."""

    @abstractmethod
    def validate_configuration(self, job: JobConfiguration) -> list[Issue]:
        """The second layer of validation: does this backend honour every parameter given?"""

    def inapplicable(self, job: JobConfiguration) -> dict[str, str]:
        """Parameters and sections without effect beside the job's other choices: path → why."""
        return {}

    @abstractmethod
    def translate_configuration(self, job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
        """The job in the trainer's own terms. ``facts`` holds training_rows and validation_rows where known."""

    @abstractmethod
    def estimate(self, job: JobConfiguration, facts: Mapping[str, int]) -> Estimate:
        """A forecast of memory and time."""

    @abstractmethod
    def launch_plan(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> LaunchPlan:
        """The command that trains in ``run_dir`` from the payload that will stand there."""

    def use_interpreter(self, python_path: str) -> None:  # optional: not every backend has one
        """Judge and translate from here on for training in that interpreter."""
