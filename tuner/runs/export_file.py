"""A file that is written whole or not at all, however long writing takes."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from tuner.core.errors import ConfigurationError


@contextmanager
def whole_file(path: Path, *, replace: bool = False) -> Iterator[BinaryIO]:
    """A file to write that takes its name only once all is in it; what goes wrong before leaves nothing behind.

    Raises:
        ConfigurationError: the name is taken (and ``replace`` is not asked for), or the folder is missing.
        OSError: it cannot be written.
    """
    check_free(path, replace=replace)
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        check_free(path, replace=replace)  # it may have come meanwhile
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def check_free(path: Path, *, replace: bool) -> None:
    """Refuse a path that cannot be written to as asked.

    Raises:
        ConfigurationError: as `whole_file` says.
    """
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path.parent} is not a folder", hint="make it first, or choose another place")
    if path.is_dir():
        raise ConfigurationError(f"{path} is a folder", hint="give the file a name")
    if path.exists() and not replace:
        raise ConfigurationError(f"{path} is there already", hint="choose another name, or overwrite it with --force")
