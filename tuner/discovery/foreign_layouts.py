"""Folders in which other tools trained, recognised by what lies in them, wherever they are below a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tuner.discovery.folder_scan import FolderScan, Names
from tuner.runs.event_files import EVENT_FILE
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import CHECKPOINT_NAME, RUN_ID
from tuner.runs.metric_lines import parse_json_line

SYNAPTIC = "synaptic-tuner"
HUGGING_FACE = "huggingface"
LLAMA_FACTORY = "llama-factory"
MS_SWIFT = "ms-swift"
MLX_LM = "mlx-lm"
TENSORBOARD = "tensorboard"

MLX_LM_CHECKPOINT = re.compile(r"(\d{7})_adapters\.safetensors$")
SYNAPTIC_MLX_CHECKPOINT = re.compile(r"checkpoint_step_(\d+)\.npz$")
SYNAPTIC_OUTPUT = re.compile(r"(\w+?)_output(?:_rtx3090)?")
STAMP = re.compile(r"\d{8}_\d{6}")
MOST_FOLDERS = 20_000
"""Looked through at most; more are no workspace."""
_DEEPEST = 5
_PASSED_OVER = frozenset({"node_modules", "site-packages", "__pycache__", "wandb"})
_SWIFT_VERSION = re.compile(r"v\d+-\d{8}-\d{6}")
_PEFT_WEIGHTS = frozenset({"adapter_model.safetensors", "adapter_model.bin"})


def foreign_runs(root: Path, diagnostics: list[str], scan: FolderScan | None = None) -> Iterator[tuple[Path, str]]:
    """The run folders of other tools at and below ``root``, each with its maker."""
    scan = scan or FolderScan()
    waiting = [(root, 0, False)]
    looked = 0
    while waiting:
        folder, depth, within = waiting.pop()
        looked += 1
        if looked > MOST_FOLDERS:
            diagnostics.append(
                f"{root}: has more than {MOST_FOLDERS} folders; other tools' runs in the rest are not shown"
            )
            return
        names = scan.names(folder)
        source = _maker(folder, names, scan)
        if source is not None and not (within and source == TENSORBOARD):  # event files below a run are that run's
            yield folder, source
        # The folder that was asked for may be a run and hold others; so may one of event files.
        ends = source is not None and source != TENSORBOARD and folder != root
        if not ends and depth < _DEEPEST and "pyvenv.cfg" not in names.files:
            inside = within or source not in (None, TENSORBOARD)
            waiting += [(folder / n, depth + 1, inside) for n in names.folders if not _passed_over(n)]


def source_of(folder: Path) -> str | None:
    """The maker of a run folder; None where it is ours or no run."""
    scan = FolderScan()
    return None if RUN_ID.fullmatch(folder.name) else _maker(folder, scan.names(folder), scan)


def is_mlx(folder: Path) -> bool:
    """Whether MLX trained here, whoever drove it."""
    names = FolderScan().names(folder)
    inner = FolderScan().names(folder / "checkpoints").files
    return _is_mlx_lm(folder, names) or any(SYNAPTIC_MLX_CHECKPOINT.fullmatch(name) for name in inner)


def _maker(folder: Path, names: Names, scan: FolderScan) -> str | None:
    folders, files = names
    if not files and not folders and not STAMP.fullmatch(folder.name):
        return None
    if "manifest.json" in files and "state.json" in files:
        return None  # a run of ours under another name
    if _is_synaptic(folder, names, scan):
        return SYNAPTIC
    if "trainer_log.jsonl" in files:
        return LLAMA_FACTORY
    checkpoints = _with_trainer_state(folder, folders, scan)
    if "logging.jsonl" in files and ("args.json" in files or checkpoints):
        return MS_SWIFT
    if "args.json" in files and _SWIFT_VERSION.fullmatch(folder.name):
        return MS_SWIFT
    if _is_mlx_lm(folder, names):
        return MLX_LM
    if checkpoints or ("checkpoints" in folders and _has_inner_states(folder / "checkpoints", scan)):
        return HUGGING_FACE
    if "trainer_state.json" in files or ("training_args.bin" in files and files & (_PEFT_WEIGHTS | {"config.json"})):
        return HUGGING_FACE
    return TENSORBOARD if any(EVENT_FILE in name for name in files) else None


def _is_synaptic(folder: Path, names: Names, scan: FolderScan) -> bool:
    if "training_lineage.json" in names.files:
        return True
    if STAMP.fullmatch(folder.name) and SYNAPTIC_OUTPUT.fullmatch(folder.parent.name):
        return True
    if "checkpoints" in names.folders:
        inner = scan.names(folder / "checkpoints").files
        if any(SYNAPTIC_MLX_CHECKPOINT.fullmatch(name) for name in inner):
            return True
    if "logs" not in names.folders:
        return False
    logs = scan.names(folder / "logs").files
    if any(name.startswith("training_") and name.endswith(".jsonl") for name in logs):
        return True
    return "training.jsonl" in logs and _has_levels(folder / "logs" / "training.jsonl")


def _has_levels(path: Path) -> bool:
    """Whether the first line is one of a log of mixed levels."""
    try:
        with path.open("rb") as file:
            value = parse_json_line(file.readline(64 * 1024))
    except OSError:
        return False
    return isinstance(value, dict) and "level" in value


def _is_mlx_lm(folder: Path, names: Names) -> bool:
    if folder.name == "mlx" and any((folder.parent / name).is_file() for name in _PEFT_WEIGHTS):
        return False  # an adapter of ours, which holds mlx-lm's layout within PEFT's
    if "adapters.safetensors" in names.files or any(MLX_LM_CHECKPOINT.fullmatch(name) for name in names.files):
        return True
    if "adapter_config.json" not in names.files or names.files & _PEFT_WEIGHTS:
        return False
    try:  # nothing saved yet: PEFT's file of the same name has another schema
        return "fine_tune_type" in read_object(folder / "adapter_config.json")
    except UnreadableFile:
        return False


def _with_trainer_state(base: Path, folders: frozenset[str], scan: FolderScan) -> bool:
    found = (name for name in folders if CHECKPOINT_NAME.fullmatch(name))
    return any("trainer_state.json" in scan.names(base / name).files for name in found)


def _has_inner_states(inner: Path, scan: FolderScan) -> bool:
    return _with_trainer_state(inner, scan.names(inner).folders, scan)


def _passed_over(name: str) -> bool:
    if name[0] == "." or name in _PASSED_OVER:
        return True
    return RUN_ID.fullmatch(name) is not None or CHECKPOINT_NAME.fullmatch(name) is not None
