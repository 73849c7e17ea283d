"""The end of a file, for facts that stand there, without reading what comes before."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.json_file import JsonObject
from tuner.runs.metric_lines import parse_json_line

_END = 16 * 1024


def read_end(path: Path, size: int = _END) -> bytes:
    """At most the last ``size`` bytes; b"" where the file cannot be read."""
    try:
        with path.open("rb") as file:
            length = file.seek(0, 2)
            file.seek(max(0, length - size))
            return file.read()
    except OSError:
        return b""


def last_object(path: Path) -> JsonObject:
    """The last line that is a JSON object; {} where there is none near the end."""
    for line in reversed(read_end(path).split(b"\n")):
        value = parse_json_line(line) if line.strip() else None
        if isinstance(value, dict):
            return value
    return {}
