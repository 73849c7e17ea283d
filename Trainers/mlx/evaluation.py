"""The validation loss of a model as it stands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from Trainers.mlx.batches import validation_batches
from Trainers.mlx.examples import Example
from Trainers.mlx.losses import validation_loss


class Evaluation:
    """Measures on all validation rows, each learned token weighing alike."""

    def __init__(self, model: Any, examples: Sequence[Example], batch_size: int) -> None:
        self.model = model
        self.examples = examples
        self.batch_size = batch_size

    def measure(self) -> dict[str, float]:
        """eval_loss, and eval_runtime in seconds. The model is in training mode afterwards."""
        from mlx_lm.tuner.trainer import evaluate

        began = time.monotonic()
        longest = max(len(e.tokens) for e in self.examples)
        loss = evaluate(
            self.model,
            self.examples,
            self.batch_size,
            num_batches=-1,
            max_seq_length=longest,
            loss=validation_loss,
            iterate_batches=validation_batches,
        )
        self.model.train()
        return {"eval_loss": float(loss), "eval_runtime": round(time.monotonic() - began, 3)}
