"""One run over several processes, as accelerate starts them: which one reports, and what all of them agree on.

Only the standard library is loaded, until there are several processes.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

SUPERVISOR = "TUNER_SUPERVISOR_PID"
"""Set by Trainers.common.launched: the supervisor is not a rank's parent, the launcher stands between."""

_PATIENCE = timedelta(days=1)
"""Longer than any evaluation; a process that is gone is noticed by the launcher, not by waiting."""


def rank() -> int:
    """This process's number among all of the run's."""
    return int(os.environ.get("RANK", "0"))


def local_rank() -> int:
    """This process's number on this machine: the number of its GPU."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def world_size() -> int:
    """How many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def is_main() -> bool:
    """Whether this process writes the run's files and speaks for it."""
    return rank() == 0


class Agreement:
    """What one process saw and all must do at the same step; without others, simply what it saw.

    The answer goes over a group of its own on the processor, so that the GPU's queue is not waited for.
    """

    def __init__(self) -> None:
        self._group: Any = None

    def any(self, mine: bool) -> bool:
        """Whether any process says yes. All processes must ask, equally often."""
        if world_size() == 1:
            return mine
        import torch
        from torch import distributed

        if self._group is None:
            self._group = distributed.new_group(backend="gloo", timeout=_PATIENCE)
        answer = torch.tensor([int(mine)])
        distributed.all_reduce(answer, op=distributed.ReduceOp.MAX, group=self._group)
        return bool(answer.item())

    def wait(self) -> None:
        """Return once all processes are here."""
        self.any(False)


def leave_together() -> None:
    """The last act of a process that did its work: none ends, and so takes the others with it, before all are done."""
    if world_size() == 1:
        return
    from torch import distributed

    if distributed.is_initialized():
        Agreement().wait()
        distributed.destroy_process_group()


class SupervisorWatch:
    """Whether the supervisor that started this run is still there."""

    def __init__(self) -> None:
        named = os.environ.get(SUPERVISOR)
        self._pid = int(named) if named else None
        self._parent = os.getppid()

    def gone(self) -> bool:
        """Nobody watches any more: our parent ended and left us to init, or the launcher's did."""
        if self._pid is None or os.getppid() != self._parent:
            return os.getppid() != self._parent
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return True  # another user's process has its number now
        return False
