"""A model loaded and adapted by Unsloth (2026.10), where the backend chose it; imported before transformers."""

from __future__ import annotations

from typing import Any

from Trainers.common.payload import Payload

UNSLOTH = "unsloth"


def import_first(payload: Payload) -> None:
    """Load Unsloth before the rest of the stack: what it replaces in trl and transformers must not be taken yet."""
    if payload.values.get("model", {}).get("loader") == UNSLOTH:
        import unsloth  # noqa: F401


def loading_options(payload: Payload) -> dict[str, Any]:
    """FastLanguageModel.from_pretrained's keywords.

    The name is taken as it is: by itself Unsloth would load a quantized copy of the model from another repository.
    """
    spec, method = payload.model, payload.method["type"]
    quantization = spec.get("quantization")
    return {
        "model_name": spec["path"],
        "revision": spec.get("revision"),
        "use_exact_model_name": True,
        "max_seq_length": int(payload.values["sequence_length"]),
        "dtype": spec["dtype"],
        "load_in_4bit": quantization == "int4",
        "load_in_8bit": quantization == "int8",
        "load_in_16bit": quantization is None and method != "full",
        "full_finetuning": method == "full",
        "use_gradient_checkpointing": _checkpointing(payload),
        "device_map": {"": 0},
        "random_state": payload.seed,
        "trust_remote_code": False,
    }


def adapter_options(payload: Payload) -> dict[str, Any]:
    """FastLanguageModel.get_peft_model's keywords."""
    lora = payload.method["lora"]
    return {
        "r": lora["r"],
        "lora_alpha": lora["lora_alpha"],
        "lora_dropout": lora["lora_dropout"],
        "target_modules": lora["target_modules"],
        "use_rslora": lora["use_rslora"],
        "bias": "none",
        "use_gradient_checkpointing": _checkpointing(payload),
        "random_state": payload.seed,
    }


def load_with_unsloth(payload: Payload) -> Any:
    """The model, with its adapter unless all weights are trained."""
    from unsloth import FastLanguageModel

    model, _ = FastLanguageModel.from_pretrained(**loading_options(payload))
    if payload.method["type"] == "full":
        return model
    return FastLanguageModel.get_peft_model(model, **adapter_options(payload))


def _checkpointing(payload: Payload) -> str | bool:
    """Unsloth's own kind, which keeps activations in the processor's memory, where checkpointing is asked for."""
    return UNSLOTH if payload.arguments.get("gradient_checkpointing") else False
