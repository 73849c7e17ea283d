"""The clipboard where tmux stands between: it takes OSC 52 from nobody inside unless it is told to."""

from __future__ import annotations

import base64
import subprocess

from tuiapp.screens.terminal_codes import passed_through

_PATIENCE = 5.0
"""Seconds that tmux may take."""


def load_into_tmux(text: str) -> bool:
    """Make the text tmux's newest buffer and, by -w, that of the terminal outside. False where tmux would not."""
    words = ["tmux", "load-buffer", "-w", "-"]
    try:
        done = subprocess.run(
            words, input=text.encode("utf-8", errors="replace"), capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def through_tmux(text: str) -> str:
    """OSC 52 for the terminal outside of tmux (heard where its allow-passthrough is on)."""
    encoded = base64.b64encode(text.encode("utf-8", errors="replace")).decode("ascii")
    return passed_through(f"\x1b]52;c;{encoded}\x07")
