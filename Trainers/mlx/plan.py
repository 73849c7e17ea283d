"""How long a run is and where it saves and evaluates, in optimizer steps (standard library only).

mlx-lm counts micro-batches as iterations. Here an optimizer step is always ``accumulation`` of them, so that a run has
as many steps, checkpoints and evaluations as the same configuration has with TRL.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """Intervals are optimizer steps; None means never."""

    steps: int
    accumulation: int
    logging_steps: int
    save_steps: int | None
    eval_steps: int | None

    @property
    def iterations(self) -> int:
        """The run's length as mlx-lm counts it."""
        return self.steps * self.accumulation

    def logs_at(self, step: int) -> bool:
        return step % self.logging_steps == 0 or step == self.steps

    def saves_at(self, step: int) -> bool:
        return self.save_steps is not None and (step % self.save_steps == 0 or step == self.steps)

    def evaluates_at(self, step: int) -> bool:
        return self.eval_steps is not None and (step % self.eval_steps == 0 or step == self.steps)


def make_plan(arguments: Mapping[str, Any], spread: Mapping[str, int], training_rows: int, validation: bool) -> Plan:
    """The plan of a run on so many rows.

    Args:
        arguments: of the payload: batch_size, gradient_accumulation_steps, epochs, max_steps, logging_steps,
            save_steps, eval_steps; what is None there is spread or left out.
        spread: how many checkpoints and evaluations to spread over the run.
        validation: whether there is anything to evaluate on.
    """
    accumulation = int(arguments["gradient_accumulation_steps"])
    an_epoch = max(1, math.ceil(training_rows / (int(arguments["batch_size"]) * accumulation)))
    steps = int(arguments.get("max_steps") or an_epoch * int(arguments["epochs"]))
    intervals = {}
    for key, name in (("save_steps", "checkpoints"), ("eval_steps", "evaluations")):
        wanted = spread.get(name, 0)
        intervals[key] = arguments.get(key) or (math.ceil(steps / wanted) if wanted else None)
    return Plan(
        steps=steps,
        accumulation=accumulation,
        logging_steps=int(arguments["logging_steps"]),
        save_steps=intervals["save_steps"],
        eval_steps=intervals["eval_steps"] if validation else None,
    )
