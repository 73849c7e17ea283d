"""What this machine can do, what is missing, how to get it."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import psutil

from tuiapp.handlers.backends import describe_backends
from tuiapp.handlers.check import Check
from tuiapp.handlers.context import Context
from tuiapp.handlers.doctor_gpus import gpu_checks
from tuner.config.presets import list_presets
from tuner.data.hub_cache import hub_cache, hub_home, is_offline
from tuner.version import __version__

_VERBS = {"training": "train on", "evaluation": "ask"}
_LITTLE = 5 * 10**9
"""Bytes of free disk under which a run of any size is in danger."""


def examine(context: Context) -> list[Check]:
    """Look at everything once; nothing is changed."""
    return [
        _python(),
        _machine(),
        *gpu_checks(context),
        _workspace(context),
        _disk(context),
        hub_check(),
        _presets(),
        *_backends(context),
        _terminal(),
    ]


def _python() -> Check:
    return Check(
        "tuner", True, f"{__version__} on Python {platform.python_version()} ({platform.system()} {platform.machine()})"
    )


def _machine() -> Check:
    memory = psutil.virtual_memory()
    return Check(
        "machine",
        True,
        f"{os.cpu_count()} cores, {memory.total / 1e9:.0f} GB memory, {memory.available / 1e9:.0f} GB available",
    )


def _workspace(context: Context) -> Check:
    root = context.workspace.root
    writable = os.access(root, os.W_OK | os.X_OK)
    return Check(
        "workspace",
        writable,
        f"{root}{'' if writable else ' cannot be written'}",
        "choose another with --workspace DIR",
        needed=True,
    )


def _disk(context: Context) -> Check:
    free = shutil.disk_usage(context.workspace.root).free
    return Check("disk", free > _LITTLE, f"{free / 1e9:.0f} GB free", "free some space before training")


def hub_check() -> Check:
    """Where models come from, who asks for them, and what was downloaded already."""
    cache = hub_cache()
    count = sum(1 for p in cache.glob("models--*") if p.is_dir())
    models = f"{count} {'model' if count == 1 else 'models'} in {cache}"
    if is_offline():
        return Check("model hub", True, f"HF_HUB_OFFLINE is set: only what was downloaded can be used ({models})")
    token = "a token is set" if os.environ.get("HF_TOKEN") or _token_file().is_file() else "nobody is logged in"
    return Check("model hub", True, f"{os.environ.get('HF_ENDPOINT') or 'https://huggingface.co'}; {token}; {models}")


def _token_file() -> Path:
    named = os.environ.get("HF_TOKEN_PATH")
    return Path(named).expanduser() if named else hub_home() / "token"


def _presets() -> Check:
    count = len(list_presets())
    return Check("presets", count > 0, f"{count} found", "reinstall tuner-workbench", needed=True)


def _backends(context: Context) -> list[Check]:
    checks = []
    found = describe_backends(context)
    any_training = any(b.available for b in found if b.kind == "training")
    for backend in found:
        what, _, hint = backend.message.partition(". ")
        message = what if not backend.available else f"ready{f' ({what})' if what else ''}"
        needed = backend.kind == "training" and backend.name == "cpu" and not any_training
        checks.append(Check(f"{_VERBS[backend.kind]} {backend.name}", backend.available, message, hint, needed))
    return checks


def _terminal() -> Check:
    term = os.environ.get("TERM", "")
    plain = term in {"", "dumb"}
    return Check("terminal", not plain, term or "none", "tuner-tui needs a terminal; tuner works without one")
