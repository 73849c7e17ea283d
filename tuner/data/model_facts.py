"""What a model is made of, read from its folder or from the Hub's cache (standard library only, nothing is loaded)."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from tuner.data.hub_cache import cached_snapshot
from tuner.data.model_config import dimensions_of
from tuner.data.model_layers import Dimensions, Linear, active_parameters, linear_layers, parameter_count
from tuner.data.tensor_headers import stored_tensors

BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "float8_e4m3fn": 1, "float8_e5m2": 1}
"""Bytes of an element, by torch's name of its type."""

_LARGEST_CONFIG = 10_000_000


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model. ``parameters`` counts every weight once; ``weight_bytes`` is what they take as they are stored.

    ``context_length`` is in tokens, None where the model has no limit of its own; ``quantized_bits`` is None for a
    model that is not quantized; ``experts`` is 0 for a dense one. ``exact`` says that the weights themselves were
    counted, not their number worked out from config.json.
    """

    architecture: str
    hidden_size: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate_size: int
    vocab_size: int
    tied: bool
    context_length: int | None
    dtype: str
    quantized_bits: int | None
    parameters: int
    weight_bytes: int
    experts: int
    dimensions: Dimensions
    exact: bool = False

    @property
    def active_parameters(self) -> int:
        """The parameters that one token passes through: fewer than all of them where there are experts."""
        return active_parameters(self.dimensions)

    @property
    def linear_layers(self) -> list[Linear]:
        """The kinds of linear layers, without embedding and output head."""
        return linear_layers(self.dimensions)

    @property
    def rope_scaled(self) -> bool:
        """Whether positions are stretched beyond what the model was first trained on."""
        return self.dimensions.rope_scaled


def read_model_facts(base_model: str, revision: str | None = None) -> ModelFacts | None:
    """The facts of a local folder, or of a Hub id's snapshot in this machine's cache; None where nothing is known."""
    folder = model_folder(base_model, revision)
    return facts_of_folder(folder) if folder is not None else None


def facts_of_folder(folder: Path) -> ModelFacts | None:
    """The facts of the model whose config.json lies in the folder; None where there is none that can be read.

    Remembered until the folder or the file changes: one plan asks many times.
    """
    try:
        config, place = os.stat(folder / "config.json"), os.stat(folder)  # noqa: PTH116 - asked for often
    except (OSError, ValueError):
        return None
    if config.st_size > _LARGEST_CONFIG:
        return None
    return _facts_of_folder(folder, (config.st_mtime_ns, config.st_size, place.st_mtime_ns))


@lru_cache(maxsize=32)
def _facts_of_folder(folder: Path, stamp: tuple[int, ...]) -> ModelFacts | None:
    try:
        values = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    facts = facts_of_config(values)
    stored = stored_tensors(folder) if facts is not None else None
    if facts is None or stored is None:
        return facts
    if facts.quantized_bits is not None:  # several weights lie in one stored number: only the bytes can be counted
        return replace(facts, weight_bytes=stored.bytes)
    return replace(facts, parameters=stored.elements, weight_bytes=stored.bytes, exact=True)


def facts_of_config(values: dict[str, object]) -> ModelFacts | None:
    """The facts that a config.json's values tell; None where they are not those of a language model."""
    size = dimensions_of(values)
    if size is None:
        return None
    parameters = parameter_count(size)
    bits = size.quantized_bits
    per_weight = BYTES.get(size.dtype, 4)
    if bits is None:
        stored = parameters * per_weight
    else:
        linear = sum(one.weights * one.count for one in linear_layers(size)) + size.expert_parameters
        stored = linear * bits // 8 + max(0, parameters - linear) * per_weight
    return ModelFacts(
        architecture=size.architecture,
        hidden_size=size.hidden,
        layers=size.layers,
        heads=size.heads,
        kv_heads=size.kv_heads,
        head_dim=size.head_dim,
        intermediate_size=size.intermediate,
        vocab_size=size.vocab,
        tied=size.tied,
        context_length=size.context_length,
        dtype=size.dtype,
        quantized_bits=bits,
        parameters=parameters,
        weight_bytes=stored,
        experts=size.experts,
        dimensions=size,
    )


def model_folder(base_model: str, revision: str | None = None) -> Path | None:
    """Where the model lies on this machine: the folder itself, or its snapshot in the Hub's cache."""
    if not base_model or "\0" in base_model:
        return None
    try:
        return Path(base_model) if Path(base_model).is_dir() else cached_snapshot(base_model, revision)
    except OSError:  # a name too long for a file system, a cache that may not be read
        return None
