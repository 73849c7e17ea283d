"""Numbers, times and sizes as people read them, in the terminal and on the screen."""

from __future__ import annotations


def number(value: float | None, digits: int = 4) -> str:
    """A number for people; a dash where it is unknown."""
    return "–" if value is None else f"{value:.{digits}g}"


def large(value: float) -> str:
    """A number with four digits: 9999, 261.5k, 1.235G; beyond a thousand T with an exponent."""
    for factor, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        scaled = float(f"{value / factor:.4g}")
        if abs(value) >= 1e4 and 1 <= abs(scaled) < 1000:
            return f"{scaled:.4g}{letter}"
    return number(value)


def duration(seconds: float | None) -> str:
    """Seconds as 45s, 12m, 3h05m, 2d4h."""
    if seconds is None:
        return "–"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s" if whole < 600 else f"{whole // 60}m"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600}h"


def size(count: float) -> str:
    """Bytes as 512 B, 1.2 KB, 132 MB (powers of 1000)."""
    for unit in ("B", "KB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" or count >= 100 else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
