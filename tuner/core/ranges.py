"""The allowed range and the default of each numeric parameter: what the model, the form and the docs all read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """A closed interval and a default. ``step_kind`` says how a form should step through it."""

    minimum: float
    maximum: float
    default: float
    integer: bool = False
    help: str = ""

    def contains(self, value: float) -> bool:
        return self.minimum <= value <= self.maximum

    def __str__(self) -> str:
        return f"{self.minimum:g} to {self.maximum:g}"


def _whole(minimum: int, maximum: int, default: int, help_: str) -> ParameterRange:
    return ParameterRange(minimum, maximum, default, True, help_)


PARAMETER_RANGES: dict[str, ParameterRange] = {
    "schedule.epochs": _whole(1, 20, 3, "passes over the training data"),
    "schedule.batch_size": _whole(1, 64, 4, "examples a device sees at once"),
    "schedule.sequence_length": _whole(512, 33000, 2048, "tokens an example may have; longer ones are truncated"),
    "schedule.gradient_accumulation": _whole(1, 16, 1, "batches summed before the weights change"),
    "schedule.checkpoints": _whole(0, 10, 1, "checkpoints spread over the run"),
    "schedule.evaluations": _whole(0, 20, 1, "evaluations spread over the run"),
    "optimizer.learning_rate": ParameterRange(0.0, 1.0, 1e-5, help="peak learning rate"),
    "optimizer.weight_decay": ParameterRange(0.0, 1.0, 0.0, help="decoupled weight decay"),
    "optimizer.max_gradient_norm": ParameterRange(0.0, 10.0, 1.0, help="gradients are clipped to this norm"),
    "optimizer.scheduler.warmup_ratio": ParameterRange(0.0, 1.0, 0.0, help="share of the steps that warm up"),
    "optimizer.scheduler.min_lr_ratio": ParameterRange(
        0.0, 1.0, 0.0, help="final learning rate as a share of the peak"
    ),
    "optimizer.scheduler.cycles": ParameterRange(0.1, 2.0, 0.5, help="waves of the cosine"),
    "method.lora.rank": _whole(1, 256, 8, "rank of the LoRA matrices"),
    "method.lora.alpha": _whole(1, 512, 16, "LoRA scaling numerator"),
    "method.lora.dropout": ParameterRange(0.0, 1.0, 0.0, help="dropout before the LoRA matrices"),
}

PRETRAIN_RANGES: dict[str, ParameterRange] = {
    **PARAMETER_RANGES,
    "schedule.epochs": _whole(1, 1000, 3, "passes over the training data"),
    "schedule.batch_size": _whole(1, 4096, 4, "examples a device sees at once"),
    "schedule.sequence_length": _whole(8, 33000, 2048, "tokens an example may have; longer ones are cut into pieces"),
}


def ranges_for(objective: str) -> dict[str, ParameterRange]:
    """The ranges that hold for an objective; pretraining from scratch has wider ones."""
    return PRETRAIN_RANGES if objective == "pretrain" else PARAMETER_RANGES
