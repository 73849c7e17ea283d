"""What a backend's interpreter has installed, found without importing any of it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from tuner.core.errors import ConfigurationError

_PROBE = """
import json, sys
from importlib.metadata import version, PackageNotFoundError
found = {}
for name in sys.argv[1:]:
    try:
        found[name] = version(name)
    except PackageNotFoundError:
        found[name] = None
print(json.dumps(found))
"""
_TIMEOUT = 60.0


def installed_versions(python_path: str, packages: Sequence[str]) -> dict[str, str | None]:
    """The version of each package in that interpreter; None where it is missing.

    Raises:
        ConfigurationError: the interpreter does not run.
    """
    if python_path == sys.executable:
        return {name: _version(name) for name in packages}
    found = json.loads(run_python(python_path, _PROBE, *packages))
    return {str(k): str(v) if v is not None else None for k, v in found.items()}


def run_python(python_path: str, code: str, *arguments: str) -> str:
    """Run a snippet in an interpreter and return what it printed.

    Raises:
        ConfigurationError: the interpreter is missing, fails, or hangs.
    """
    hint = "set backends.<name>.python_path in the settings to a working Python"
    try:
        done = subprocess.run(
            [python_path, "-c", code, *arguments],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigurationError(f"interpreter {python_path}: {error}", hint=hint) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ConfigurationError(f"interpreter {python_path}: {last}", hint=hint)
    return done.stdout


def missing_message(found: dict[str, str | None], python_path: str, extra: str) -> str:
    """ "" where nothing is missing, else what is and how to get it."""
    missing = [name for name, has in found.items() if has is None]
    if not missing:
        return ""
    return (
        f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed in {python_path}. "
        f"Install with: {python_path} -m pip install 'tuner-workbench[{extra}]'"
    )


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
