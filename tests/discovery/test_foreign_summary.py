"""Other tools' runs as lists show them: what their files say, and nothing that they do not."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.foreign_runs import (
    LINEAGE,
    MLX_LINES,
    event_run,
    hf_trainer_run,
    llama_factory_run,
    mlx_lm_run,
    ms_swift_run,
    save_console,
    snapshot,
    synaptic_mlx_run,
    synaptic_run,
)
from tests.support.run_builder import build_run, fill_model, write_rows
from tuner.config.workspace import Workspace
from tuner.discovery.checkpoints import checkpoint_bytes, find_checkpoints
from tuner.discovery.references import objective_of, ranked_checkpoints
from tuner.discovery.run_folders import run_folders_in
from tuner.discovery.summaries import signature, summarise_folder
from tuner.runs.durations import seconds_of
from tuner.runs.event_files import MISSING
from tuner.runs.summary import RunSummary


def summary_of(run: Path) -> RunSummary:
    (folder,) = run_folders_in(Workspace(run))
    assert folder.path == run
    return summarise_folder(folder)


def put(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def add_to_state(run: Path, step: int, **values: object) -> None:
    path = run / f"checkpoint-{step}" / "trainer_state.json"
    put(path, {**json.loads(path.read_text()), **values})


def test_a_hugging_face_run_that_does_not_say_it_finished(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    add_to_state(run, 100, max_steps=200)
    summary = summary_of(run)
    assert (summary.name, summary.source, summary.state, summary.kind) == ("trl", "huggingface", "recorded", "train")
    assert (summary.step, summary.total_steps, summary.progress) == (100, 200, 0.5)
    assert summary.finished_at is None
    assert "whether it still trains is not recorded" in summary.message
    assert summary.metrics == {"loss": 1.5, "epoch": 0.2}
    assert summary.best == {"step": 100, "by": "loss", "value": 1.5}
    assert summary.sparkline == (2.0, 1.5)
    assert (summary.method, summary.objective, summary.error) == ("lora", None, None)
    assert not summary.is_live


@pytest.mark.parametrize("proof", ["steps", "results", "weights", "own state"])
def test_what_proves_that_a_hugging_face_run_finished(tmp_path: Path, proof: str) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    add_to_state(run, 100, max_steps=100 if proof == "steps" else 150)
    os.utime(run / "checkpoint-100" / "trainer_state.json", (1e9, 1e9))
    if proof == "results":
        put(run / "all_results.json", {})
    if proof == "weights":
        (run / "adapter_model.safetensors").write_bytes(b"12345")
    if proof == "own state":
        put(
            run / "trainer_state.json",
            {"global_step": 150, "log_history": [{"step": 150, "loss": 1.0}], "max_steps": 150},
        )
    summary = summary_of(run)
    assert (summary.state, summary.progress, summary.message) == ("succeeded", 1.0, "")
    assert summary.finished_at is not None


def test_weights_older_than_a_checkpoint_prove_nothing(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    weights = run / "adapter_model.safetensors"
    weights.write_bytes(b"12345")
    os.utime(weights, (1e9, 1e9))
    assert summary_of(run).state == "recorded"


def test_weights_beside_the_checkpoints_are_the_final_model(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    fill_model(run)
    final, *others = find_checkpoints(run)
    assert (final.path, final.is_final, final.metrics["loss"]) == (run, True, 1.5)
    assert [c.step for c in others] == [50, 100]
    assert checkpoint_bytes(run, run) == 64 + len('{"peft_type": "LORA", "r": 8}')


def test_trls_card_says_what_and_of_which_model(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    (run / "README.md").write_text(
        '---\nbase_model: "Qwen/Qwen3-0.6B"\ndatasets: trl-lib/Capybara\ntags:\n- generated_from_trainer\n'
        "- dpo\n- trl\nlicence: license\n---\n# Model Card\ntags:\n- sft\n",
        encoding="utf-8",
    )
    summary = summary_of(run)
    assert (summary.objective, summary.model, summary.dataset) == ("dpo", "Qwen/Qwen3-0.6B", "trl-lib/Capybara")
    assert objective_of(run) == "dpo"


@pytest.mark.parametrize("card", ["", "# no header\n", "---\nnever ends\n", "---\n- a list\n---\n"])
def test_a_card_without_a_header_says_nothing(tmp_path: Path, card: str) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    (run / "README.md").write_text(card, encoding="utf-8")
    assert (summary_of(run).objective, summary_of(run).dataset) == (None, None)


@pytest.mark.parametrize(
    ("config", "weights", "method", "model"),
    [
        ({"peft_type": "LORA", "base_model_name_or_path": "Qwen/Qwen3-4B"}, "adapter", "lora", "Qwen/Qwen3-4B"),
        ({"peft_type": "LORA", "use_dora": True}, "adapter", "dora", None),
        ({"_name_or_path": "gpt2"}, "model", "full", "gpt2"),
        ({}, "model", "full", None),
    ],
)
def test_method_and_model_by_what_was_saved(
    tmp_path: Path, config: dict[str, object], weights: str, method: str, model: str | None
) -> None:
    run = tmp_path / "run"
    checkpoint = run / "checkpoint-5"
    checkpoint.mkdir(parents=True)
    put(checkpoint / "trainer_state.json", {"log_history": []})
    name = (
        ("adapter_config.json", "adapter_model.safetensors")
        if weights == "adapter"
        else ("config.json", "model.safetensors")
    )
    put(checkpoint / name[0], config)
    (checkpoint / name[1]).touch()
    summary = summary_of(run)
    assert (summary.method, summary.model, summary.step, summary.best) == (method, model, 5, None)


@pytest.mark.parametrize(
    ("row", "objective"),
    [({"kl": 0.1, "rewards/margins": 0.3}, "kto"), ({"rewards/accuracies": 0.3}, "dpo"),
     ({"mean_token_accuracy": 0.3}, "sft"), ({"loss": 1}, None)],
)  # fmt: skip
def test_the_objective_by_what_only_it_logs(tmp_path: Path, row: dict[str, object], objective: str | None) -> None:
    run = hf_trainer_run(tmp_path / "run", (50,), [{"step": 50, **row}])
    assert summary_of(run).objective == objective
    assert objective_of(run) == objective


def test_llama_factory_says_how_far_it_is_and_how_long_it_takes(tmp_path: Path) -> None:
    run = llama_factory_run(tmp_path / "run")
    rows = [json.loads(line) for line in (run / "trainer_log.jsonl").read_text().splitlines()]
    write_rows(run / "trainer_log.jsonl", [{**r, "total_steps": 400, "remaining_time": "1:02:03"} for r in rows])
    summary = summary_of(run)
    assert (summary.source, summary.state, summary.step, summary.total_steps) == ("llama-factory", "recorded", 100, 400)
    assert (summary.progress, summary.eta_seconds) == (0.25, 3723.0)
    assert summary.best == {"step": 100, "by": "eval_loss", "value": 1.25}
    assert summary.metrics["grad_norm"] == 0.5  # from trainer_state.json
    put(run / "all_results.json", {})
    assert (summary_of(run).state, summary_of(run).eta_seconds) == ("succeeded", None)


def test_ms_swift_says_it_in_its_arguments_and_last_line(tmp_path: Path) -> None:
    run = ms_swift_run(tmp_path)
    put(
        run / "args.json",
        {"model": "Qwen/Qwen3-8B", "dataset": ["a", "b"], "train_type": "lora", "task_type": "causal_lm"},
    )
    with (run / "logging.jsonl").open("a") as file:
        file.write('{"loss": 0.9, "global_step/max_steps": "30/120", "remaining_time": "1m 30s"}\n')
    summary = summary_of(run)
    assert (summary.source, summary.model, summary.dataset) == ("ms-swift", "Qwen/Qwen3-8B", "a, b")
    assert (summary.objective, summary.method, summary.state) == ("sft", "lora", "recorded")
    assert (summary.step, summary.total_steps, summary.eta_seconds) == (30, 120, 90.0)
    with (run / "logging.jsonl").open("a") as file:
        file.write('{"last_model_checkpoint": "x", "global_step/max_steps": "30/120"}\n')
    assert summary_of(run).state == "succeeded"
    put(run / "args.json", {"rlhf_type": "dpo", "dataset": "c"})
    assert (summary_of(run).objective, summary_of(run).dataset) == ("dpo", "c")


def test_synaptic_tuner_tells_it_in_its_lineage(tmp_path: Path) -> None:
    run = synaptic_run(tmp_path, lineage=LINEAGE, final=False)
    summary = summary_of(run)
    assert (summary.source, summary.objective, summary.method) == ("synaptic-tuner", "kto", "lora")
    assert (summary.model, summary.dataset) == ("unsloth/Qwen3-4B", "Datasets/tools.jsonl")
    assert summary.state == "succeeded"  # it has results
    assert summary.step == 150


@pytest.mark.parametrize("lineage", [None, {}, {"training_type": 3, "model": "gpt2", "dataset": "d", "lora": []}])
def test_a_lineage_that_says_little(tmp_path: Path, lineage: dict[str, object] | None) -> None:
    run = synaptic_run(tmp_path, "kto", lineage=lineage, final=False)
    summary = summary_of(run)
    assert (summary.objective, summary.state) == ("kto", "recorded")
    assert summary.model == ("gpt2" if lineage else None)


def test_its_mlx_trainer(tmp_path: Path) -> None:
    summary = summary_of(synaptic_mlx_run(tmp_path / "mac"))
    assert (summary.source, summary.step, summary.best) == (
        "synaptic-tuner",
        10,
        {"step": 10, "by": "loss", "value": 2.0},
    )
    assert summary.metrics["avg_loss"] == 2.5


def test_mlx_lm_by_its_own_configuration_and_a_saved_console(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters", (20,))
    config = {
        "fine_tune_type": "dora",
        "model": "mlx-community/Qwen3",
        "data": "data",
        "iters": 40,
        "lora_parameters": {},
    }
    put(run / "adapter_config.json", config)
    for path in run.iterdir():
        os.utime(path, (1e9, 1e9))
    save_console(run, MLX_LINES)
    summary = summary_of(run)
    assert (summary.source, summary.objective, summary.method) == ("mlx-lm", "sft", "dora")
    assert (summary.model, summary.dataset, summary.state) == ("mlx-community/Qwen3", "data", "recorded")
    assert (summary.step, summary.total_steps) == (20, 40)
    assert summary.best is not None
    assert summary.best["by"] == "eval_loss"
    assert [c.info.step for c in ranked_checkpoints(run)] == [-1, 20]
    (run / "adapters.safetensors").write_bytes(b"written once more at the end")
    assert summary_of(run).state == "succeeded"


def test_mlx_lm_that_made_all_its_steps_or_has_not_saved_yet(tmp_path: Path) -> None:
    run = mlx_lm_run(tmp_path / "adapters", (20, 40))
    put(run / "adapter_config.json", {"fine_tune_type": "lora", "iters": 40})
    for path in run.iterdir():
        os.utime(path, (1e9, 1e9))
    assert (summary_of(run).state, summary_of(run).step) == ("succeeded", 40)
    for path in run.glob("*.safetensors"):
        path.unlink()
    assert (summary_of(run).state, summary_of(run).step, summary_of(run).best) == ("recorded", None, None)


def test_event_files_without_the_package_are_listed_and_say_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = event_run(tmp_path / "tb", {"train/loss": [(1, 2.0), (2, 1.0)]})
    assert summary_of(run).metrics == {"loss": 1.0}
    assert summary_of(run).started_at == "2027-01-15T08:00:01.000Z"
    monkeypatch.setattr("tuner.runs.event_files.find_spec", lambda _: None)
    summary = summary_of(run)
    assert MISSING in summary.message
    assert (summary.metrics, summary.state) == ({}, "recorded")


def test_a_broken_run_is_shown_with_what_can_be_read(tmp_path: Path) -> None:
    run = ms_swift_run(tmp_path)
    (run / "args.json").write_text("{", encoding="utf-8")
    (run / "logging.jsonl").write_bytes(b"\xff\x00 nonsense\n[[[[\n")
    summary = summary_of(run)
    assert (summary.step, summary.model, summary.metrics) == (None, None, {})


def test_the_signature_changes_with_the_files_and_only_then(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    (folder,) = run_folders_in(Workspace(run))
    before = signature(folder)
    assert signature(folder) == before
    add_to_state(run, 100, max_steps=300)
    changed = signature(folder)
    assert changed != before
    event_run(run / "runs" / "x", {"loss": [(1, 1.0)]})
    assert signature(folder) != changed


def test_ours_have_a_summary_and_a_signature_too(workspace: Workspace) -> None:
    build_run(workspace.runs, final=True)
    (folder,) = run_folders_in(workspace)
    assert summarise_folder(folder).source == "tuner"
    assert signature(folder) == signature(folder)


def test_looking_writes_nothing_into_the_folder(tmp_path: Path) -> None:
    run = hf_trainer_run(tmp_path / "trl")
    event_run(run / "runs" / "x", {"loss": [(200, 1.0)]})
    before = snapshot(run)
    assert summary_of(run).step == 200
    assert ranked_checkpoints(run)
    assert snapshot(run) == before


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0:00:10", 10), ("1:02:03", 3723), ("1 day, 0:00:01", 86401), ("2 days, 1:00:00.5", 176400),
     ("1m 2s", 62), ("1h 5m", 3900), ("soon", None), (5, None)],
)  # fmt: skip
def test_durations_as_they_write_them(text: object, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@given(
    st.sampled_from(["trl", "factory", "swift", "mlx", "mac", "synaptic", "tb"]),
    st.integers(0, 30),
    st.integers(0, 400),
    st.binary(max_size=60) | st.sampled_from([b"[]", b"null", b'{"log_history": 3}', b'{"iters": true}', b"{}\n1"]),
)
def test_no_torn_or_strange_file_keeps_a_run_from_being_shown(
    tmp_path_factory: pytest.TempPathFactory, maker: str, which: int, keep: int, garbage: bytes
) -> None:
    root = tmp_path_factory.mktemp("strange")
    run = {
        "trl": lambda: hf_trainer_run(root / "run"),
        "factory": lambda: llama_factory_run(root / "run"),
        "swift": lambda: ms_swift_run(root),
        "mlx": lambda: mlx_lm_run(root / "run"),
        "mac": lambda: synaptic_mlx_run(root / "run"),
        "synaptic": lambda: synaptic_run(root, lineage=LINEAGE),
        "tb": lambda: event_run(root / "run", {"loss": [(1, 1.0)]}),
    }[maker]()
    files = sorted(p for p in run.rglob("*") if p.is_file() and not p.is_symlink())
    victim = files[which % len(files)]
    victim.write_bytes(victim.read_bytes()[:keep] + garbage)
    for folder in run_folders_in(Workspace(root)):
        summary = summarise_folder(folder)
        assert summary.state in {"recorded", "succeeded"}
        assert ranked_checkpoints(folder.path) is not None
        assert signature(folder)
