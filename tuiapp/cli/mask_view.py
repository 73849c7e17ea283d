"""Loss masks in the terminal: what is learned is green and underlined, or stands in ⟦ ⟧ where colour is not wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuiapp.cli.output import plain, print_line

if TYPE_CHECKING:
    from tuiapp.handlers.loss_masks import MaskedRow

_LEARNED, _READ, _END = "\x1b[32;4m", "\x1b[2m", "\x1b[0m"


def print_masks(rows: Sequence[MaskedRow]) -> None:
    """Sequence by sequence: its figures, then its text as the chat template makes it."""
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    learned, read = _piece("learned", True, coloured), _piece("read only", False, coloured)
    sys.stdout.write(f"{learned} · {read}\n\n")
    for row in rows:
        parts = [f"line {row.line}", f"{row.tokens} tokens", f"{row.trainable} learned"]
        parts += ["cut"] if row.truncated else []
        parts += [row.note] if row.note else []
        print_line(f"── {' · '.join(parts)}")
        text = "".join(_piece(plain(text), trained, coloured) for text, trained in row.pieces)
        sys.stdout.write(text.rstrip("\n") + "\n")
        if row.truncated and row.trainable:
            print_line("── cut here: the model does not see the rest")
        print_line()


def _piece(text: str, trained: bool, coloured: bool) -> str:
    if not coloured:
        return f"⟦{text}⟧" if trained else text
    begin = _LEARNED if trained else _READ
    return "\n".join(f"{begin}{line}{_END}" if line else "" for line in text.split("\n"))
