"""Escape sequences for what a terminal does besides showing text: its bell and its notifications."""

from __future__ import annotations

from tuner.runs.text_tail import inert

BELL = "\x07"
_LONGEST = 200


def notification(text: str) -> str:
    """OSC 9: a notification of the desktop. Nothing in the text can end the sequence or begin another one."""
    return f"\x1b]9;{inert(text)[:_LONGEST]}\x07"


def passed_through(sequence: str) -> str:
    """A sequence that tmux hands on to the terminal outside (where allow-passthrough is on)."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
