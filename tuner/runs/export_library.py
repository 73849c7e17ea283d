"""Libraries that only exporting needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tuner.core.errors import BackendError, ErrorCode


@contextmanager
def needs(library: str) -> Iterator[None]:
    """Around an import: says how to install what is missing.

    Raises:
        BackendError: the library is not there, or cannot be loaded.
    """
    try:
        yield
    except ImportError as error:
        raise BackendError(
            f"this export needs {library}, which this Python does not have ({error})",
            code=ErrorCode.MISSING_LIBRARY,
            hint='install it: pip install "tuner-workbench[export]"',
        ) from error
