"""The four data classes that the contracts name: views of a configuration, a checkpoint, an upload and an eval."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tuner.core.final_step import FINAL_STEP

SaveMethod = Literal["merged_16bit", "merged_4bit", "lora"]

__all__ = ["FINAL_STEP", "CheckpointInfo", "EvalConfig", "SaveMethod", "TrainingConfig", "UploadConfig"]


class TrainingConfig(BaseModel):
    """The headline view of a trainer's configuration; ``batch_size`` is per device."""

    model_config = ConfigDict(protected_namespaces=())

    method: str
    platform: str
    config_path: Path
    trainer_dir: Path
    model_name: str
    dataset_file: str
    epochs: int
    batch_size: int
    learning_rate: float


class CheckpointInfo(BaseModel):
    """A checkpoint on disk with the metrics of its step. ``step`` is -1 for final_model."""

    path: Path
    step: int
    metrics: dict[str, float] = Field(default_factory=dict)
    is_final: bool = False

    def score(self, training_type: str) -> float:
        """How good this checkpoint is by its own training metrics; higher is better.

        sft: -loss. kto: rewards/margins ÷ kl, rounded to 12 digits. dpo: rewards/accuracies. Anything else: -loss.
        Without the metrics it is -inf, so that max() works. The ranking that the product uses is in
        tuner.runs.ranking.
        """
        if training_type == "kto":
            margins, kl = self.metrics.get("rewards/margins"), self.metrics.get("kl")
            if margins is None or not kl:
                return -math.inf
            value = round(margins / kl, 12)
        elif training_type == "dpo":
            value = self.metrics.get("rewards/accuracies", -math.inf)
        else:
            value = -self.metrics.get("loss", math.inf)
        return -math.inf if math.isnan(value) else value


class UploadConfig(BaseModel):
    """What to publish, where and how; the token never shows in a representation."""

    model_config = ConfigDict(protected_namespaces=())

    model_path: Path
    repo_id: str
    save_method: SaveMethod = "lora"
    create_gguf: bool = False
    hf_token: SecretStr = SecretStr("")


class EvalConfig(BaseModel):
    """What to ask which model on which server."""

    backend: str
    model: str
    prompt_set: Path
    prompt_count: int = 0
    temperature: float = Field(0.2, ge=0)
    top_p: float = Field(0.9, gt=0, le=1)
    max_tokens: int = Field(1024, ge=1)
