"""Whether a model folder's weights are whole, from the headers of its safetensors files alone."""

from __future__ import annotations

import json
from pathlib import Path

_LONGEST_HEADER = 100_000_000


def weights_problem(folder: Path) -> str:
    """What is wrong with the weights in a folder; "" where nothing is."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        return f"{folder} holds no weights (*.safetensors)"
    missing = sorted(_named_in_index(folder) - {p.name for p in files})
    if missing:
        return f"{folder} is not whole: {', '.join(missing[:3])} {'is' if len(missing) == 1 else 'are'} missing"
    cut = next((p for p in files if not _is_whole(p)), None)
    return f"{cut} is not a whole safetensors file" if cut else ""


def _named_in_index(folder: Path) -> set[str]:
    try:
        value = json.loads((folder / "model.safetensors.index.json").read_bytes())
        return {str(name) for name in value["weight_map"].values()}
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return set()


def _is_whole(path: Path) -> bool:
    """The header is JSON, and the file ends where its last tensor does."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > _LONGEST_HEADER:
                return False
            header = json.loads(file.read(length))
            tensors = [value["data_offsets"][1] for name, value in header.items() if name != "__metadata__"]
            return path.stat().st_size == 8 + length + max(tensors, default=0)
    except (OSError, ValueError, RecursionError, KeyError, IndexError, TypeError, AttributeError):
        return False
