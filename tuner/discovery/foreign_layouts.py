"""Folders in which other tools trained, recognised by what lies in them, wherever they are below a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from tuner.runs.layout import RUN_ID, checkpoint_step

MLX_LM_CHECKPOINT = re.compile(r"(\d{7})_adapters\.safetensors$")
SYNAPTIC_MLX_CHECKPOINT = re.compile(r"checkpoint_step_(\d+)\.npz$")
MOST_FOLDERS = 20_000
"""Looked through at most; more are no workspace."""
_DEEPEST = 5
_PASSED_OVER = frozenset({"node_modules", "site-packages", "__pycache__", "wandb"})


def foreign_runs(root: Path, diagnostics: list[str]) -> Iterator[tuple[Path, str | None]]:
    """Run folders of other tools with their trainer ("mlx"), None where only the metrics tell."""
    waiting = [(root, 0)]
    looked = 0
    while waiting:
        folder, depth = waiting.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            diagnostics.append(
                f"{root}: has more than {MOST_FOLDERS} folders; other tools' runs in the rest are not shown"
            )
            return
        folders, files = _listed(folder)
        trainer = _trainer(folder, folders, files)
        if trainer is not None:
            yield folder, trainer or None
        elif depth < _DEEPEST and "pyvenv.cfg" not in files:
            waiting += [(folder / name, depth + 1) for name in folders if not _passed_over(name)]


def _trainer(folder: Path, folders: set[str], files: set[str]) -> str | None:
    """The trainer; "" where it is a run that does not say which; None where the folder is no run."""
    if "adapters.safetensors" in files or any(MLX_LM_CHECKPOINT.fullmatch(name) for name in files):
        return "mlx"
    inner = folder / "checkpoints"
    inner_folders, inner_files = _listed(inner) if "checkpoints" in folders else (set(), set())
    if any(SYNAPTIC_MLX_CHECKPOINT.fullmatch(name) for name in inner_files):
        return "mlx"
    if "trainer_log.jsonl" in files or {"logging.jsonl", "args.json"} <= files:
        return ""
    return "" if _has_trainer_state(folder, folders) or _has_trainer_state(inner, inner_folders) else None


def _has_trainer_state(base: Path, folders: set[str]) -> bool:
    found = (base / name for name in folders if checkpoint_step(Path(name)) is not None)
    return any((path / "trainer_state.json").is_file() for path in found)


def _passed_over(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_OVER or RUN_ID.fullmatch(name) is not None


def _listed(folder: Path) -> tuple[set[str], set[str]]:
    """The names of the folders (links left out, which may lead in circles) and of all else in a folder."""
    folders: set[str] = set()
    others: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                (folders if entry.is_dir(follow_symlinks=False) else others).add(entry.name)
    except OSError:
        return set(), set()
    return folders, others
