"""Publishing to a folder: it stands there whole, or as it was before."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuner.config.workspace import cannot_write
from tuner.publishing.plan import check_target
from tuner.runs.atomic import sync_folder, write_bytes


def publish_folder(target: Path, sources: Sequence[Path], fresh: Mapping[str, bytes]) -> None:
    """Copy ``sources`` and write ``fresh`` beside the target, then swap them in.

    Raises:
        ConfigurationError: the target holds something else, cannot be written, or the disk is full.
    """
    check_target(target)
    building: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        for source in sources:
            _copy(source, building / source.name)
        for name, data in fresh.items():
            write_bytes(building / name, data)
        building.chmod(0o755)
        sync_folder(building)
        _swap_in(building, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)


def _swap_in(building: Path, target: Path) -> None:
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
        target.rename(old / target.name)
    try:
        building.rename(target)
    except OSError:
        if old is not None:
            (old / target.name).rename(target)
        raise
    finally:
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)
    sync_folder(target.parent)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
