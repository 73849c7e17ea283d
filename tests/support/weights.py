"""Stand-ins for a model's files that look whole, so that plans can be made without training anything."""

from __future__ import annotations

import json
from pathlib import Path


def safetensors(count: int = 3) -> bytes:
    """A whole safetensors file of a few bytes of weights."""
    header = json.dumps({"a": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(count)


def model_folder(folder: Path, context: int = 4096) -> Path:
    """A folder that passes for a chat model until somebody loads it."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", "max_position_embeddings": context}))
    (folder / "model.safetensors").write_bytes(safetensors())
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    return folder
