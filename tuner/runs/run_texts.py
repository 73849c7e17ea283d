"""The two texts that are shown of a run, ours or another tool's: what it printed, and what it was asked to do."""

from __future__ import annotations

from pathlib import Path

from tuner.runs.layout import RUN_ID, RunPaths

_CONSOLES = ("running_log.txt", "console.log", "train.log", "training.log")
"""LLaMA-Factory's, and the names that people give what they save."""
_CONFIGURATIONS = ("training_lineage.json", "args.json", "adapter_config.json", "config.json")


def console_of(run_dir: Path) -> Path:
    """The log; where another tool's run has none, the place where ours would be."""
    ours = RunPaths(run_dir).console
    if RUN_ID.fullmatch(run_dir.name):
        return ours
    named = next((p for name in _CONSOLES if (p := run_dir / name).is_file()), None)
    if named is not None:
        return named
    from tuner.runs.mlx_console import mlx_console_logs

    return next(reversed(mlx_console_logs(run_dir)), ours)


def configuration_of(run_dir: Path) -> Path:
    """job.yaml; of another tool's run what it recorded, in its folder or beside its newest weights."""
    ours = RunPaths(run_dir).job
    if RUN_ID.fullmatch(run_dir.name):
        return ours
    from tuner.runs.trainer_states import newest_trainer_state

    newest = newest_trainer_state(run_dir)
    places = (run_dir, *([newest.parent] if newest is not None else ()))
    return next((p for place in places for name in _CONFIGURATIONS if (p := place / name).is_file()), ours)
