"""What rtx and cpu share: the TRL trainers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from backends.training.effects import effect_issues, inapplicable
from backends.training.environment import installed_versions, missing_message
from backends.training.estimate import estimate
from backends.training.guards import guard_issues
from backends.training.local import LocalBackend
from backends.training.reporting import reporting_issues
from backends.training.translate import translate
from tuner.core.backend_protocol import Estimate, Translation
from tuner.core.enums import MethodType, Objective, OptimizerType
from tuner.core.errors import ConfigurationError
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration

TRAINING_STACK = ("torch", "transformers", "trl", "peft", "datasets", "accelerate")
SIZES = ("2m", "15m", "110m")

UNSUPPORTED = {
    "hardware.gpu_type": "the GPU is the one that this machine has",
    "integrations.huggingface": "publishing to the Hub is not built yet",
}


class TRLBackend(LocalBackend):
    """Translation and checks for the TRL trainers; a subclass names device and dtype."""

    device = "cpu"
    _optimizers: tuple[OptimizerType, ...] = (OptimizerType.ADAMW, OptimizerType.ADAFACTOR, OptimizerType.SGD)

    @abstractmethod
    def dtype(self, job: JobConfiguration) -> str:
        """The torch dtype of the weights."""

    def translate_configuration(self, job: JobConfiguration, facts: Mapping[str, int]) -> Translation:
        return translate(job, device=self.device, dtype=self.dtype(job), facts=facts)

    def estimate(self, job: JobConfiguration, facts: Mapping[str, int]) -> Estimate:
        return estimate(job, facts, self.dtype(job), device=self.device)

    def inapplicable(self, job: JobConfiguration) -> dict[str, str]:
        return inapplicable(job)

    def validate_configuration(self, job: JobConfiguration) -> list[Issue]:
        issues = [*super().validate_configuration(job), *effect_issues(job, self.device)]
        issues += [*guard_issues(job), *reporting_issues(job, self.python_path)]
        if job.optimizer.type not in self._optimizers:
            known = ", ".join(o.value for o in self._optimizers)
            issues.append(_bad("optimizer.type", f"{job.optimizer.type.value} is not to be had here", f"use {known}"))
        if job.objective is Objective.PRETRAIN and job.model.from_scratch:
            issues += _from_scratch_issues(job)
        elif not job.model.base_model and not job.model.parent:
            issues.append(_missing("model.base_model", "name the model to fine-tune: a Hub id or a folder"))
        if _adapts_the_head(job):
            issues.append(
                _bad(
                    "method.lora.trainable_modules",
                    "lm_head cannot be adapted: the losses are computed from its own weights, past the adapter",
                    "leave lm_head out",
                )
            )
        if not job.datasets.training:
            issues.append(_missing("datasets.training", "name a file of training examples"))
        if job.model.parent and job.method.type is MethodType.FULL:
            issues.append(
                _bad("method.type", "the parent is an adapter; full trains all weights", "set method.type: lora")
            )
        return issues

    def _stack_problem(self, python_path: str) -> str:
        try:
            return missing_message(installed_versions(python_path, TRAINING_STACK), python_path, "train")
        except ConfigurationError as error:
            return f"{error.message}. {error.hint}"


def _adapts_the_head(job: JobConfiguration) -> bool:
    modules = job.method.lora.trainable_modules
    names = [modules] if isinstance(modules, str) else modules
    return job.method.type is not MethodType.FULL and "lm_head" in {n.rpartition(".")[2] for n in names}


def _from_scratch_issues(job: JobConfiguration) -> list[Issue]:
    issues = []
    if job.model.architecture != "llama":
        issues.append(_bad("model.architecture", f"unknown architecture {job.model.architecture!r}", "use llama"))
    if job.model.size not in SIZES:
        issues.append(_bad("model.size", f"unknown size {job.model.size!r}", f"use one of {', '.join(SIZES)}"))
    if not job.model.tokenizer:
        issues.append(_missing("model.tokenizer", "name a tokenizer folder or the run that trained one"))
    return issues


def _missing(path: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code="MISSING", message="is required", hint=hint)


def _bad(path: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code="BAD_VALUE", message=message, hint=hint)
