"""``accelerate launch`` with an exit code that the supervisor understands.

``python -m Trainers.common.launched <arguments of accelerate launch>``: accelerate ends with 1 whatever its processes
ended with; where all of them stopped on request after saving, this ends with the code that says so.
"""

from __future__ import annotations

import os
import sys

from Trainers.common.ranks import SUPERVISOR
from tuner.runs.control import STOPPED_EXIT_CODE


def main() -> int:
    """Start the processes and wait for them."""
    from accelerate.commands.launch import main as launch
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    os.environ[SUPERVISOR] = str(os.getppid())
    try:
        launch()
    except ChildFailedError as error:
        codes = {failure.exitcode for failure in error.failures.values()}
        # The first rank that ends takes the others with it, by a signal: one that stopped speaks for all.
        return STOPPED_EXIT_CODE if STOPPED_EXIT_CODE in codes else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
