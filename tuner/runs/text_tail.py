"""The end of a log, as inert text: escape sequences and control characters are stripped."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tuner.runs.log_fold import last_state

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[@-Z\\-_]"
    r"|\x9b[0-?]*[ -/]*[@-~]",
    re.DOTALL,
)
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BLOCK = 64 * 1024
LONGEST = 2000
"""Characters of one line that are kept."""


def inert(text: str) -> str:
    """Text that cannot move the cursor, recolour the screen, or reorder what is shown; tabs become spaces."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text).expandtabs(4)
    return _CONTROLS.sub("", text if text.isascii() else text.translate(_BIDI))


def inert_line(raw: bytes) -> str:
    """One line of a log: of progress bars that overwrite themselves (``\\r``) only the last state is kept."""
    text = inert(last_state(raw)[: LONGEST * 4].decode("utf-8", errors="replace"))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def last_lines(path: Path, count: int) -> list[str]:
    """The last lines that are not blank; [] where there is no file."""
    try:
        with path.open("rb") as file:
            return _from_end(file.fileno(), file.seek(0, os.SEEK_END), count)
    except OSError:
        return []


def _from_end(handle: int, size: int, count: int) -> list[str]:
    data, position = b"", size
    while position > 0 and data.count(b"\n") <= count * 2 and len(data) < 4 * 1024 * 1024:
        step = min(_BLOCK, position)
        position -= step
        data = os.pread(handle, step, position) + data
    lines = [inert_line(line) for line in data.split(b"\n")]
    return [line for line in lines if line.strip()][-count:]
