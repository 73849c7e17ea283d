"""How the screen looks and which keys it takes, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Appearance:
    """``keys``: action id → key, for those that were remapped. ``notify``: how the end of a run is told."""

    theme: str = "tuner-dark"
    keys: Mapping[str, str] = field(default_factory=dict)
    themes: Path | None = None
    """The folder of the user's own themes."""
    slow_link: bool = False
    notify: tuple[str, ...] = ("bell", "osc9")
