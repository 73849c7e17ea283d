"""What an exception in a training process means to a person (standard library only)."""

from __future__ import annotations

import errno
import re

from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.out_of_memory import says_out_of_memory, what_to_change

_CONNECTION = re.compile(r"connection|timed out|timeout|temporarily unavailable|502|503|504|max retries", re.I)


def describe(error: BaseException, run_id: str = "ID") -> TunerError:
    """The error as code, class, message and hint; the original stays its cause. ``run_id``: whose it is."""
    if isinstance(error, TunerError):
        return error
    text = first_line(error)
    names = {cls.__name__ for cls in type(error).__mro__}
    if isinstance(error, MemoryError) or "OutOfMemoryError" in names or says_out_of_memory(text):
        return TunerError(
            f"the device ran out of memory: {text}",
            code=ErrorCode.TRAINING_OOM,
            failure_class=FailureClass.USER,
            hint=what_to_change(run_id),
        )
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return TunerError(
            f"the disk is full: {text}",
            code=ErrorCode.DISK_FULL,
            failure_class=FailureClass.TRANSIENT,
            hint="free some space and start the run again; what was saved stays",
        )
    if "GatedRepoError" in names:
        return TunerError(
            f"the model is gated: {text}",
            code=ErrorCode.MODEL_GATED,
            failure_class=FailureClass.USER,
            hint="accept its licence on its Hub page and log in (hf auth login)",
        )
    if names & {"RepositoryNotFoundError", "RevisionNotFoundError", "LocalEntryNotFoundError", "EntryNotFoundError"}:
        return TunerError(
            f"the model is not there: {text}",
            code=ErrorCode.MODEL_NOT_FOUND,
            failure_class=FailureClass.USER,
            hint="check model.base_model and model.revision, and the connection to the Hub",
        )
    if isinstance(error, ConnectionError | TimeoutError) or ("HTTPError" in names and _CONNECTION.search(text)):
        return TunerError(
            f"the connection failed: {text}",
            code=ErrorCode.ARTIFACT_DOWNLOAD_FAILED,
            failure_class=FailureClass.TRANSIENT,
            hint="start the run again; what was downloaded is kept",
        )
    return TunerError(
        f"{type(error).__name__}: {text}",
        code=ErrorCode.TRAINER_CRASHED,
        failure_class=FailureClass.FATAL,
        hint=f"the full traceback is in the log (`tuner runs logs {run_id}`)",
    )


def first_line(error: BaseException) -> str:
    """What an exception says, in one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:400] if lines else type(error).__name__
