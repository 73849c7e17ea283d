"""What the backends that train on this machine have in common."""

from __future__ import annotations

import sys
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from pydantic import JsonValue

from backends.training.checks import capability_issues
from backends.training.launching import script_launch
from backends.training.packages import trainers_folder
from backends.training.reporting import secret_names
from tuner.config.load import load_job
from tuner.config.workspace import Workspace
from tuner.core.backend_protocol import LaunchPlan, TrainingBackend
from tuner.core.errors import BackendError, ConfigurationError
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.core.job_sections import model_short_name
from tuner.core.views import TrainingConfig
from tuner.discovery.repo_root import find_repo_root
from tuner.jobs.start import start_supervisor
from tuner.jobs.stop import request_cancel
from tuner.jobs.submit import Launch, RunSpec, create_run
from tuner.runs.state_file import StateView, read_state


class LocalBackend(TrainingBackend):
    """A backend whose trainers are scripts under Trainers/, run by an interpreter of this machine."""

    def __init__(self, repo_root: Path | str | None = None) -> None:
        """``repo_root`` says where the trainers' configurations and the runs of ``execute`` are."""
        self.python_path = sys.executable
        self._named_root = Path(repo_root) if repo_root is not None else None

    @property
    def repo_root(self) -> Path:
        return self._named_root or find_repo_root()

    @property
    @abstractmethod
    def _trainers(self) -> Mapping[str, str]:
        """Method → script, relative to the trainer's folder."""

    def get_available_methods(self) -> list[str]:
        return list(self._trainers)

    def load_config(self, method: str) -> TrainingConfig:
        job, path = self._trainer_job(method)
        return TrainingConfig(
            method=method,
            platform=self.name,
            config_path=path,
            trainer_dir=path.parent.parent,
            model_name=job.model.base_model or model_short_name(job.model),
            dataset_file=job.datasets.training or "",
            epochs=job.schedule.epochs,
            batch_size=job.schedule.batch_size,
            learning_rate=job.optimizer.learning_rate,
        )

    def validate_configuration(self, job: JobConfiguration) -> list[Issue]:
        return list(capability_issues(self.name, job, self.capabilities(job.model.base_model)))

    def launch_plan(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> LaunchPlan:
        script = self._trainers[trainer].removesuffix(".py")
        shared = (payload or {}).get("distributed")
        processes, way = (shared["processes"], shared["way"]) if isinstance(shared, dict) else (1, "ddp")
        return script_launch(
            f"Trainers.{trainer}.{script}",
            run_dir,
            python_path,
            processes=processes if isinstance(processes, int) else 1,
            distributed=str(way),
            secrets=secret_names(payload or {}),
        )

    def use_interpreter(self, python_path: str) -> None:
        self.python_path = python_path

    def execute(self, config: TrainingConfig, python_path: str) -> int:
        """Train in the foreground, in a run directory under ``repo_root``/runs; the headline values rule."""
        from tuner.jobs.supervisor import Supervisor

        job = load_job(config.config_path).job
        if job is None:
            raise ConfigurationError(f"{config.config_path} is not a valid configuration")
        self.use_interpreter(python_path)
        tree = job.model_dump(mode="json")
        tree["model"]["base_model"] = config.model_name or None
        tree["datasets"]["training"] = config.dataset_file or None
        tree["schedule"] |= {"epochs": config.epochs, "batch_size": config.batch_size}
        tree["optimizer"]["learning_rate"] = config.learning_rate
        run_dir = self._submit(JobConfiguration.model_validate(tree), config.method, python_path)
        return Supervisor(run_dir).run()

    def start_training(self, run_dir: Path) -> int:
        """Start a queued run, detached. Returns the supervisor's process id."""
        return start_supervisor(run_dir)

    def query_status(self, run_dir: Path) -> StateView:
        """The run's state as stored."""
        return read_state(run_dir)

    def cancel(self, run_dir: Path) -> None:
        """Ask the run to stop, saving first."""
        request_cancel(run_dir)

    def launch(
        self, trainer: str, run_dir: Path, python_path: str, payload: Mapping[str, JsonValue] | None = None
    ) -> Launch:
        """The launch plan as the supervisor reads it."""
        plan = self.launch_plan(trainer, run_dir, python_path, payload)
        return Launch(plan.argv, str(plan.cwd), plan.environment, plan.passed_on)

    def _submit(self, job: JobConfiguration, method: str, python_path: str) -> Path:
        workspace = Workspace(self.repo_root.absolute())
        if job.datasets.training:
            job.datasets.training = str(workspace.resolve(job.datasets.training))
        refused = [i for i in self.validate_configuration(job) if i.is_error]
        if refused:
            raise BackendError(f"{refused[0].path}: {refused[0].message}", hint=refused[0].hint)
        payload = self.translate_configuration(job, {}).payload
        spec = RunSpec(
            kind="train",
            name=job.output.suffix or f"{method}-{model_short_name(job.model)}",
            objective=job.objective.value,
            backend=self.name,
            payload=payload,
            facts={"job": job.model_dump(mode="json")},
        )
        return create_run(workspace, spec, lambda run_dir: self.launch(method, run_dir, python_path, payload))

    def _trainer_job(self, method: str) -> tuple[JobConfiguration, Path]:
        if method not in self._trainers:
            raise ConfigurationError(
                f"the {self.name} backend has no method {method!r}", hint=f"it has {', '.join(self._trainers)}"
            )
        base = self._named_root / "Trainers" if self._named_root is not None else trainers_folder()
        path = base / method / "configs" / "config.yaml"
        loaded = load_job(path)
        if loaded.job is None:
            first = next(i for i in loaded.issues if i.is_error)
            raise ConfigurationError(f"{path}: {first.path}: {first.message}", hint=first.hint)
        return loaded.job, path
