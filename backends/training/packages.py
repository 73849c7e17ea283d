"""Where the trainer's interpreter finds our packages, and nothing else of this environment."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import Trainers
import tuner

_OURS = ("tuner", "Trainers")


def checkout_root() -> Path | None:
    """The source checkout this program runs from, or None where it was installed from a wheel."""
    root = Path(tuner.__file__).resolve().parents[1]
    return root if (root / "pyproject.toml").is_file() and (root / "Trainers").is_dir() else None


def trainers_folder() -> Path:
    """The folder of the trainers that this program came with."""
    return Path(Trainers.__file__).resolve().parent


def packages_path(hidden: Path) -> Path:
    """A folder for PYTHONPATH that holds our packages alone.

    A checkout is one already. Of an installed wheel, site-packages holds everything else too, which another
    interpreter must not see, so links to our packages are made below ``hidden`` (the workspace's .tuner).

    Raises:
        OSError: the links cannot be made.
    """
    checkout = checkout_root()
    if checkout is not None:
        return checkout
    homes = {name: _home(name) for name in _OURS}
    key = hashlib.sha256(repr(sorted(homes.items())).encode()).hexdigest()[:12]
    folder = hidden / f"packages-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, home in homes.items():
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(home, target_is_directory=True)
    return folder


def _home(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name)
    return Path(spec.origin).resolve().parent
