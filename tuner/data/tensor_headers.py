"""The tensors of a folder's safetensors files, from the headers alone."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

_LONGEST_HEADER = 100_000_000
_MOST_FILES = 2000


@dataclass(frozen=True, slots=True)
class StoredTensors:
    """How many numbers a model's weights are, and the bytes they take on disk."""

    elements: int
    bytes: int


def stored_tensors(folder: Path) -> StoredTensors | None:
    """Count the weights that lie in a folder; None where there are none, or a header cannot be read.

    Tensors are counted by name once: some repositories keep the same weights both in parts and in one file, of which
    transformers reads the one that the index names, else model.safetensors.
    """
    seen: dict[str, tuple[int, int]] = {}
    try:
        for path in _files(folder):
            seen.update(_tensors(path))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError, IndexError):
        return None
    if not seen:
        return None
    return StoredTensors(sum(n for n, _ in seen.values()), sum(b for _, b in seen.values()))


def _files(folder: Path) -> list[Path]:
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        names = {str(name) for name in json.loads(index.read_bytes())["weight_map"].values()}
        return [folder / name for name in sorted(names) if "/" not in name]
    whole = folder / "model.safetensors"
    return [whole] if whole.is_file() else sorted(folder.glob("*.safetensors"))[:_MOST_FILES]


def _tensors(path: Path) -> dict[str, tuple[int, int]]:
    """Name → (elements, bytes)."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST_HEADER:
            raise ValueError(f"{path}: a header of {length} bytes")
        header = json.loads(file.read(length))
    return {
        name: (math.prod(int(n) for n in value["shape"]), int(value["data_offsets"][1]) - int(value["data_offsets"][0]))
        for name, value in header.items()
        if name != "__metadata__"
    }
