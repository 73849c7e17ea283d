"""Which side of a split a row falls on: by a hash of its content, so the same row always falls on the same side."""

from __future__ import annotations

import hashlib
import json

from tuner.data.records import Record


def split_key(row: Record) -> str:
    """What decides a row's side: its prompt (so that two answers to one prompt stay together), else all of it."""
    return json.dumps(row.get("prompt", row), sort_keys=True, ensure_ascii=False)


def held_out(row: Record, fraction: float, seed: int) -> bool:
    """Whether a row belongs to the held-out share; deterministic in content and seed."""
    digest = hashlib.sha256(f"{seed}\n{split_key(row)}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < fraction
