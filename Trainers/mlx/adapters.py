"""LoRA and DoRA adapters in the two layouts there are, PEFT's and mlx-lm's, and from one to the other.

    PEFT     base_model.model.<module>.lora_A.weight (rank, in)     mlx-lm   <module>.lora_a (in, rank)
             base_model.model.<module>.lora_B.weight (out, rank)             <module>.lora_b (rank, out)
             base_model.model.<module>.lora_magnitude_vector (out)           <module>.m (out)
             scale = alpha / rank (rsLoRA: alpha / sqrt(rank))               scale

Arrays are mlx's; the names and configurations need the standard library only.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuner.core.errors import ErrorCode, FailureClass, TunerError

PEFT_CONFIG, PEFT_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
MLX_FOLDER, MLX_WEIGHTS = "mlx", "adapters.safetensors"
"""mlx-lm's configuration has the same file name as PEFT's, so its layout stands in a folder within the adapter's."""

_PREFIX = "base_model.model."
_PARTS = {"lora_a": "lora_A.weight", "lora_b": "lora_B.weight", "m": "lora_magnitude_vector"}
_PEFT_NAME = re.compile(
    r"(?:base_model\.model\.)?(?P<module>.+)\.(?P<part>lora_A|lora_B|lora_magnitude_vector)(?:\.default)?(?:\.weight)?"
)


@dataclass(frozen=True)
class Shape:
    """How one module is adapted."""

    rank: int
    scale: float


@dataclass(frozen=True)
class Adapter:
    """An adapter as mlx has it: ``weights`` by mlx-lm's names, ``shapes`` by module, and PEFT's configuration."""

    weights: dict[str, Any]
    shapes: dict[str, Shape]
    config: dict[str, Any]

    @property
    def is_dora(self) -> bool:
        return bool(self.config.get("use_dora"))

    @property
    def dropout(self) -> float:
        return float(self.config.get("lora_dropout") or 0.0)


def to_peft(weights: Mapping[str, Any]) -> dict[str, Any]:
    """mlx-lm's names and orientation to PEFT's."""
    found = {}
    for name, array in weights.items():
        module, _, part = name.rpartition(".")
        found[f"{_PREFIX}{module}.{_PARTS[part]}"] = array if part == "m" else array.T
    return found


def from_peft(weights: Mapping[str, Any]) -> dict[str, Any]:
    """PEFT's names and orientation to mlx-lm's.

    Raises:
        TunerError: it holds more than LoRA and DoRA of linear layers (embeddings, whole modules, biases).
    """
    found = {}
    for name, array in weights.items():
        match = _PEFT_NAME.fullmatch(name)
        if match is None:
            raise _incompatible(f"the adapter holds {name}, which mlx-lm cannot train on", "choose another adapter")
        part = {"lora_A": "lora_a", "lora_B": "lora_b", "lora_magnitude_vector": "m"}[match["part"]]
        found[f"{match['module']}.{part}"] = array if part == "m" else array.T
    return found


def peft_scale(config: Mapping[str, Any], rank: int, alpha: float) -> float:
    """PEFT's scaling of an adapter."""
    return alpha / math.sqrt(rank) if config.get("use_rslora") else alpha / rank


def read_adapter(folder: Path) -> Adapter:
    """An adapter in either layout.

    Raises:
        TunerError: it is of another kind than LoRA and DoRA of linear layers, or its files are not there.
    """
    import mlx.core as mx

    config = json.loads((folder / PEFT_CONFIG).read_bytes())
    try:
        if "fine_tune_type" in config:
            return _of_mlx_lm(folder, config, dict(mx.load(str(folder / MLX_WEIGHTS))))
        if config.get("peft_type", "LORA") != "LORA" or config.get("bias", "none") != "none":
            what = f"{config.get('peft_type')} with bias {config.get('bias')}"
            raise _incompatible(f"{folder} is {what}", "mlx-lm trains LoRA and DoRA without biases")
        weights = from_peft(dict(mx.load(str(folder / PEFT_WEIGHTS))))
    except (RuntimeError, ValueError) as error:  # what mlx raises for a file that is missing or broken
        raise _incompatible(f"{folder}: {error}", "the folder is broken; copy it again") from error
    shapes = {}
    for module, rank in _ranks(weights).items():
        alpha = _of_pattern(config.get("alpha_pattern"), module, float(config.get("lora_alpha", rank)))
        shapes[module] = Shape(rank, peft_scale(config, rank, alpha))
    return Adapter(weights, shapes, config)


def write_adapter(folder: Path, weights: Mapping[str, Any], config: Mapping[str, Any], mlx_config: Any) -> None:
    """Write PEFT's layout, and mlx-lm's in the folder ``mlx`` within; ``mlx_config`` None leaves that out."""
    import mlx.core as mx

    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / PEFT_WEIGHTS), to_peft(weights), metadata={"format": "pt"})
    (folder / PEFT_CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")
    if mlx_config is not None:
        inner = folder / MLX_FOLDER
        inner.mkdir(exist_ok=True)
        mx.save_safetensors(str(inner / MLX_WEIGHTS), dict(weights))
        (inner / PEFT_CONFIG).write_text(json.dumps(mlx_config, indent=2, sort_keys=True), encoding="utf-8")


def _of_mlx_lm(folder: Path, config: Mapping[str, Any], weights: dict[str, Any]) -> Adapter:
    kind, parameters = config["fine_tune_type"], config.get("lora_parameters") or {}
    if kind not in {"lora", "dora"}:
        raise _incompatible(f"{folder} was trained as {kind}, it is no adapter", "name its model as model.base_model")
    ranks, scale = _ranks(weights), float(parameters["scale"])
    rank = max(ranks.values())
    if set(ranks.values()) != {rank}:
        raise _incompatible(f"{folder} has several ranks under one scale", "choose another adapter")
    made = {
        "base_model_name_or_path": config.get("model"),
        "r": rank,
        "lora_alpha": scale * rank,
        "lora_dropout": float(parameters.get("dropout", 0.0)),
        "use_rslora": False,
        "use_dora": kind == "dora",
        "target_modules": sorted(ranks),
    }
    return Adapter(weights, {module: Shape(rank, scale) for module in ranks}, {**peft_defaults(), **made})


def peft_defaults() -> dict[str, Any]:
    """What every adapter_config.json of ours says."""
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "modules_to_save": None,
        "rank_pattern": {},
        "alpha_pattern": {},
    }


def _ranks(weights: Mapping[str, Any]) -> dict[str, int]:
    return {
        name.removesuffix(".lora_a"): int(array.shape[-1]) for name, array in weights.items() if name.endswith("lora_a")
    }


def _of_pattern(pattern: Mapping[str, float] | None, module: str, default: float) -> float:
    """The value of the first key that PEFT would take: a pattern that matches the module's name at its end."""
    for key, value in (pattern or {}).items():
        if re.match(rf"(.*\.)?({key})$", module):
            return float(value)
    return default


def _incompatible(message: str, hint: str) -> TunerError:
    return TunerError(message, code=ErrorCode.MODEL_INCOMPATIBLE, failure_class=FailureClass.USER, hint=hint)
