"""A lack of memory is known by the same signs wherever it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.subprocesses import run_python
from tests.tuiapp.screen.table_support import make_summary
from tuiapp.actions import by_id
from tuiapp.screens.main.situation import Situation, why_not
from tuner.core.out_of_memory import lacked_memory, says_out_of_memory, what_to_change


@pytest.mark.parametrize(
    ("error", "lacked"),
    [
        (None, False),
        ({}, False),
        ({"code": "TRAINING_OOM", "message": "CUDA out of memory"}, True),
        ({"code": "TRAINER_KILLED", "message": "the trainer was killed by SIGKILL: step 7"}, True),
        ({"code": "TRAINER_KILLED", "message": "the trainer was killed by SIGSEGV"}, False),
        ({"code": "TRAINER_CRASHED", "message": "SIGKILL"}, False),
    ],
)
def test_a_run_that_the_kernel_killed_is_mended_like_one_that_says_so(
    error: Mapping[str, object] | None, lacked: bool
) -> None:
    assert lacked_memory(error) is lacked
    run = make_summary(1, state="failed", error=error)
    refused = why_not(by_id("run.fix"), Situation(run, runs=1, checkpoints=False))
    assert refused == ("" if lacked else "the selected run did not run out of memory")


@pytest.mark.parametrize(
    "said", ["CUDA out of memory. Tried to", "what():  std::bad_alloc", "[malloc] Unable to allocate 9"]
)
def test_what_libraries_say(said: str) -> None:
    assert says_out_of_memory(said)
    assert not says_out_of_memory("[METAL] Command buffer execution failed: Internal Error")


def test_the_hint_names_the_run() -> None:
    assert "`tuner runs fix r-1`" in what_to_change("r-1")


def test_needs_the_standard_library_only() -> None:
    assert run_python("import tuner.core.out_of_memory", standard_library_only=True).returncode == 0
