"""How large the panes of the main screen are, where somebody has sized them; as shares, so that they fit any window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

NARROWEST, LOWEST = 24, 4
"""Columns and rows, borders included, that every pane keeps."""


class Divider(Enum):
    """The borders that can be moved; the last three stand between what is above or left of them and the next."""

    RUNS = auto()
    CHARTS = auto()
    CHECKPOINTS = auto()
    LOG = auto()


@dataclass(frozen=True)
class PaneSizes:
    """None: as it is laid out by itself.

    ``left``: the run table's share of the width; ``rows``: shares of charts, checkpoints and log in the height;
    ``log``: the log's share of its row.
    """

    left: float | None = None
    rows: tuple[float, float, float] | None = None
    log: float | None = None

    @classmethod
    def from_kept(cls, section: Mapping[str, object]) -> PaneSizes:
        """Out of the session; what makes no sense there is as if it were not there."""
        rows = section.get("rows")
        shares = [s for s in (_share(r) for r in rows) if s is not None] if isinstance(rows, list) else []
        return cls(
            _share(section.get("left")),
            (shares[0], shares[1], shares[2]) if len(shares) == 3 else None,
            _share(section.get("log")),
        )

    def as_kept(self) -> dict[str, object]:
        """For the session."""
        kept = {"left": self.left, "rows": list(self.rows) if self.rows else None, "log": self.log}
        return {k: v for k, v in kept.items() if v is not None}


def moved(sizes: Sequence[int], index: int, by: int, least: int) -> list[int]:
    """The sizes once the border after ``index`` has moved ``by`` cells, or as far as the two beside it allow."""
    both = sizes[index] + sizes[index + 1]
    if both < 2 * least:
        return list(sizes)
    first = max(least, min(both - least, sizes[index] + by))
    return [*sizes[:index], first, both - first, *sizes[index + 2 :]]


def shares_of(sizes: Sequence[int]) -> list[float]:
    """Each one's part of the whole."""
    whole = sum(sizes) or 1
    return [round(s / whole, 4) for s in sizes]


def _share(value: object) -> float | None:
    return value if isinstance(value, float) and 0.02 <= value <= 0.98 else None
