"""The batches that mlx-lm's loops read: all rows of each epoch, grouped by optimizer step, masked token by token.

mlx-lm's own ``iterate_batches`` drops the rows that do not fill a batch, knows one span of answer tokens a row and
draws from numpy's global generator; these stand in its place.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from Trainers.mlx.examples import Example

PAD_TO = 32
"""Lengths are rounded up to it, because mlx compiles a step anew for each shape."""


def epoch_groups(
    lengths: Sequence[int], batch_size: int, accumulation: int, chance: random.Random
) -> list[list[list[int]]]:
    """One epoch's optimizer steps, each of exactly ``accumulation`` lists of at most ``batch_size`` row numbers.

    Rows are shuffled; those of one step are then sorted by length, which saves padding and changes nothing else,
    because a step weighs each token alike. The last step's rows are shared out evenly, some lists may then be empty.
    """
    order = list(range(len(lengths)))
    chance.shuffle(order)
    size = batch_size * accumulation
    groups = []
    for start in range(0, len(order), size):
        rows = sorted(order[start : start + size], key=lambda i: (lengths[i], i))
        cuts = [len(rows) * i // accumulation for i in range(accumulation + 1)]
        groups.append([rows[a:b] for a, b in pairwise(cuts)])
    return groups


class TrainingBatches:
    """Endless micro-batches, callable as mlx-lm's ``iterate_batches``. Counts what it has given out.

    Each is (tokens, mask, real, share): int32 and float32 of (rows, length), the count of tokens that are no padding,
    and the factor that makes the mean over a step's micro-batches the mean over all its learned tokens.
    """

    def __init__(self, batch_size: int, accumulation: int, seed: int) -> None:
        self.batch_size = batch_size
        self.accumulation = accumulation
        self.seed = seed
        self.epoch = 0.0
        """Passes over the data so far."""
        self.tokens = 0
        """Tokens so far that were no padding."""

    def __call__(
        self, dataset: Sequence[Example], batch_size: int, max_seq_length: int, loop: bool = True, **_: Any
    ) -> Iterator[tuple[Any, ...]]:
        import mlx.core as mx

        lengths = [len(e.tokens) for e in dataset]
        passes = 0
        while True:
            seen = 0
            for group in epoch_groups(lengths, batch_size, self.accumulation, random.Random(f"{self.seed}-{passes}")):
                learned = sum(sum(dataset[i].mask[1:]) for rows in group for i in rows)
                share = mx.array(self.accumulation / max(1, learned), mx.float32)
                for rows in group:
                    seen += len(rows)
                    self.epoch = passes + seen / len(dataset)
                    real = sum(lengths[i] for i in rows)
                    self.tokens += real
                    tokens, mask = padded([dataset[i] for i in rows])
                    yield tokens, mask, mx.array(real), share
            passes += 1


def validation_batches(
    dataset: Sequence[Example], batch_size: int, max_seq_length: int, **_: Any
) -> Iterator[tuple[Any, ...]]:
    """All rows once, like with like in length; each batch is (tokens, mask)."""
    order = sorted(range(len(dataset)), key=lambda i: len(dataset[i].tokens))
    for start in range(0, len(order), batch_size):
        yield padded([dataset[i] for i in order[start : start + batch_size]])


def padded(examples: Sequence[Example]) -> tuple[Any, Any]:
    """Token ids and mask as arrays of (rows, length), filled up with zeros on the right; no rows make one empty row.

    The length is one more than a multiple of 32: the loss reads all but the last token and predicts all but the first.
    """
    import mlx.core as mx
    import numpy as np

    longest = max((len(e.tokens) for e in examples), default=2)
    length = 1 + -(-(longest - 1) // PAD_TO) * PAD_TO
    tokens = np.zeros((max(1, len(examples)), length), np.int32)
    mask = np.zeros((max(1, len(examples)), length), np.float32)
    for i, example in enumerate(examples):
        tokens[i, : len(example.tokens)] = example.tokens
        mask[i, : len(example.mask)] = example.mask
    return mx.array(tokens), mx.array(mask)
