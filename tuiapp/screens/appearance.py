"""How the screen looks and which keys it takes, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Appearance:
    """``keys``: action id → key, for those that were remapped. ``notify``: how the end of a run is told."""

    theme: str = "tuner-dark"
    keys: Mapping[str, str] = field(default_factory=dict)
    slow_link: bool = False
    notify: tuple[str, ...] = ("bell", "osc9")
