"""What an exception in a training process is told as; this part needs the standard library only."""

from __future__ import annotations

import errno

import pytest

from tests.support.subprocesses import run_python
from Trainers.common.failures import describe
from tuner.core.errors import ErrorCode, FailureClass, TunerError


class OutOfMemoryError(RuntimeError):
    """Stands for torch's."""


class GatedRepoError(OSError):
    """Stands for the Hub's."""


class RepositoryNotFoundError(OSError):
    """Stands for the Hub's."""


class HTTPError(Exception):
    """Stands for those of requests and httpx."""


@pytest.mark.parametrize(
    ("error", "code", "failure_class"),
    [
        (OutOfMemoryError("CUDA out of memory"), ErrorCode.TRAINING_OOM, FailureClass.USER),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), ErrorCode.TRAINING_OOM, FailureClass.USER),
        (RuntimeError("[metal::malloc] Attempting to allocate 9 bytes"), ErrorCode.TRAINING_OOM, FailureClass.USER),
        (RuntimeError("[METAL] failed: Insufficient Memory (00000008)"), ErrorCode.TRAINING_OOM, FailureClass.USER),
        (MemoryError(), ErrorCode.TRAINING_OOM, FailureClass.USER),
        (OSError(errno.ENOSPC, "No space left on device"), ErrorCode.DISK_FULL, FailureClass.TRANSIENT),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), ErrorCode.DISK_FULL, FailureClass.TRANSIENT),
        (GatedRepoError("403"), ErrorCode.MODEL_GATED, FailureClass.USER),
        (RepositoryNotFoundError("404"), ErrorCode.MODEL_NOT_FOUND, FailureClass.USER),
        (ConnectionResetError("reset"), ErrorCode.ARTIFACT_DOWNLOAD_FAILED, FailureClass.TRANSIENT),
        (HTTPError("503 Service Unavailable"), ErrorCode.ARTIFACT_DOWNLOAD_FAILED, FailureClass.TRANSIENT),
        (HTTPError("400 Bad Request"), ErrorCode.TRAINER_CRASHED, FailureClass.FATAL),
        (ZeroDivisionError("division by zero"), ErrorCode.TRAINER_CRASHED, FailureClass.FATAL),
    ],
)
def test_failures_have_code_class_and_hint(error: Exception, code: ErrorCode, failure_class: FailureClass) -> None:
    told = describe(error)
    assert (told.code, told.failure_class) == (code, failure_class)
    assert told.message and told.hint


def test_hints_name_the_run_they_are_of() -> None:
    assert "tuner runs fix r-1`" in describe(MemoryError(), "r-1").hint
    assert "tuner runs logs r-1`" in describe(ZeroDivisionError(), "r-1").hint


def test_what_is_already_told_stays() -> None:
    error = TunerError("the loss became nan", code=ErrorCode.NAN_LOSS)
    assert describe(error) is error


def test_a_message_is_one_line_and_not_endless() -> None:
    told = describe(ValueError("\n\n  first " + "x" * 1000 + "\nsecond"))
    assert told.message.startswith("ValueError: first x")
    assert "\n" not in told.message
    assert len(told.message) < 450


def test_the_frame_of_a_trainer_needs_the_standard_library_only() -> None:
    modules = ["entry", "failures", "payload", "reporting"]
    done = run_python("import " + ", ".join(f"Trainers.common.{m}" for m in modules), standard_library_only=True)
    assert done.returncode == 0, done.stderr
