"""The adapter a job asks for."""

from __future__ import annotations

from typing import Any

from Trainers.common.payload import Payload


def lora_config(payload: Payload) -> Any | None:
    """PEFT's LoraConfig; None for full fine-tuning and where training goes on with the parent's adapter."""
    if payload.method["type"] == "full" or payload.model.get("parent"):
        return None
    from peft import LoraConfig

    return LoraConfig(task_type="CAUSAL_LM", **payload.method["lora"])
