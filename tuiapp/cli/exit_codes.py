"""What the exit code tells."""

from __future__ import annotations

from tuner.core.errors import (
    BackendError,
    ConfigurationError,
    DiscoveryError,
    ErrorCode,
    TunerError,
    ValidationError,
)

DONE = 0
FAILED = 1
BAD_INPUT = 2
MACHINE_LACKS = 3
NOT_THERE = 4
INTERRUPTED = 130

_LACKING = frozenset(
    {ErrorCode.CUDA_NOT_AVAILABLE, ErrorCode.UNSUPPORTED_BACKEND, ErrorCode.MISSING_LIBRARY, ErrorCode.DISK_FULL}
)


def exit_code_of(error: TunerError) -> int:
    """0 done, 1 failed, 2 bad input or configuration, 3 something this machine lacks, 4 a named thing is not there."""
    if isinstance(error, DiscoveryError):
        return NOT_THERE
    if (isinstance(error, BackendError) and error.code in _LACKING) or error.code is ErrorCode.DISK_FULL:
        return MACHINE_LACKS
    if isinstance(error, ConfigurationError | ValidationError):
        return BAD_INPUT
    return FAILED
