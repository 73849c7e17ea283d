"""Errors carry what happened, a code, a class and what to do."""

from __future__ import annotations

import pytest

from tuner.core import BackendError, ConfigurationError, DiscoveryError, TunerError, ValidationError
from tuner.core.errors import ErrorCode, FailureClass

CODES = {
    "CONFIG_INVALID",
    "DATA_NOT_FOUND",
    "DATA_INVALID",
    "CORPUS_NOT_FOUND",
    "CORPUS_EMPTY",
    "TOKENIZER_NOT_FOUND",
    "TOKENIZER_TRAIN_FAILED",
    "MODEL_NOT_FOUND",
    "MODEL_GATED",
    "MODEL_LOAD_FAILED",
    "MODEL_INCOMPATIBLE",
    "UNSUPPORTED_BACKEND",
    "CUDA_NOT_AVAILABLE",
    "TRAINING_OOM",
    "NAN_LOSS",
    "TRAINING_DIVERGED",
    "TRAINING_CANCELLED",
    "TRAINER_KILLED",
    "TRAINER_CRASHED",
    "DISK_FULL",
    "RUN_NOT_FOUND",
    "CHECKPOINT_NOT_FOUND",
    "EVAL_NOT_FOUND",
    "SERVER_UNREACHABLE",
    "ARTIFACT_UPLOAD_FAILED",
    "ARTIFACT_DOWNLOAD_FAILED",
    "UNAUTHORIZED",
}


def test_every_code_of_the_contract_exists_under_its_own_name() -> None:
    assert {c.value for c in ErrorCode} >= CODES
    assert all(c.name == c.value for c in ErrorCode)


@pytest.mark.parametrize("kind", [ConfigurationError, BackendError, DiscoveryError, ValidationError])
def test_all_are_tuner_errors_with_a_code_of_their_own(kind: type[TunerError]) -> None:
    error = kind("it broke")
    assert isinstance(error, TunerError)
    assert str(error) == error.message == "it broke"
    assert isinstance(error.code, ErrorCode)
    assert error.hint == ""


@pytest.mark.parametrize(
    ("kind", "code", "failure"),
    [
        (ConfigurationError, ErrorCode.CONFIG_INVALID, FailureClass.USER),
        (DiscoveryError, ErrorCode.RUN_NOT_FOUND, FailureClass.USER),
        (ValidationError, ErrorCode.DATA_INVALID, FailureClass.USER),
        (BackendError, ErrorCode.TRAINER_CRASHED, FailureClass.FATAL),
    ],
)
def test_defaults(kind: type[TunerError], code: ErrorCode, failure: FailureClass) -> None:
    assert (kind("x").code, kind("x").failure_class) == (code, failure)


def test_what_is_given_rules_over_the_defaults() -> None:
    error = BackendError("no answer", code="SERVER_UNREACHABLE", hint="start it", failure_class=FailureClass.TRANSIENT)
    assert error.code is ErrorCode.SERVER_UNREACHABLE
    assert error.failure_class is FailureClass.TRANSIENT
    assert error.as_dict() == {"code": "SERVER_UNREACHABLE", "message": "no answer", "hint": "start it"}


def test_an_unknown_code_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="NO_SUCH_CODE"):
        TunerError("x", code="NO_SUCH_CODE")
