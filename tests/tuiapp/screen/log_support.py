"""A run with a log to go about in."""

from __future__ import annotations

from pathlib import Path

from tests.tuiapp.screen.support import add_sft
from tuner.config.workspace import Workspace

ESC = "\x1b"
HOSTILE = (
    f"{ESC}[2J{ESC}[H{ESC}[31mred{ESC}[0m {ESC}]0;owned\x07title {ESC}]52;c;Zm9v{ESC}\\clip\n"
    "[bold red]markup[/] [link=x]here[/link] $(touch x) \u202eexe.gnp\u2066\n"
    "bell\x07 back\x08space \x9b31mc1 nul\x00 tab\tbed\n"
)


def step_line(step: int) -> str:
    """One line a second from ten o'clock on."""
    return f"2026-11-20 {10 + step // 3600:02d}:{step // 60 % 60:02d}:{step % 60:02d} step={step} loss={2 / step:.4f}\n"


def add_logged(workspace: Workspace, steps: int = 2000, extra: str = "") -> Path:
    """A run whose log names steps and times, with an error line after each 500th step; returns the log."""
    lines = []
    for step in range(1, steps + 1):
        lines.append(step_line(step))
        if step % 500 == 0:
            lines.append(f"ValueError: at step {step}\n")
    path = add_sft(workspace) / "console.log"
    path.write_text("".join(lines) + extra, encoding="utf-8", errors="surrogateescape")
    return path
