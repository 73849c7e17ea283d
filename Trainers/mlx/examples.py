"""The rows of a dataset as token ids with the tokens that are learned, masked by the rule that all trainers share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from Trainers.common.reporting import Reporter
from tuner.core.errors import ErrorCode, FailureClass, TunerError

Row = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """Token ids and, for each, whether it is learned (1) or only read (0)."""

    tokens: list[int]
    mask: list[int]


@dataclass
class Examples:
    """What a dataset became. ``notes`` counts what the masking had to say about rows."""

    kept: list[Example] = field(default_factory=list)
    truncated: int = 0
    lost_tokens: int = 0
    untrainable: int = 0
    notes: Counter[str] = field(default_factory=Counter)

    def add(self, tokens: Sequence[int], mask: Sequence[int], length: int) -> None:
        """Keep an example, cut at ``length`` tokens; one that has nothing left to learn is only counted."""
        if len(tokens) > length:
            self.truncated += 1
            self.lost_tokens += len(tokens) - length
        short = Example(list(tokens[:length]), list(mask[:length]))
        if any(short.mask[1:]):  # the first token follows nothing, so that it cannot be learned
            self.kept.append(short)
        else:
            self.untrainable += 1


def encode_rows(rows: Sequence[Row], tokenizer: Any, masking: Mapping[str, Any], length: int) -> Examples:
    """Encode rows.

    Args:
        masking: of the payload: ``turns`` ("all" or "last") and ``on_inputs``.
        length: tokens an example may have.
    """
    from Trainers.common.conversation import encode

    found = Examples()
    for row in rows:
        encoded = encode(tokenizer, row, turns=masking["turns"], on_inputs=bool(masking["on_inputs"]))
        if encoded.note:
            found.notes[encoded.note] += 1
        found.add(encoded.input_ids, encoded.mask, length)
    return found


def tell(examples: Examples, name: str, reporter: Reporter) -> None:
    """Say what was cut and what was left out.

    Raises:
        TunerError: of the training rows nothing can be learned.
    """
    texts = [f"{count} {name} rows: {note}" for note, count in examples.notes.most_common()]
    if examples.truncated:
        texts.append(f"{examples.truncated} {name} rows were cut, {examples.lost_tokens} tokens are lost")
    if examples.untrainable:
        texts.append(f"{examples.untrainable} {name} rows have no token left to learn and are left out")
    for text in texts:
        reporter.warn(text)
    if name == "training" and not examples.kept:
        raise TunerError(
            "no row has a token left to learn",
            code=ErrorCode.DATA_INVALID,
            failure_class=FailureClass.USER,
            hint="raise schedule.sequence_length, or look at the rows: tuner data inspect FILE --model MODEL",
        )
