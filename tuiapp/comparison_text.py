"""What a comparison shows of a metric and of a setting, in the terminal and on the screen."""

from __future__ import annotations

import re

from tuner.runs.compare_metrics import Better
from tuner.runs.run_configuration import Origin, Setting
from tuner.runs.text_tail import inert

ARROW = {Better.LOWER: "↓", Better.HIGHER: "↑", None: ""}
"""Which way a metric is better."""
_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def value_text(value: object) -> str:
    """A setting's value in short: numbers as people write them, lists in brackets."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return f"[{', '.join(map(value_text, value))}]"
    text = inert(str(value))
    return f"{text[:12]}…" if _HASH.fullmatch(text) else text


def setting_text(setting: Setting) -> str:
    """A setting: – where the run does not know of it, with a word where it is only the default."""
    if setting.origin is Origin.ABSENT:
        return "–"
    return f"{value_text(setting.value)} (default)" if setting.origin is Origin.DEFAULT else value_text(setting.value)
