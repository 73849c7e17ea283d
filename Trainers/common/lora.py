"""The adapter a job asks for."""

from __future__ import annotations

from typing import Any

from Trainers.common.payload import Payload


def lora_config(payload: Payload) -> Any | None:
    """PEFT's LoraConfig; None for full fine-tuning and where the model has its adapter (a parent's, or Unsloth's)."""
    if payload.method["type"] == "full" or payload.model.get("parent") or payload.model.get("loader"):
        return None
    from peft import LoraConfig

    return LoraConfig(task_type="CAUSAL_LM", **payload.method["lora"])
