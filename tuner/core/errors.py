"""The errors a person can meet, each with a code, a failure class and a hint (standard library only)."""

from __future__ import annotations

from enum import StrEnum


class FailureClass(StrEnum):
    """Who can mend a failure: the user, time (a retry may succeed), or nobody without a change of the program."""

    USER = "user"
    TRANSIENT = "transient"
    FATAL = "fatal"


class ErrorCode(StrEnum):
    """Stable names for failures, as they stand in JSON, events and state.json."""

    CONFIG_INVALID = "CONFIG_INVALID"
    DATA_NOT_FOUND = "DATA_NOT_FOUND"
    DATA_INVALID = "DATA_INVALID"
    CORPUS_NOT_FOUND = "CORPUS_NOT_FOUND"
    CORPUS_EMPTY = "CORPUS_EMPTY"
    TOKENIZER_NOT_FOUND = "TOKENIZER_NOT_FOUND"
    TOKENIZER_TRAIN_FAILED = "TOKENIZER_TRAIN_FAILED"
    MODEL_NOT_FOUND = "MODEL_NOT_FOUND"
    MODEL_GATED = "MODEL_GATED"
    MODEL_LOAD_FAILED = "MODEL_LOAD_FAILED"
    MODEL_INCOMPATIBLE = "MODEL_INCOMPATIBLE"
    UNSUPPORTED_BACKEND = "UNSUPPORTED_BACKEND"
    MISSING_LIBRARY = "MISSING_LIBRARY"
    CUDA_NOT_AVAILABLE = "CUDA_NOT_AVAILABLE"
    TRAINING_OOM = "TRAINING_OOM"
    NAN_LOSS = "NAN_LOSS"
    TRAINING_DIVERGED = "TRAINING_DIVERGED"
    TRAINING_CANCELLED = "TRAINING_CANCELLED"
    TRAINER_KILLED = "TRAINER_KILLED"
    TRAINER_CRASHED = "TRAINER_CRASHED"
    DISK_FULL = "DISK_FULL"
    RUN_NOT_FOUND = "RUN_NOT_FOUND"
    CHECKPOINT_NOT_FOUND = "CHECKPOINT_NOT_FOUND"
    EVAL_NOT_FOUND = "EVAL_NOT_FOUND"
    SERVER_UNREACHABLE = "SERVER_UNREACHABLE"
    ARTIFACT_UPLOAD_FAILED = "ARTIFACT_UPLOAD_FAILED"
    ARTIFACT_DOWNLOAD_FAILED = "ARTIFACT_DOWNLOAD_FAILED"
    UNAUTHORIZED = "UNAUTHORIZED"


class TunerError(Exception):
    """Something a person can be told: what happened and where (the message), and what to do next (the hint)."""

    default_code = ErrorCode.TRAINER_CRASHED
    default_class = FailureClass.FATAL

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | str | None = None,
        hint: str = "",
        failure_class: FailureClass | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = ErrorCode(code) if code is not None else self.default_code
        self.hint = hint
        self.failure_class = failure_class or self.default_class

    def as_dict(self) -> dict[str, str]:
        """The error as JSON reports it: code, message, hint."""
        return {"code": self.code.value, "message": self.message, "hint": self.hint}


class ConfigurationError(TunerError):
    """A missing or invalid configuration file, field or value."""

    default_code = ErrorCode.CONFIG_INVALID
    default_class = FailureClass.USER


class BackendError(TunerError):
    """A subprocess, CUDA, a server or an upload failed."""


class DiscoveryError(TunerError):
    """A run, checkpoint or model that was asked for is not there."""

    default_code = ErrorCode.RUN_NOT_FOUND
    default_class = FailureClass.USER


class ValidationError(TunerError):
    """Data, or a model, that a trainer cannot use."""

    default_code = ErrorCode.DATA_INVALID
    default_class = FailureClass.USER
