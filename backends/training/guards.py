"""When a run should end before its last step: the job's choices in the trainers' terms."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import JsonValue

from tuner.core.backend_protocol import CustomParameter
from tuner.core.issues import Issue, Severity
from tuner.core.job import JobConfiguration

GUARD_CUSTOM = {
    "early_stopping_metric": CustomParameter(
        kind="str",
        default="",
        help="the metric whose progress early stopping looks at, as the rows name it; empty: eval_loss",
    ),
    "early_stopping_delta": CustomParameter(
        kind="float", default=0.0, minimum=0.0, help="how much better counts as progress for early stopping"
    ),
    "keep_checkpoints": CustomParameter(
        kind="int",
        default=0,
        minimum=0,
        help="how many of the newest checkpoints to keep besides the best and the pinned ones; 0: all",
    ),
    "divergence_guard": CustomParameter(
        kind="bool",
        default=True,
        help="end the run where loss or weights are no numbers any more, or the loss explodes",
    ),
    "divergence_loss_factor": CustomParameter(
        kind="float",
        default=3.0,
        minimum=1.1,
        help="how many times its smoothed minimum the smoothed loss may be (and 2 above it) before the run ends",
    ),
    "divergence_gradient_norm": CustomParameter(
        kind="float",
        default=1000.0,
        minimum=0.001,
        help="the gradient's norm, before clipping, that is far beyond healthy (0.1 to 10)",
    ),
    "divergence_gradient_rows": CustomParameter(
        kind="int", default=20, minimum=1, help="rows in a row with such a gradient before the run ends"
    ),
}


def guards(job: JobConfiguration) -> dict[str, JsonValue]:
    """What stands under ``guards`` in the payload; read by Trainers.common.guards."""
    options = {name: job.metadata.get(name, p.default) for name, p in GUARD_CUSTOM.items()}
    return {
        "early_stopping_patience": job.schedule.early_stopping_patience,
        "early_stopping_metric": options["early_stopping_metric"],
        "early_stopping_delta": options["early_stopping_delta"],
        "objective": job.objective.value,
        "keep_checkpoints": options["keep_checkpoints"],
        "divergence": options["divergence_guard"],
        "loss_factor": options["divergence_loss_factor"],
        "gradient_norm": options["divergence_gradient_norm"],
        "gradient_rows": options["divergence_gradient_rows"],
    }


def guard_issues(job: JobConfiguration) -> Iterator[Issue]:
    """Early stopping that can never happen, though there are evaluations."""
    patience, evaluations = job.schedule.early_stopping_patience, job.schedule.evaluations
    if patience is None:
        for name in ("early_stopping_metric", "early_stopping_delta"):
            if name in job.metadata:
                yield _idle(f"metadata.{name}", "schedule.early_stopping_patience is not set", "set it too")
        return
    # The first evaluation is what the others are compared with, unless there is one before training; after the last
    # there is nothing left to stop.
    least = patience + (1 if job.metadata.get("evaluate_first") is True else 2)
    if job.schedule.eval_steps is None and 0 < evaluations < least:
        yield _idle(
            "schedule.early_stopping_patience",
            f"{evaluations} evaluations cannot be {patience} without progress before the last",
            f"set schedule.evaluations to {least} or more, or a smaller patience",
        )


def _idle(path: str, why: str, hint: str) -> Issue:
    return Issue(
        path=path,
        severity=Severity.WARNING,
        code="NOT_HONOURED",
        message=f"it would have no effect: {why}",
        hint=f"{hint}, or accept that it has no effect (--accept NOT_HONOURED)",
    )
