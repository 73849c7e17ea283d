"""What is shown of a run as its log and as its configuration, ours or another tool's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.foreign_runs import MLX_LINES, hf_trainer_run, mlx_lm_run, save_console, synaptic_run
from tests.support.run_builder import build_run
from tuner.runs.layout import RunPaths
from tuner.runs.run_texts import configuration_of, console_of


def test_ours_are_where_they_always_are(tmp_path: Path) -> None:
    run = build_run(tmp_path)
    (run / "train.log").touch()
    (run / "args.json").touch()
    assert (console_of(run), configuration_of(run)) == (RunPaths(run).console, RunPaths(run).job)


@pytest.mark.parametrize("name", ["running_log.txt", "train.log", "nohup.out"])
def test_a_console_that_somebody_saved(tmp_path: Path, name: str) -> None:
    run = mlx_lm_run(tmp_path / "adapters")
    assert not console_of(run).exists()
    saved = save_console(run, MLX_LINES, name)
    assert console_of(run) == saved


def test_what_a_maker_recorded_of_its_configuration(tmp_path: Path) -> None:
    lineage = synaptic_run(tmp_path, lineage={"training_type": "SFT"})
    assert configuration_of(lineage) == lineage / "training_lineage.json"
    mlx = mlx_lm_run(tmp_path / "adapters")
    assert configuration_of(mlx) == mlx / "adapter_config.json"
    trl = hf_trainer_run(tmp_path / "trl")
    assert configuration_of(trl) == trl / "checkpoint-100" / "adapter_config.json"
    bare = tmp_path / "bare"
    bare.mkdir()
    assert not configuration_of(bare).exists()
