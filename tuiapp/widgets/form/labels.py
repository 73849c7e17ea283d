"""What parameters and sections are called in the form."""

from __future__ import annotations

from tuner.core.fields import Field

_ESSENTIAL = {
    "objective": "Objective",
    "model.base_model": "Base model",
    "model.parent": "or parent",
    "datasets.training": "Training data",
    "datasets.validation": "Validation data",
    "method.type": "Method",
    "method.lora.rank": "LoRA rank",
    "schedule.epochs": "Epochs",
    "schedule.batch_size": "Batch size",
    "schedule.gradient_accumulation": "× accumulation",
    "schedule.sequence_length": "Sequence length",
    "optimizer.learning_rate": "Learning rate",
}
_NAMED = {
    "method.lora.trainable_modules": "LoRA modules",
    "optimizer.type": "Optimizer",
    "optimizer.scheduler.type": "Scheduler",
    "optimizer.scheduler.min_lr_ratio": "Final share of the rate",
    "optimizer.scheduler.warmup_ratio": "Warm-up share",
    "optimizer.scheduler.cycles": "Cycles",
    "optimizer.max_gradient_norm": "Gradient norm at most",
    "schedule.early_stopping_patience": "Early stopping after",
    "schedule.save_steps": "Checkpoint every",
    "schedule.eval_steps": "Evaluate every",
    "schedule.logging_steps": "Log every",
    "schedule.max_steps": "Steps at most",
    "datasets.validation_fraction": "Validation share",
    "integrations.huggingface.private": "Hub: private",
    "output.suffix": "Run name",
}
_SECTIONS = {
    "model": "Model",
    "datasets": "Data",
    "method": "Method",
    "schedule": "Schedule",
    "optimizer": "Optimizer",
    "optimizations": "Optimizations",
    "preference": "Preference",
    "hardware": "Hardware",
    "integrations": "Reporting and publishing",
    "output": "Name and seed",
    "metadata": "The backend's own",
}
_WORDS = {
    "lora": "LoRA",
    "wandb": "W&B",
    "huggingface": "Hub",
    "gpu": "GPU",
    "gpus": "GPUs",
    "env": "variable",
    "api": "API",
    "id": "",
    "num": "Number of",
}
BACKEND = "Backend"
WIDTH = 25
"""Cells that a label takes, with a blank behind it."""


def label_of(field: Field) -> str:
    """A parameter's label: its own, else its keys below the section as words."""
    named = _ESSENTIAL.get(field.path) or _NAMED.get(field.path)
    if named is not None:
        return named
    keys = field.path.split(".")
    words = [_WORDS.get(w, w) for key in keys[1:] or keys for w in key.split("_")]
    text = " ".join(w for w in words if w)
    return text[:1].upper() + text[1:]


def section_title(section: str) -> str:
    """A section's heading."""
    return _SECTIONS.get(section, section)
