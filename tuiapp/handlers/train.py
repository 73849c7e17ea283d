"""Planning and starting a training run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tuiapp.handlers.context import Context
from tuiapp.handlers.forecast import forecast
from tuiapp.handlers.plan_issues import distinct, refuse_unaccepted
from tuiapp.handlers.run_spec import run_spec
from tuiapp.handlers.token_findings import token_findings
from tuner.config.load import lines_of, parse_job_text, with_lines
from tuner.core.backend_protocol import Estimate, TrainingBackend, Translation
from tuner.core.enums import Device
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.core.interfaces import IHandler
from tuner.core.issues import Issue, has_errors
from tuner.core.job import JobConfiguration
from tuner.data.checks import dataset_issues, model_issues
from tuner.data.report import DatasetReport
from tuner.discovery.resolve import resolve_job
from tuner.jobs.start import start_supervisor
from tuner.jobs.submit import Launch, create_run

if TYPE_CHECKING:
    from tuner.data.token_report import TokenReport


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """A configuration's text and what was said beside it. ``backend`` None: the preset's, else the default."""

    text: str
    backend: str | None = None
    sets: Sequence[str] = ()
    name: str | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """What would run. ``job`` and ``translation`` are None where an issue is an error.

    ``tokens``: the training rows in the model's tokens; None where they could not be counted.
    """

    request: TrainRequest
    backend: str
    issues: list[Issue]
    job: JobConfiguration | None = None
    translation: Translation | None = None
    estimate: Estimate = field(default_factory=Estimate)
    parent_run: str | None = None
    reports: list[DatasetReport] = field(default_factory=list)
    python_path: str = ""
    facts: dict[str, int] = field(default_factory=dict)
    tokens: TokenReport | None = None

    @property
    def ok(self) -> bool:
        return not has_errors(self.issues)

    def as_dict(self, launch: Launch | None) -> dict[str, object]:
        """The object of `train --dry-run`."""
        return {
            "issues": [i.as_dict() for i in self.issues],
            "backend": self.backend,
            "payload": self.translation.payload if self.translation else None,
            "changes": self.translation.changes if self.translation else [],
            "estimate": self.estimate.model_dump(),
            "argv": launch.argv if launch else None,
        }


class TrainHandler(IHandler):
    """Plan → submit → start. ``handle`` does all three for one request and returns the exit code."""

    def __init__(self, context: Context, request: TrainRequest | None = None, accept: Sequence[str] = ()) -> None:
        self.context = context
        self.request = request
        self.accept = accept

    @property
    def name(self) -> str:
        return "train"

    def can_handle_direct_mode(self) -> bool:
        return self.request is not None

    def handle(self) -> int:
        if self.request is None:
            raise ConfigurationError("nothing was asked to be trained", hint="give a TrainRequest")
        self.start(self.submit(self.plan(self.request), self.accept))
        return 0

    def plan(self, request: TrainRequest) -> TrainPlan:
        """Validate in three layers and translate. Issues carry the line of the request's text.

        Raises:
            ConfigurationError: a ``--set`` is malformed, or the backend is unknown.
        """
        loaded = parse_job_text(request.text, request.sets)
        backend_name = request.backend or (backend_of(loaded.job) if loaded.job else None)
        backend_name = backend_name or self.context.default_backend()
        backend = self.context.backends.get(backend_name)
        python_path = self.context.settings.python_path(backend_name)
        issues = list(loaded.issues)
        if loaded.job is None:
            return TrainPlan(request, backend_name, issues, python_path=python_path)
        job, parent_run, found = resolve_job(loaded.job, self.context.workspace)
        issues += found
        issues += backend.validate_configuration(job)
        from_data, facts, reports = dataset_issues(job, python_path)
        from_tokens, counted, tokens = token_findings(self.context.workspace, job, reports, facts)
        issues += [*from_data, *model_issues(job, counted.get("longest_row", 0)), *from_tokens]
        facts |= counted
        issues = distinct(with_lines(issues, lines_of(request.text)))
        if has_errors(issues):
            return TrainPlan(
                request, backend_name, issues, reports=reports, python_path=python_path, facts=facts, tokens=tokens
            )
        estimate, from_memory = forecast(self.context, backend, job, facts)
        issues += with_lines(from_memory, lines_of(request.text))
        return TrainPlan(
            request,
            backend_name,
            issues,
            job,
            backend.translate_configuration(job, facts),
            estimate,
            parent_run,
            reports,
            python_path,
            facts,
            tokens,
        )

    def check_environment(self, plan: TrainPlan) -> None:
        """Make sure that this machine can run the plan.

        Raises:
            BackendError: it cannot (CUDA_NOT_AVAILABLE, UNSUPPORTED_BACKEND).
        """
        backend = self.context.backends.get(plan.backend)
        ok, message = validate_environment(backend, plan.python_path)
        if not ok:
            code = ErrorCode.CUDA_NOT_AVAILABLE if plan.backend == "rtx" else ErrorCode.UNSUPPORTED_BACKEND
            what, _, hint = message.partition(". ")
            raise BackendError(f"the {plan.backend} backend cannot train here: {what}", code=code, hint=hint)

    def launch(self, plan: TrainPlan, run_dir: Path) -> Launch:
        """The command that would train."""
        if plan.translation is None:
            raise ConfigurationError("the configuration has errors", hint="mend them first")
        made = self.context.backends.get(plan.backend).launch_plan(
            plan.translation.trainer, run_dir, plan.python_path, plan.translation.payload
        )
        return Launch(made.argv, str(made.cwd), made.environment, made.passed_on)

    def submit(self, plan: TrainPlan, accept: Sequence[str] = ()) -> Path:
        """Create the run, queued.

        Raises:
            ConfigurationError: the plan has errors or warnings nobody accepted, or the workspace cannot be written.
            BackendError: this machine cannot run it.
        """
        refuse_unaccepted(plan.issues, accept)
        if plan.job is None or plan.translation is None:
            raise ConfigurationError("the configuration has errors")
        self.check_environment(plan)
        return create_run(self.context.workspace, run_spec(plan), lambda run_dir: self.launch(plan, run_dir))

    def start(self, run_dir: Path) -> None:
        """Start the run's supervisor, detached."""
        start_supervisor(run_dir)


def validate_environment(backend: TrainingBackend, python_path: str) -> tuple[bool, str]:
    """Backends that train on this machine look at the chosen interpreter; others have only the contract's method."""
    from backends.training.cpu import CPUBackend
    from backends.training.mac import MacBackend
    from backends.training.rtx import RTXBackend

    if isinstance(backend, CPUBackend | RTXBackend | MacBackend):
        return backend.validate_environment(python_path)
    return backend.validate_environment()


def backend_of(job: JobConfiguration) -> str | None:
    """The backend that a configuration's device means; None where the device is left open."""
    return {Device.CPU: "cpu", Device.CUDA: "rtx", Device.MPS: "mac"}.get(job.hardware.device)
