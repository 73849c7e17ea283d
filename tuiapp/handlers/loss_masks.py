"""Which tokens of a row are learned, as the backend's own collator says it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuiapp.handlers.context import Context


@dataclass(frozen=True, slots=True)
class MaskedRow:
    """One sequence as training takes it.

    ``line`` is its line in the file, ``tokens`` its length before truncation, ``trainable`` how many of the tokens
    that are left are learned. ``pieces`` are the runs of its text after truncation, each with whether it is learned;
    ``rendered`` is all of the text that the chat template makes. ``note`` says what is special: chosen or rejected (a
    preference row comes as two), or that nothing is learned and why.
    """

    line: int
    tokens: int
    trainable: int
    truncated: bool
    pieces: list[tuple[str, bool]]
    rendered: str
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        return {
            "line": self.line,
            "tokens": self.tokens,
            "trainable": self.trainable,
            "truncated": self.truncated,
            "pieces": [{"text": text, "trained": trained} for text, trained in self.pieces],
            "rendered": self.rendered,
            "note": self.note,
        }


def loss_masks(
    context: Context,
    path: Path,
    *,
    model: str,
    objective: str,
    backend: str | None = None,
    sequence_length: int = 2048,
    train_on_inputs: str = "auto",
    turns: str = "all",
    start: int = 0,
    rows: int = 20,
) -> list[MaskedRow]:
    """The masks of ``rows`` usable rows from the ``start``-th (counted from 0) on.

    Runs in the backend's interpreter, where torch and TRL (or mlx) are: seconds.

    Raises:
        BackendError: the interpreter lacks what it needs, or the collator failed.
        DiscoveryError: the model or the file is not there.
    """
    raise NotImplementedError
