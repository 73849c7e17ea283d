"""What the run table says while it shows no run, and what to press."""

from __future__ import annotations

from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import Part
from tuner.runs.text_tail import inert


def empty_lines(ink: Ink, *, read: bool, runs: int, query: str) -> list[list[Part]]:
    """``read``: whether the runs were read at all; ``runs``: how many there are that are not shown."""
    if not read:
        return [[("reading…", ink.muted)]]
    if query and runs:
        return [
            [(f"no run matches “{inert(query)}”", ink.muted)],
            [("Esc", ink.strong), (" shows all again", ink.muted)],
            [("/", ink.strong), ("  asks for something else", ink.muted)],
        ]
    if runs:
        return [
            [(f"all {runs} runs are archived", ink.muted)],
            [],
            [("/", ink.strong), ("  is:archived shows them", ink.muted)],
            [("n", ink.strong), ("  starts a new one", ink.muted)],
        ]
    return [
        [("no runs here yet", ink.muted)],
        [],
        [("n", ink.strong), ("  start one from a preset", ink.muted)],
        [("?", ink.strong), ("  every key, explained", ink.muted)],
    ]
