"""A model made with mlx alone, conversations of two turns, and an interpreter without torch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.support.tiny_chat import tiny_tokenizer, turn

ABSENT = ("torch", "trl", "peft", "datasets", "accelerate")
CITIES = ["Bonn", "Lyon", "Oslo", "Rome", "Turin", "Ulm", "Vaduz", "Wien", "Yalta", "Zug"]

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "hidden_act": "silu",
    "rms_norm_eps": 1e-5,
    "max_position_embeddings": 1024,
    "tie_word_embeddings": True,
    "attention_bias": False,
    "mlp_bias": False,
    "dtype": "float32",
    # As transformers 5 writes it; a model read with another base than 300 gives other logits.
    "rope_parameters": {"rope_theta": 300.0, "rope_type": "default"},
}


def write_model(folder: Path, bits: int | None = None) -> Path:
    """A model of two layers with random weights; ``bits``: quantized as mlx-lm does it."""
    import mlx.core as mx
    from mlx.utils import tree_map
    from mlx_lm.models.llama import Model, ModelArgs
    from mlx_lm.utils import quantize_model, save_model

    tokenizer = tiny_tokenizer()
    config = {**CONFIG, "vocab_size": len(tokenizer), "eos_token_id": tokenizer.eos_token_id}
    mx.random.seed(3)
    model = Model(ModelArgs.from_dict({**config, "rope_theta": 300.0}))
    model.update(tree_map(lambda a: mx.random.normal(a.shape) * 0.2 if a.ndim > 1 else a, model.parameters()))
    if bits:
        model, config = quantize_model(model, config, 32, bits)
    save_model(folder, model)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    tokenizer.save_pretrained(folder)
    return folder


def conversations(count: int) -> list[dict[str, Any]]:
    """Rows of two questions with their answers."""
    return [
        {
            "messages": [
                turn("user", f"Where is {city} {i}?"),
                turn("assistant", f"{city} is here."),
                turn("user", "Sure?"),
                turn("assistant", "Yes, " * (1 + i % 3)),
            ]
        }
        for i in range(count)
        for city in [CITIES[i % len(CITIES)]]
    ]


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def python_without_torch(folder: Path) -> Path:
    """An interpreter in which torch, trl, peft, datasets and accelerate cannot be imported."""
    hiding = folder / "hiding"
    hiding.mkdir(parents=True)
    (hiding / "sitecustomize.py").write_text(
        f"import sys\nfor name in {ABSENT!r}:\n    sys.modules[name] = None\n", encoding="utf-8"
    )
    script = folder / "python"
    script.write_text(
        f'#!/bin/sh\nPYTHONPATH="{hiding}${{PYTHONPATH:+:$PYTHONPATH}}" exec {sys.executable} "$@"\n', encoding="utf-8"
    )
    script.chmod(0o755)
    return script
