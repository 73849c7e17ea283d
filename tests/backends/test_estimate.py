"""The forecast of a run, against what can be worked out by hand and against itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.training.estimate import estimate, longest_row, run_tokens
from backends.training.memory_counts import adapted_names, adapter_parameters
from backends.training.memory_parts import memory_of
from backends.training.pace import flops_per_token, pace_by_rule, pace_of_earlier
from tests.support.jobs import job, jobs
from tuner.core.job import JobConfiguration
from tuner.data.model_facts import ModelFacts, facts_of_config

LLAMA_8B: dict[str, object] = {
    "model_type": "llama",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "max_position_embeddings": 8192,
    "tie_word_embeddings": False,
    "torch_dtype": "bfloat16",
}
N = 8_030_261_248
R8 = 20_971_520
"""Trainable parameters of a LoRA of rank 8 on all linear layers of Llama 3 8B, as PEFT counts them."""


def _facts(**more: object) -> ModelFacts:
    facts = facts_of_config({**LLAMA_8B, **more})
    assert facts is not None
    return facts


def _parts(config: JobConfiguration, device: str = "cuda", row: int = 1024, **model: object) -> dict[str, int]:
    return memory_of(config, _facts(**model), "bfloat16", device, row).by_part()


def _method(kind: str, **lora: object) -> JobConfiguration:
    return job(method={"type": kind, "lora": lora} if lora else {"type": kind})


def test_an_adapters_parameters_are_counted_as_peft_counts_them() -> None:
    config = _method("lora", rank=8)
    assert adapter_parameters(config, _facts(), adapted_names(config, _facts())) == R8
    dora = _method("lora", rank=8, variant="dora")
    outputs = 32 * (4096 + 1024 + 1024 + 4096 + 14336 + 14336 + 4096)
    assert adapter_parameters(dora, _facts(), adapted_names(dora, _facts())) == R8 + outputs


@pytest.mark.parametrize(
    ("modules", "names"),
    [
        (["q_proj", "self_attn.v_proj"], {"q_proj", "v_proj"}),
        (["nothing"], set()),
        (r".*\.(up|down)_proj", {"up_proj", "down_proj"}),
        ("(", set()),
    ],
)
def test_modules_are_named_as_in_peft(modules: str | list[str], names: set[str]) -> None:
    assert adapted_names(_method("lora", trainable_modules=modules), _facts()) == names


def test_the_parts_that_can_be_counted_are_exact() -> None:
    full = _parts(_method("full"))
    assert (full["weights"], full["gradients"], full["optimizer"]) == (2 * N, 2 * N, 4 * N)
    assert "adapter" not in full
    lora = _parts(_method("lora", rank=8))  # PEFT keeps the adapter of a bf16 model in fp32
    assert (lora["weights"], lora["adapter"], lora["gradients"]) == (2 * N, 4 * R8, 4 * R8)
    assert lora["optimizer"] == 8 * R8


def test_a_quantized_base_takes_about_half_a_byte_a_weight() -> None:
    qlora = _parts(_method("qlora"))
    linear = sum(one.weights * one.count for one in _facts().linear_layers)
    assert qlora["weights"] == pytest.approx(linear * 4.127 / 8 + (N - linear) * 2)
    int8 = _parts(job(method={"type": "qlora"}, model={"precision": "int8"}))
    assert int8["weights"] == pytest.approx(linear + (N - linear) * 2)
    stored = _parts(_method("lora"), quantization={"bits": 4})
    assert stored["weights"] == _facts(quantization={"bits": 4}).weight_bytes


@pytest.mark.parametrize(
    ("kind", "enabled", "bytes_a_weight"),
    [
        ("adamw", [], 4.0),
        ("adamw", ["optimizer_8bit"], 2.04),
        ("adamw", ["paged_optimizer"], 8.0),
        ("lion", [], 4.0),
        ("lion", ["optimizer_8bit"], 1.02),
        ("muon", [], 2.0),
        ("sgd", [], 0.05),
        ("adafactor", [], 0.05),
    ],
)
def test_each_optimizer_keeps_its_own(kind: str, enabled: list[str], bytes_a_weight: float) -> None:
    config = job(method={"type": "full"}, optimizer={"type": kind}, optimizations={"enabled": enabled})
    assert _parts(config)["optimizer"] == pytest.approx(N * bytes_a_weight)


def test_a_reference_model_stands_beside_one_whose_weights_are_all_trained() -> None:
    assert _parts(job(objective="dpo", method={"type": "full"}))["weights"] == 4 * N
    assert _parts(job(objective="dpo", method={"type": "lora"}))["weights"] == 2 * N
    asked_before = {"precompute_reference": True}
    assert _parts(job(objective="kto", method={"type": "full"}, metadata=asked_before))["weights"] == 2 * N


def test_weights_kept_in_fp32_take_twice_as_much_with_all_that_belongs_to_them() -> None:
    parts = _parts(job(method={"type": "full"}, metadata={"master_weights": True}))
    assert (parts["weights"], parts["gradients"], parts["optimizer"]) == (4 * N, 4 * N, 8 * N)


@pytest.mark.parametrize(
    ("way", "weights", "training"),
    [("ddp", 1, 1), ("fsdp", 4, 4), ("deepspeed_zero2", 1, 4), ("deepspeed_zero3", 4, 4)],
)
def test_several_gpus_share_what_their_way_spreads(way: str, weights: int, training: int) -> None:
    parts = _parts(job(method={"type": "full"}, hardware={"num_gpus": 4}, metadata={"distributed": way}))
    assert parts["weights"] == 2 * N // weights
    assert (parts["gradients"], parts["optimizer"]) == (2 * N // training, 4 * N // training)
    one = _parts(job(method={"type": "full"}))
    assert (parts["overhead"] > 2 * one["overhead"]) is (way == "ddp")  # gradients are copied to be sent


def test_what_saves_memory_is_seen_to_save_it() -> None:
    def peak(device: str = "cuda", **sections: object) -> int:
        return memory_of(job(**sections), _facts(), "bfloat16", device, 2048).peak

    plain = peak()
    assert peak(optimizations={"enabled": ["gradient_checkpointing"]}) < plain / 2
    assert peak(schedule={"batch_size": 1}) < plain / 2
    assert peak(optimizations={"enabled": ["activation_offloading"]}) < plain
    assert peak(method={"lora": {"trainable_modules": ["q_proj"]}}) < plain
    assert peak(method={"lora": {"dropout": 0.1}}) > plain
    assert peak(optimizations={"enabled": ["fused_kernels"]}) < plain
    assert peak(metadata={"attention": "eager"}) > 1.5 * plain
    assert peak(objective="dpo") > 1.5 * plain
    assert peak("mps") > plain  # mlx computes all logits at once


def test_sums_of_gradients_stay_while_the_next_batch_is_worked_on() -> None:
    once, twice = (
        memory_of(job(method={"type": "full"}, schedule={"batch_size": 8, "gradient_accumulation": n}), *_small).peak
        for n in (1, 2)
    )
    assert twice - once > 0


_small = (
    facts_of_config({**LLAMA_8B, "hidden_size": 512, "num_hidden_layers": 4, "intermediate_size": 1024}),
    "float32",
    "cpu",
    1024,
)


def _folder(path: Path) -> str:
    path.mkdir()
    (path / "config.json").write_text(json.dumps(LLAMA_8B))
    return str(path)


def test_a_whole_estimate_has_steps_tokens_time_and_a_range(tmp_path: Path) -> None:
    config = job(model={"base_model": _folder(tmp_path / "m")}, schedule={"batch_size": 4, "epochs": 2})
    facts = {"training_rows": 100, "longest_row": 600, "mean_row_tokens": 200, "training_tokens": 20_000}
    found = estimate(config, facts, "bfloat16", device="cuda")
    assert (found.steps, found.tokens) == (50, 40_000)
    assert found.low_bytes is not None and found.total_bytes is not None and found.high_bytes is not None
    assert found.low_bytes < found.total_bytes < found.high_bytes
    assert found.seconds_low is not None and found.seconds is not None and found.seconds_high is not None
    assert found.seconds_low < found.seconds < found.seconds_high
    assert "as long as schedule.sequence_length" not in found.confidence
    unknown = estimate(config, {"training_rows": 100}, "bfloat16", device="cuda")
    assert unknown.tokens is None and unknown.seconds is None
    assert "as long as schedule.sequence_length" in unknown.confidence
    assert unknown.low_bytes is not None and unknown.high_bytes is not None
    assert unknown.high_bytes - unknown.low_bytes > found.high_bytes - found.low_bytes


def test_a_model_from_scratch_is_known_by_its_size() -> None:
    scratch = {"base_model": None, "architecture": "llama", "size": "15m", "tokenizer": "t"}
    found = estimate(job(objective="pretrain", model=scratch, method={"type": "full"}), {}, "float32")
    assert 80e6 < found.memory_bytes["weights"] < 130e6  # with a vocabulary of 32,000 words
    unknown = estimate(job(model={"base_model": "acme/unknown"}), {"training_rows": 8}, "float32")
    assert (unknown.memory_bytes, unknown.steps) == ({}, 6)


def test_rows_are_cut_and_packed_ones_are_full() -> None:
    config = job(schedule={"sequence_length": 1024})
    assert longest_row(config, {}) == 1024
    assert longest_row(config, {"longest_row": 300}) == 300
    assert longest_row(config, {"longest_row": 9000}) == 1024
    packed = job(schedule={"sequence_length": 1024}, optimizations={"enabled": ["sequence_packing"]})
    assert longest_row(packed, {"longest_row": 300}) == 1024


def test_tokens_of_a_run_with_a_number_of_steps() -> None:
    config = job(schedule={"max_steps": 10, "batch_size": 2, "gradient_accumulation": 3, "sequence_length": 512})
    assert run_tokens(config, {}, 10) is None
    assert run_tokens(config, {"mean_row_tokens": 100}, 10) == 6000
    assert run_tokens(config, {"mean_row_tokens": 9000}, 10) == 60 * 512
    assert run_tokens(config, {"training_tokens": 5000, "training_rows": 50}, 10) == 6000
    packed = job(
        schedule={"max_steps": 10, "batch_size": 2, "sequence_length": 512},
        optimizations={"enabled": ["sequence_packing"]},
    )
    assert run_tokens(packed, {}, 10) == 20 * 512


def test_joined_rows_make_as_many_steps_as_their_tokens_fill(tmp_path: Path) -> None:
    packed = job(
        model={"base_model": _folder(tmp_path / "m")},
        schedule={"epochs": 2, "batch_size": 2, "gradient_accumulation": 2, "sequence_length": 512},
        optimizations={"enabled": ["sequence_packing"]},
    )
    assert estimate(packed, {"training_rows": 900, "training_tokens": 512 * 4 * 10 + 1}, "bfloat16").steps == 22
    assert estimate(packed, {"training_rows": 900}, "bfloat16").steps is None


def test_arithmetic_is_six_a_weight_and_four_with_frozen_ones() -> None:
    facts = _facts()
    full, lora = flops_per_token(_method("full"), facts), flops_per_token(_method("lora"), facts)
    assert full - lora == pytest.approx(2 * N)
    assert full == pytest.approx(6 * N, rel=0.05)
    again = flops_per_token(job(optimizations={"enabled": ["gradient_checkpointing"]}), facts)
    assert again - lora == pytest.approx(2 * N)
    assert flops_per_token(job(objective="dpo"), facts) > 2 * lora
    assert flops_per_token(job(objective="kto"), facts) > 1.5 * lora


def test_time_is_a_range_and_unknown_without_tokens() -> None:
    facts = _facts()
    assert pace_by_rule(job(), facts, None, "cuda") is None
    one = pace_by_rule(job(), facts, 1000, "cuda")
    two = pace_by_rule(job(hardware={"num_gpus": 2}), facts, 1000, "cuda")
    assert one is not None and two is not None
    assert one.low < one.seconds < one.high
    assert two.seconds == pytest.approx(one.seconds / 2)


def test_earlier_runs_rule_over_arithmetic() -> None:
    assert pace_of_earlier(None, [5.0]) is None
    assert pace_of_earlier(100, [0.0]) is None
    found = pace_of_earlier(1000, [10.0, 5.0])
    assert found is not None
    assert (found.low, found.seconds, found.high) == (50.0, 100.0, 200.0)
    assert found.basis == "time by 2 earlier runs of the same model, method and backend"


@given(config=jobs(), device=st.sampled_from(["cpu", "cuda", "mps"]), row=st.integers(1, 10**6))
def test_the_most_at_once_is_never_more_than_all_parts_and_grows_with_the_rows(
    config: JobConfiguration, device: str, row: int
) -> None:
    memory, longer = (memory_of(config, _facts(), "bfloat16", device, n) for n in (row, row + 100))
    assert memory.weights < memory.peak
    assert memory.peak <= longer.peak
    assert all(size > 0 for size in memory.by_part().values())
