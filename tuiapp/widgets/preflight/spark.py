"""A row of bars, a cell each."""

from __future__ import annotations

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def spark(counts: Sequence[int]) -> str:
    """One bar a count, as high as its share of the largest; a blank for none."""
    most = max(counts, default=0)
    return "".join(" " if not n else _BARS[(n * 8 - 1) // most] for n in counts) if most else ""
