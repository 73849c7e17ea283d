"""KTO and DPO pull towards the policy that they start from: a base, another run's adapter, or a whole model."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.support.built_trainers import Built, build
from tests.support.jobs import job
from tests.support.tiny_chat import write_tiny_model
from tests.trainers.parameter_data import write_data

pytestmark = pytest.mark.training

PREFERENCES = ("kto", "dpo")
UNDECIDED = {"kto": 0.5, "dpo": math.log(2)}
"""The loss of a policy that is its own reference."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reference")
    write_tiny_model(made / "model")
    write_data(made)
    return made


@pytest.fixture(scope="module")
def parent(folder: Path) -> Path:
    """An adapter that says something else than its base."""
    made = made_of(folder, "sft")
    made.trainer.train()
    made.trainer.save_model(str(folder / "parent"))
    return folder / "parent"


def made_of(folder: Path, objective: str, name: str = "plain", **sections: Any) -> Built:
    data = {"training": str(folder / f"{objective}.jsonl"), "validation_fraction": 0.0}
    schedule = {"batch_size": 4, "max_steps": 4, "save_steps": 2, "logging_steps": 1, "sequence_length": 512}
    sections = {"method": {"type": "lora"}, "model": {"base_model": str(folder / "model")}, **sections}
    rate = {"learning_rate": 3e-2}
    asked = job(objective=objective, datasets=data, schedule=schedule, optimizer=rate, **sections)
    return build(asked, folder / f"{objective}-{name}")


def weights(model: Any, adapter: str | None = None) -> dict[str, Any]:
    """A copy of all weights, or of one adapter's, by name without the adapter's."""
    mark = f".{adapter}." if adapter else "."
    return {n.replace(mark, "."): p.detach().clone() for n, p in model.named_parameters() if mark in n}


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one.keys() == other.keys() and all(one[n].equal(other[n]) for n in one)


def losses(made: Built) -> list[float]:
    return [r["loss"] for r in made.trainer.state.log_history if "loss" in r]


def read_adapter(folder: Path, base: Path) -> dict[str, Any]:
    """What is in an adapter's folder, as somebody else would load it."""
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    return weights(PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder), "default")


@pytest.mark.parametrize("objective", PREFERENCES)
def test_from_an_adapter_the_reference_is_that_adapter(folder: Path, parent: Path, objective: str) -> None:
    both = {"base_model": str(folder / "model"), "parent": str(parent)}
    made = made_of(folder, objective, "adapter", model=both)
    model = made.trainer.model
    before = read_adapter(parent, folder / "model")
    assert same(weights(model, "default"), before) and same(weights(model, "ref"), before)
    assert not any(p.requires_grad for n, p in model.named_parameters() if ".default." not in n)
    made.trainer.train()
    assert losses(made)[0] == pytest.approx(UNDECIDED[objective], abs=1e-5)
    assert losses(made)[-1] != pytest.approx(UNDECIDED[objective], abs=1e-3)
    assert same(weights(model, "ref"), before) and not same(weights(model, "default"), before)


@pytest.mark.parametrize("objective", PREFERENCES)
def test_only_the_trained_adapter_is_saved_and_a_run_goes_on_from_it(
    folder: Path, parent: Path, objective: str
) -> None:
    both = {"base_model": str(folder / "model"), "parent": str(parent)}
    made = made_of(folder, objective, "saved", model=both)
    made.trainer.train()
    checkpoint = made.payload.paths.checkpoints / "checkpoint-2"
    made.trainer.save_model(str(folder / f"{objective}-final"))
    for place in (checkpoint, folder / f"{objective}-final"):
        assert [p.name for p in place.rglob("adapter_model.safetensors")] == ["adapter_model.safetensors"]
        assert not (place / "ref").exists()
    assert same(read_adapter(folder / f"{objective}-final", folder / "model"), weights(made.trainer.model, "default"))

    again = made_of(folder, objective, "resumed", model=both)
    again.trainer.train(resume_from_checkpoint=str(checkpoint))
    assert same(weights(again.trainer.model, "ref"), read_adapter(parent, folder / "model"))
    assert losses(again) == losses(made), "the first two from the checkpoint, the last two trained anew"
    assert same(weights(again.trainer.model, "default"), weights(made.trainer.model, "default"))


@pytest.mark.parametrize("objective", PREFERENCES)
def test_from_a_base_the_reference_is_the_base(folder: Path, objective: str) -> None:
    made = made_of(folder, objective)
    made.trainer.train()
    assert made.trainer.ref_model is None, "the adapter is switched off for it"
    assert losses(made)[0] == pytest.approx(UNDECIDED[objective], abs=1e-5)


@pytest.mark.parametrize("precomputed", [False, True], ids=["copied", "precomputed"])
@pytest.mark.parametrize("objective", PREFERENCES)
def test_from_a_whole_model_the_reference_is_that_model(folder: Path, objective: str, precomputed: bool) -> None:
    options = {"metadata": {"precompute_reference": True}} if precomputed else {}
    made = made_of(folder, objective, f"full-{precomputed}", method={"type": "full"}, **options)
    before = weights(made.trainer.model)
    reference = made.trainer.ref_model
    assert reference is None if precomputed else same(weights(reference), before)
    made.trainer.train()
    assert losses(made)[0] == pytest.approx(UNDECIDED[objective], abs=1e-5)
    assert not same(weights(made.trainer.model), before)
    assert precomputed or same(weights(reference), before)


def test_an_adapter_goes_on_in_sft_too(folder: Path, parent: Path) -> None:
    made = made_of(folder, "sft", "adapter", model={"base_model": str(folder / "model"), "parent": str(parent)})
    assert same(weights(made.trainer.model, "default"), read_adapter(parent, folder / "model"))
    made.trainer.train()
    assert not same(weights(made.trainer.model, "default"), read_adapter(parent, folder / "model"))
