"""A trainer that Metal or a library aborts: told as out of memory where its last words say so."""

from __future__ import annotations

import pytest

from tests.support.fake_trainers import fake_run
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.jobs.supervisor import Supervisor
from tuner.runs.state_file import read_state

METAL = (
    "libc++abi: terminating due to uncaught exception of type std::runtime_error: [METAL] Command buffer execution "
    "failed: Insufficient Memory (00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
)
BUFFER = (
    "libc++abi: terminating due to uncaught exception of type std::runtime_error: [metal::malloc] Attempting to "
    "allocate 75161927680 bytes which is greater than the maximum allowed buffer size of 28991029248 bytes."
)
OTHER = "libc++abi: terminating: [METAL] Command buffer execution failed: Internal Error (0000000e:Internal Error)"

ABORTS = """
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
print("step 7")
print({said!r})
print("resource_tracker: There appear to be 1 leaked semaphore objects to clean up at shutdown", flush=True)
os.abort()
"""


def error_of(workspace: Workspace, said: str) -> dict[str, object]:
    run_dir = fake_run(workspace, ABORTS.format(said=said))
    assert Supervisor(run_dir).run() == 1
    state = read_state(run_dir)
    assert state.state is RunState.FAILED
    assert state.error is not None
    return dict(state.error)


@pytest.mark.parametrize("said", [METAL, BUFFER, "[malloc] Unable to allocate 99 bytes.", "what():  std::bad_alloc"])
def test_an_abort_for_want_of_memory_is_out_of_memory(workspace: Workspace, said: str) -> None:
    error = error_of(workspace, said)
    assert (error["code"], error["class"]) == ("TRAINING_OOM", "user")
    assert error["message"] == f"the device ran out of memory: {said}"
    assert "schedule.batch_size" in str(error["hint"])


def test_any_other_abort_is_a_killed_trainer(workspace: Workspace) -> None:
    error = error_of(workspace, OTHER)
    assert error["code"] == "TRAINER_KILLED"
    assert "Internal Error" in str(error["message"])
