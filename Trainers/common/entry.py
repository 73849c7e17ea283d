"""The frame around every training script: payload in, exit code out, failures told (standard library only)."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from Trainers.common.failures import describe
from Trainers.common.hub_models import bring_model
from Trainers.common.mirrors import open_mirrors
from Trainers.common.payload import Payload, load_payload
from Trainers.common.quick_start import begin_loading
from Trainers.common.ranks import is_main, leave_together, world_size
from Trainers.common.reporting import Reporter, reporter_for
from Trainers.common.unsloth_models import import_first
from tuner.core.states import Phase
from tuner.runs.control import STOPPED_EXIT_CODE
from tuner.runs.state_file import patch_state, read_state


def run_script(work: Callable[[Payload, Reporter], bool]) -> int:
    """Run a trainer's work on the run directory named in argv.

    ``work`` returns False where it stopped on request, after saving. A failure is written to state.json with code,
    class and hint, its traceback to stderr, which the supervisor keeps in console.log.
    """
    begin_loading()
    run_dir = Path(sys.argv[1])
    try:
        reporter = reporter_for(run_dir)
        reporter.phase(Phase.PREPARING, "starting the trainer")
        payload = load_payload(run_dir)
        bring_model(payload, reporter)
        import_first(payload)
        reporter.mirrors = open_mirrors(payload, reporter.warn)
        try:
            finished = work(payload, reporter)
        finally:
            reporter.close()
        leave_together()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        traceback.print_exc()
        told = describe(error, run_dir.name)
        # Of several processes, what failed first is the cause; the others only lost it.
        if world_size() == 1 or read_state(run_dir).error is None:
            patch_state(run_dir, {"error": {"class": told.failure_class.value, **told.as_dict()}}, durable=True)
        return 1
    return 0 if finished or not is_main() else STOPPED_EXIT_CODE
