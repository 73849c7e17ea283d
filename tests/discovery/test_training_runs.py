"""Training runs in a folder: ours and other tools', newest first."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.foreign_runs import (
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    ms_swift_run,
    synaptic_mlx_run,
    synaptic_run,
)
from tests.support.run_builder import build_run, metric_row
from tuner.discovery import TrainingRunDiscovery, foreign_layouts
from tuner.discovery.repo_root import find_repo_root
from tuner.runs.layout import RunPaths


def ours(root: Path, day: int, **fields: object) -> Path:
    objective = fields.get("objective", "sft")
    return build_run(root / "runs", run_id=f"202611{day:02}-100000-{objective}-tools-00ff", **fields)


def names(found: list[Path]) -> list[str]:
    return [p.name for p in found]


def test_ours_newest_first_by_type_and_limit(tmp_path: Path) -> None:
    old, new = (ours(tmp_path, day, checkpoints=[5]) for day in (1, 20))
    kto = ours(tmp_path, 10, objective="kto", final=True)
    mac = ours(tmp_path, 15, backend="mac", final=True)
    discovery = TrainingRunDiscovery(tmp_path)
    assert discovery.discover() == [new, mac, kto, old]
    assert discovery.discover("sft") == [new, old]
    assert discovery.discover("kto") == [kto]
    assert discovery.discover("mlx") == [mac]
    assert discovery.discover("dpo") == []
    assert discovery.discover(limit=2) == [new, mac]
    assert discovery.discover(limit=0) == [new, mac, kto, old]
    assert discovery.diagnostics == []


def test_only_runs_with_something_to_show_unless_all_are_asked_for(tmp_path: Path) -> None:
    whole = ours(tmp_path, 1, checkpoints=[5])
    torn = ours(tmp_path, 2, torn_checkpoints=[5])
    starting = ours(tmp_path, 3)
    assert TrainingRunDiscovery(tmp_path).discover("sft") == [whole]
    assert TrainingRunDiscovery(tmp_path).discover("sft", include_incomplete=True) == [starting, torn, whole]


def test_other_kinds_of_runs_and_strange_folders_are_no_training_runs(tmp_path: Path) -> None:
    ours(tmp_path, 1, kind="eval", objective="sft", final=True)
    (tmp_path / "runs" / ".new-abc").mkdir()
    (tmp_path / "runs" / "notes").mkdir()
    (tmp_path / "runs" / "file").touch()
    assert TrainingRunDiscovery(tmp_path).discover(include_incomplete=True) == []


def test_an_unreadable_run_is_told_and_the_others_are_shown(tmp_path: Path) -> None:
    good, bad = ours(tmp_path, 1, final=True), ours(tmp_path, 2, final=True)
    RunPaths(bad).manifest.write_text("{", encoding="utf-8")
    discovery = TrainingRunDiscovery(tmp_path)
    assert discovery.discover() == [good]
    (told,) = discovery.diagnostics
    assert bad.name in told
    assert discovery.discover() == [good]
    assert len(discovery.diagnostics) == 1


def test_both_layouts_of_synaptic_tuner(tmp_path: Path) -> None:
    synaptic_run(tmp_path, "sft", "20251101_000000")
    synaptic_run(tmp_path, "sft", "20251103_000000", old_layout=False, final=False)
    synaptic_run(tmp_path, "kto", "20251102_000000", checkpoints=())
    synaptic_run(tmp_path, "kto", "20251104_000000", checkpoints=(), final=False)
    (tmp_path / "Trainers" / "kto" / "kto_output" / "latest").mkdir(parents=True)
    discovery = TrainingRunDiscovery(str(tmp_path))
    assert names(discovery.discover("sft")) == ["20251103_000000", "20251101_000000"]
    assert names(discovery.discover("kto")) == ["20251102_000000"]
    assert names(discovery.discover("kto", include_incomplete=True)) == ["20251104_000000", "20251102_000000"]


@pytest.mark.parametrize(
    ("lineage", "kind"), [({"training_type": "KTO"}, "kto"), ({"training_type": None}, "sft"), ({}, "sft")]
)
def test_its_lineage_says_the_type(tmp_path: Path, lineage: dict[str, object], kind: str) -> None:
    run = synaptic_run(tmp_path, lineage=lineage)
    assert TrainingRunDiscovery(tmp_path).discover(kind) == [run]


def test_a_broken_lineage_is_told(tmp_path: Path) -> None:
    run = synaptic_run(tmp_path)
    (run / "training_lineage.json").write_text("{", encoding="utf-8")
    discovery = TrainingRunDiscovery(tmp_path)
    assert discovery.discover("sft") == [run]
    assert "training_lineage.json" in discovery.diagnostics[0]


def test_other_tools_are_found_wherever_they_wrote(tmp_path: Path) -> None:
    trl = hf_trainer_run(tmp_path / "out" / "trl")
    kto = hf_trainer_run(tmp_path / "kto", (50,), [{"step": 50, "kl": 0.1, "rewards/margins": 0.3}])
    dpo = hf_trainer_run(tmp_path / "dpo" / "checkpoints", (50,), [{"step": 50, "rewards/accuracies": 0.3}]).parent
    factory = llama_factory_run(tmp_path / "saves" / "Qwen3-4B" / "lora" / "tools")
    swift = ms_swift_run(tmp_path / "output" / "Qwen3-4B")
    mlx = mlx_lm_run(tmp_path / "adapters")
    mac = synaptic_mlx_run(tmp_path / "Trainers" / "mistral_lora_mac")
    discovery = TrainingRunDiscovery(tmp_path)
    assert set(discovery.discover(limit=0)) == {trl, kto, dpo, factory, swift, mlx, mac}
    assert set(discovery.discover("sft")) == {trl, factory, swift}
    assert discovery.discover("kto") == [kto]
    assert discovery.discover("dpo") == [dpo]
    assert set(discovery.discover("mlx")) == {mlx, mac}


def test_a_run_is_shown_once_though_it_is_recognised_twice(tmp_path: Path) -> None:
    run = synaptic_run(tmp_path, "sft", "20251101_000000")
    hf_trainer_run(run / "checkpoints", (50,))
    ours(tmp_path, 1, checkpoints=[5])
    assert names(TrainingRunDiscovery(tmp_path).discover()) == ["20261101-100000-sft-tools-00ff", "20251101_000000"]


def test_other_tools_runs_are_sorted_by_when_they_changed(tmp_path: Path) -> None:
    first, second = (hf_trainer_run(tmp_path / name) for name in ("a", "b"))
    os.utime(first, (2_000_000_000, 2_000_000_000))
    os.utime(second, (1_000_000_000, 1_000_000_000))
    middle = ours(tmp_path, 1, checkpoints=[5], rows=[metric_row(5, loss=1.0)])
    assert TrainingRunDiscovery(tmp_path).discover() == [first, middle, second]


@pytest.mark.parametrize("hidden", [".cache/run", "node_modules/run", "a/b/c/d/e/f"])
def test_where_nobody_trains_nothing_is_looked_for(tmp_path: Path, hidden: str) -> None:
    hf_trainer_run(tmp_path / hidden)
    (tmp_path / "circle").symlink_to(tmp_path)
    assert TrainingRunDiscovery(tmp_path).discover() == []


def test_an_environment_is_no_workspace(tmp_path: Path) -> None:
    hf_trainer_run(tmp_path / "env" / "run")
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert TrainingRunDiscovery(tmp_path).discover() == []


def test_a_folder_beyond_measure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_layouts, "MOST_FOLDERS", 3)
    for i in range(5):
        (tmp_path / str(i)).mkdir()
    discovery = TrainingRunDiscovery(tmp_path)
    assert discovery.discover() == []
    assert "more than 3 folders" in discovery.diagnostics[0]


def test_a_missing_root_is_an_empty_list(tmp_path: Path) -> None:
    assert TrainingRunDiscovery(tmp_path / "missing").discover() == []


def test_the_root_is_found_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ours(tmp_path, 1, final=True)
    deep = tmp_path / "data" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert TrainingRunDiscovery().discover() == [run]
    assert find_repo_root(deep) == tmp_path


def test_a_folder_without_any_mark_is_its_own_root(tmp_path: Path) -> None:
    assert find_repo_root(tmp_path) == tmp_path
