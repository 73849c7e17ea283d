"""Checkpoints as the table shows them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuner.runs.text_tail import inert

FINAL = "final"


@dataclass(frozen=True)
class CheckpointRow:
    """One checkpoint. ``label`` is its step or "final"; ``by`` says what the score is made of."""

    label: str
    step: int
    is_final: bool
    is_best: bool
    why: str
    by: str
    metrics: Mapping[str, float] = field(default_factory=dict)
    bytes: int = 0
    whole: bool = True
    pinned: bool = False
    path: Path = Path()

    @property
    def reference(self) -> str:
        """What stands behind the @ of a reference."""
        return FINAL if self.is_final else str(self.step)


def read_rows(run_dir: Path) -> list[CheckpointRow]:
    """The run's checkpoints, half-written ones too; slow enough to belong into a worker."""
    from tuiapp.handlers.runs import checkpoint_dict
    from tuner.discovery.references import ranked_checkpoints

    rows = []
    for ranked in ranked_checkpoints(run_dir, torn=True):
        shown = checkpoint_dict(run_dir, ranked)
        size = shown["bytes"]
        rows.append(
            CheckpointRow(
                label=FINAL if ranked.info.is_final else str(ranked.info.step),
                step=ranked.info.step,
                is_final=ranked.info.is_final,
                is_best=ranked.is_best,
                why=inert(ranked.why),
                by=inert(str(ranked.score.parts.get("by", ""))),
                metrics={inert(k): v for k, v in ranked.info.metrics.items() if math.isfinite(v)},
                bytes=size if isinstance(size, int) else 0,
                whole=bool(shown["complete"]),
                pinned=ranked.pinned,
                path=ranked.info.path,
            )
        )
    return rows


def best_of(rows: Sequence[CheckpointRow]) -> CheckpointRow | None:
    """The best one, where any has a score."""
    return next((r for r in rows if r.is_best), None)
