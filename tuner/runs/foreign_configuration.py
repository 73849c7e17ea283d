"""What other tools' folders tell of their configuration, under our paths where a setting has the same meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tuner.core.aliases import ALIASES
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.trainer_states import newest_trainer_state

_SAME = {
    **ALIASES,
    "model": "model.base_model", "data": "datasets.training", "batch_size": "schedule.batch_size",
    "train_batch_size": "schedule.batch_size", "epochs": "schedule.epochs", "iters": "schedule.max_steps",
    "max_steps": "schedule.max_steps", "fine_tune_type": "method.type",
    "rank": "method.lora.rank", "dropout": "method.lora.dropout",
}  # fmt: skip
_SECTIONS = ("training", "lora", "lora_parameters")
"""Sections of theirs that say nothing beyond the names in them. mlx-lm's scale is no alpha and keeps its own name."""
_STATE_KEYS = ("train_batch_size", "num_train_epochs", "max_steps", "logging_steps", "eval_steps", "save_steps")
_PASSED_OVER = frozenset({"results", "log_history", "auto_mapping", "peft_version"})


def foreign_configuration(run_dir: Path) -> Iterator[tuple[str, object]]:
    """Settings as (path, value), each path once; the files nearest to the command line are asked first.

    Read are training_lineage.json (Synaptic-Tuner), args.json (ms-swift), adapter_config.json (PEFT, mlx-lm) and the
    newest trainer_state.json (Hugging Face).
    """
    seen: set[str] = set()
    for values in _sources(run_dir):
        for name, value in _flat(values):
            section, _, key = name.rpartition(".")
            path = _SAME.get(key if section in _SECTIONS else name, name)
            if path not in seen and value is not None and name.partition(".")[0] not in _PASSED_OVER:
                seen.add(path)
                yield path, value


def _sources(run_dir: Path) -> Iterator[Mapping[str, object]]:
    for name in ("training_lineage.json", "args.json", "adapter_config.json"):
        yield _read(run_dir / name)
    state = newest_trainer_state(run_dir)
    if state is not None:
        values = _read(state)
        yield {k: values[k] for k in _STATE_KEYS if k in values}
        yield _read(state.with_name("adapter_config.json"))


def _read(path: Path) -> Mapping[str, object]:
    try:
        return read_object(path)
    except (UnreadableFile, OSError):
        return {}


def _flat(values: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
