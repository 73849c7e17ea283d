"""The supervisor: one process a run, in its own session. It starts what launch.json says and knows no backend.

``python -m tuner.jobs.supervisor RUN_DIR``
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType

from tuner.core.states import Phase, RunState
from tuner.jobs.identity import boot_id, host_name, identify
from tuner.jobs.outcome import Outcome, outcome_of
from tuner.jobs.samples import Sampler
from tuner.jobs.trainer_process import TrainerProcess
from tuner.runs.control import read_request
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths, utc_now
from tuner.runs.manifest_file import patch_manifest
from tuner.runs.state_file import IllegalTransition, change_state, patch_state, read_state

log = logging.getLogger(__name__)

HEARTBEAT = 2.0
"""Seconds between heartbeats."""
POLL = 0.1
STEP_GRACE = 60.0
"""Seconds a training step, with its checkpoint, may take to answer a request to stop, before SIGTERM."""
IDLE_GRACE = 3.0
"""The same before training has begun: there is nothing to save yet."""


class Supervisor:
    """Runs one attempt from queued to its end."""

    def __init__(self, run_dir: Path) -> None:
        self.run_dir = run_dir
        self.paths = RunPaths(run_dir)
        self._asked_at: float | None = None
        self._told_to_end = False
        self._beat_at = 0.0

    def run(self) -> int:
        """Supervise to the end. Returns 0 where the run succeeded, 1 otherwise (2: it was not queued any more)."""
        me = identify()
        try:
            change_state(
                self.run_dir,
                RunState.RUNNING,
                "starting",
                patch={
                    "phase": Phase.PREPARING.value,
                    "error": None,
                    "host": host_name(),
                    "boot_id": boot_id(),
                    "supervisor": me.as_dict(),
                },
            )
        except IllegalTransition:
            return 2  # cancelled, or claimed by another supervisor, before we came
        self._beat()
        patch_manifest(self.run_dir, {"started": utc_now(), "state": RunState.RUNNING.value})
        outcome = self._finish(self._supervise())
        return 0 if outcome.state is RunState.SUCCEEDED else 1

    def _supervise(self) -> Outcome:
        try:
            trainer = TrainerProcess(self.run_dir)
        except (OSError, UnreadableFile) as error:
            return Outcome.not_started(error)
        patch_state(self.run_dir, {"trainer": identify(trainer.pid).as_dict()}, durable=True)
        sampler = Sampler(self.run_dir, trainer.pid)
        sampler.start()
        while (code := trainer.wait(POLL)) is None:
            self._beat()
            if self._told_to_end or self._patience_is_over():
                trainer.press()
        sampler.stop()
        trainer.sweep()
        return outcome_of(self.run_dir, code, asked=read_request(self.run_dir), told_to_end=self._told_to_end)

    def _finish(self, outcome: Outcome) -> Outcome:
        if outcome.state is RunState.SUCCEEDED:
            change_state(self.run_dir, RunState.FINALIZING, "finalizing", patch={"phase": Phase.FINALIZING.value})
        if outcome.state in {RunState.SUCCEEDED, RunState.CANCELLED}:
            from tuner.jobs.finalize import finalize  # pydantic and hashing: not needed to get the trainer going

            try:
                finalize(self.run_dir)
            except (OSError, UnreadableFile) as error:
                log.exception("the results could not be recorded")
                if outcome.state is RunState.SUCCEEDED:
                    outcome = Outcome.not_finalized(error)
        patch = {"phase": None, "eta_seconds": None, "error": outcome.error, "supervisor": None, "trainer": None}
        try:
            patch_manifest(self.run_dir, {"finished": utc_now(), "state": outcome.state.value, "error": outcome.error})
        except (OSError, UnreadableFile):
            log.exception("the manifest could not be written; state.json says how the run ended")
        change_state(self.run_dir, outcome.state, outcome.message, patch=patch)
        return outcome

    def _patience_is_over(self) -> bool:
        if read_request(self.run_dir) is None:
            return False
        now = time.monotonic()
        self._asked_at = self._asked_at or now
        try:
            phase = read_state(self.run_dir).phase
        except UnreadableFile:
            phase = None
        busy = phase in {Phase.TRAINING.value, Phase.EVALUATING.value, Phase.SAVING.value}
        return now - self._asked_at > (STEP_GRACE if busy else IDLE_GRACE)

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beat_at >= HEARTBEAT:
            self._beat_at = now
            self.paths.heartbeat.touch()

    def end(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: the machine goes down or somebody ends us; the trainer goes with us."""
        self._told_to_end = True


def main(argv: list[str]) -> int:
    """Entry point of the supervisor process."""
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s supervisor: %(message)s", level=logging.INFO)
    supervisor = Supervisor(Path(argv[1]))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, supervisor.end)
    os.umask(0o022)
    try:
        return supervisor.run()
    except Exception:
        log.exception("the supervisor failed")
        raise


if __name__ == "__main__":
    sys.exit(main(sys.argv))
