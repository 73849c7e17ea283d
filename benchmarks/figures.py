"""How a figure is printed, and a percentile."""

from __future__ import annotations

from collections.abc import Sequence


def figure(name: str, value: float, unit: str, peer: str, peer_value: float) -> None:
    """One line: the ratio is value ÷ peer."""
    ratio = value / peer_value if peer_value else float("nan")
    print(f"{name} {value:.3f} {unit} {peer} {peer_value:.3f} {ratio:.3f}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
