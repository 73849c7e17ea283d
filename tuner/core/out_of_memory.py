"""How a lack of memory is known, and what is said of it (standard library only)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tuner.core.errors import ErrorCode

_SAID = re.compile(
    r"out of memory|can't allocate memory|DefaultCPUAllocator|std::bad_alloc"
    r"|kIOGPUCommandBufferCallbackErrorOutOfMemory|\[METAL\].*insufficient memory|\[metal::malloc\]"
    r"|\[malloc(_or_wait)?\] unable to allocate",
    re.I,
)
"""By PyTorch, the C++ library, Metal and MLX."""
KILLED = "SIGKILL"
"""The signal by which the kernel ends what takes the last memory."""


def says_out_of_memory(text: str) -> bool:
    """Whether a library's words mean that."""
    return _SAID.search(text) is not None


def lacked_memory(error: Mapping[str, object] | None) -> bool:
    """Whether a run's error object means that: it says so, or the trainer was killed as the kernel kills for it."""
    if error is None:
        return False
    killed = error.get("code") == ErrorCode.TRAINER_KILLED.value and KILLED in str(error.get("message"))
    return killed or error.get("code") == ErrorCode.TRAINING_OOM.value


def what_to_change(run_id: str) -> str:
    """The hint."""
    return (
        f"`tuner runs fix {run_id}` proposes what to change: half of schedule.batch_size with double "
        "schedule.gradient_accumulation, gradient_checkpointing, or a shorter schedule.sequence_length"
    )
