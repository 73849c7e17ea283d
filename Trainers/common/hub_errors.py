"""What the Hub's client raises, told in one message each with what to do next (standard library only)."""

from __future__ import annotations

import errno
import os

from Trainers.common.failures import first_line
from tuner.core.errors import ErrorCode, FailureClass, TunerError

_CONNECTION = {
    "ConnectionError",
    "TimeoutError",
    "TransportError",  # httpx: refused, reset, timed out, cut off
    "ChunkedEncodingError",  # requests
    "OfflineModeIsEnabled",
    "LocalEntryNotFoundError",
}
_TRY_AGAIN = {408, 429, 500, 502, 503, 504}


class Damaged(OSError):
    """A file that came whole but is not what the Hub says it is."""


def is_transient(error: BaseException) -> bool:
    """Whether trying again may help: the connection, a busy Hub, or a file that came damaged."""
    if isinstance(error, Damaged) or "Consistency check failed" in str(error):
        return True
    status = _status(error)
    return status in _TRY_AGAIN if status is not None else is_connection(error)


def is_connection(error: BaseException) -> bool:
    """Whether the Hub was not reached, or the connection to it broke."""
    return bool(_names(error) & _CONNECTION) and _status(error) is None


def told(error: BaseException, hub_id: str, revision: str | None, *, page: str, licence: str | None) -> TunerError:
    """The error as code, class, message and hint.

    Args:
        page: the address of the model's page.
        licence: the licence's name, where the Hub told it.
    """
    names, status = _names(error), _status(error)
    if isinstance(error, TunerError):
        return error
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return disk_full(hub_id, None, None)
    if "GatedRepoError" in names:
        return _gated(hub_id, page, licence, status)
    if "DisabledRepoError" in names:
        return _user(f"the Hub has closed access to {hub_id}", ErrorCode.MODEL_NOT_FOUND, f"see why at {page}")
    if "RepositoryNotFoundError" in names:
        return _user(
            f"{hub_id} is not on the Hub, or is private and {_who()} cannot see it",
            ErrorCode.MODEL_NOT_FOUND,
            "check the spelling of model.base_model; for a private model log in (`hf auth login`, or HF_TOKEN) as "
            "somebody who may read it",
        )
    if "RevisionNotFoundError" in names:
        return _user(
            f"{hub_id} has no revision {revision!r}",
            ErrorCode.MODEL_NOT_FOUND,
            f"set model.revision to a branch, tag or commit of {page}",
        )
    if "HFValidationError" in names:
        return _user(
            f"{hub_id!r} is neither a folder nor a model on the Hub",
            ErrorCode.MODEL_NOT_FOUND,
            "write model.base_model as owner/name, or as a folder",
        )
    if status == 401:
        return _user(
            "the Hub does not accept this token",
            ErrorCode.UNAUTHORIZED,
            "log in again (`hf auth login`), or renew what stands in HF_TOKEN",
        )
    if status == 403:
        return _gated(hub_id, page, licence, status)
    if is_transient(error):
        return _broken_off(error, hub_id, page)
    return TunerError(
        f"{hub_id} cannot be downloaded: {first_line(error)}",
        code=ErrorCode.ARTIFACT_DOWNLOAD_FAILED,
        failure_class=FailureClass.FATAL,
        hint=f"see whether {page} opens in a browser",
    )


def disk_full(hub_id: str, needed: int | None, free: int | None) -> TunerError:
    """The place of the downloads has no room. Sizes in bytes; None where they are not known."""
    sizes = f": {needed / 1e9:.1f} GB are still to come, {free / 1e9:.1f} GB are free" if needed and free else ""
    return TunerError(
        f"the disk is full: {hub_id} has no room in the cache of downloads{sizes}",
        code=ErrorCode.DISK_FULL,
        failure_class=FailureClass.TRANSIENT,
        hint="free some space (`hf cache prune`), or point HF_HOME at another disk; what was downloaded is kept",
    )


def offline(hub_id: str, revision: str | None) -> TunerError:
    """HF_HUB_OFFLINE forbids the Hub and the cache has no such model."""
    at = f" at revision {revision}" if revision else ""
    return _user(
        f"{hub_id}{at} is not in the cache, and HF_HUB_OFFLINE forbids to download it",
        ErrorCode.MODEL_NOT_FOUND,
        f"unset HF_HUB_OFFLINE once, or download it where there is a connection (`hf download {hub_id}`) and name "
        "the folder in model.base_model",
    )


def _gated(hub_id: str, page: str, licence: str | None, status: int | None) -> TunerError:
    terms = f"its licence ({licence})" if licence else "its terms"
    if status == 401:
        what = f"{hub_id} is gated and nobody is logged in"
        hint = f"accept {terms} at {page}, then log in (`hf auth login`, or HF_TOKEN) and start the run again"
    else:
        what = f"{hub_id} is gated and {_who()} has no access to it"
        hint = f"accept {terms} at {page} with the account of that token; some models are opened by hand, later"
    return _user(what, ErrorCode.MODEL_GATED, hint)


def _broken_off(error: BaseException, hub_id: str, page: str) -> TunerError:
    return TunerError(
        f"downloading {hub_id} failed, and so did trying again: {first_line(error)}",
        code=ErrorCode.ARTIFACT_DOWNLOAD_FAILED,
        failure_class=FailureClass.TRANSIENT,
        hint=f"see whether {page} can be reached (a proxy? HF_ENDPOINT?), then start the run again; what was "
        "downloaded is kept",
    )


def _user(message: str, code: ErrorCode, hint: str) -> TunerError:
    return TunerError(message, code=code, failure_class=FailureClass.USER, hint=hint)


def _who() -> str:
    return "the token in HF_TOKEN" if os.environ.get("HF_TOKEN") else "this account"


def _names(error: BaseException) -> set[str]:
    return {cls.__name__ for cls in type(error).__mro__}


def _status(error: BaseException) -> int | None:
    """The HTTP status that the Hub answered with, where it answered."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None
