"""Which side of a split a row falls on: by a hash of its content, so the same row always falls on the same side."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from tuner.data.line import Record

_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, default=str)
_quoted = json.encoder.encode_basestring

METHOD = "sha256 of the prompt"
"""How rows are held out, as a manifest records it."""


def split_key(row: Record) -> str:
    """What decides a row's side: its prompt (so that two answers to one prompt stay together), else all of it."""
    value = row.get("prompt", row)
    if isinstance(value, list) and value and all(len(turn) == 2 for turn in value):
        turns = [f'{{"content": {_quoted(t["content"])}, "role": {_quoted(t["role"])}}}' for t in value]
        return f"[{', '.join(turns)}]"  # as below, but four times as fast
    return _ENCODER.encode(value)


def held_out(row: Record, fraction: float, seed: int) -> bool:
    """Whether a row belongs to the held-out share; deterministic in content and seed."""
    digest = hashlib.sha256(f"{seed}\n{split_key(row)}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < fraction


def split_rows(rows: Sequence[Record], fraction: float, seed: int) -> tuple[list[Record], list[Record]]:
    """Rows to train on and rows held out, each in their order; no prompt is on both sides."""
    sides: tuple[list[Record], list[Record]] = ([], [])
    for row in rows:
        sides[held_out(row, fraction, seed)].append(row)
    return sides


def rows_sha256(rows: Iterable[Record]) -> str:
    """SHA-256 in hex of rows in their order, whatever the order of their keys."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(_ENCODER.encode(row).encode("utf-8", "surrogatepass") + b"\n")
    return digest.hexdigest()
