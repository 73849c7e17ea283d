"""The model card says what the manifest knows, and nothing else."""

from __future__ import annotations

import io
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tuner.core import CheckpointInfo
from tuner.core.job import JobConfiguration
from tuner.publishing.card import TestResult, model_card
from tuner.runs.text_tail import inert

BIDI = "\u202e"


def manifest(**more: object) -> dict[str, object]:
    job = JobConfiguration.model_validate(
        {"model": {"base_model": "acme/base"}, "datasets": {"training": "/home/ana/secret/train.jsonl"}}
    )
    return {
        "run_id": "20261120-100000-sft-tools-ab12",
        "objective": "sft",
        "job": job.model_dump(mode="json"),
        "dataset": {"path": "/home/ana/secret/train.jsonl", "sha256": "ab" * 32, "rows": 40, "skipped_rows": 2},
        "versions": {"trl": "1.15.0"},
        "hardware": {"cpu_count": 2, "machine": "x86_64"},
        "parent_run": "20261119-100000-sft-older-ab12",
        **more,
    }


def checkpoint(**metrics: float) -> CheckpointInfo:
    return CheckpointInfo(path=Path("/c"), step=50, metrics=metrics)


def front_matter(card: str) -> dict[str, object]:
    _, text, _ = card.split("---\n", 2)
    found = YAML(typ="safe").load(io.StringIO(text))
    assert isinstance(found, dict)
    return found


def test_it_says_what_is_known() -> None:
    tests = [TestResult("test.jsonl", 9, 10)]
    card = model_card("tools", manifest(), checkpoint(eval_loss=0.5, eval_exact_match=0.25), "highest of all", tests)
    assert front_matter(card) == {
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "base_model": "acme/base",
        "tags": ["lora", "sft"],
    }
    for line in (
        "# tools",
        "checkpoint 50 of run `20261120-100000-sft-tools-ab12`",
        "Chosen on validation data: highest of all.",
        "| validation, answers right to the letter | 25.0% |",
        "| validation loss | 0.5000 |",
        "| test (test.jsonl), answers right to the letter | 90.0% (9 of 10) |",
        "- file: `train.jsonl`",
        "- training rows: 40",
        "- rows left out because they could not be used: 2",
        "- hardware: 2 CPU cores (x86_64)",
        "- versions: trl 1.15.0",
        "- goes on from run: `20261119-100000-sft-older-ab12`",
    ):
        assert line in card, line


def test_it_invents_nothing() -> None:
    card = model_card("bare", {"run_id": "r"}, CheckpointInfo(path=Path("/c"), step=-1, is_final=True), "")
    assert "license" not in card.lower()
    assert "base_model" not in front_matter(card)
    assert front_matter(card)["tags"] == ["lora"]
    for heading in ("## Evaluation", "## Data"):
        assert heading not in card
    assert "the final weights" in card
    for word in ("None", "null", "unknown", "nan"):
        assert word not in card


def test_it_carries_no_path_of_this_machine_and_no_integration() -> None:
    job = {
        "model": {"base_model": "/home/ana/models/base"},
        "integrations": {"huggingface": {"token_env": "MY_TOKEN"}},
        "metadata": {"list": ["/home/ana/a", 1]},
    }
    card = model_card("t", manifest(job=job), checkpoint(), "")
    assert "/home/ana" not in card
    assert "MY_TOKEN" not in card
    assert "base_model" not in front_matter(card), "a path of this machine is no model of the Hub"
    assert "the local model `base`" in card


def test_an_empty_test_is_no_result() -> None:
    assert "test (" not in model_card("t", manifest(), checkpoint(eval_loss=1.0), "", [TestResult("empty", 0, 0)])


def test_gpus_are_named() -> None:
    card = model_card("t", manifest(hardware={"gpus": [{"name": "H200"}, {"name": "H200"}]}), checkpoint(), "")
    assert "- hardware: H200, H200" in card
    assert "- versions" not in model_card("t", manifest(hardware={}, versions={}), checkpoint(), "")


def test_hostile_names_stay_text() -> None:
    name = f"x\n# Owned\n| a | b |\n<script>\x1b[31m{BIDI}"
    card = model_card(name, manifest(run_id=name, versions={"a": name}), checkpoint(eval_loss=1.0), name)
    assert "\n# Owned" not in card
    assert "<script>" not in card
    assert "\x1b" not in card and BIDI not in card


@given(text=st.text(max_size=60))
def test_no_name_can_add_a_line_or_break_the_front_matter(text: str) -> None:
    tests = [TestResult(text, 1, 2)]
    metrics = {"eval_loss": 1.0}
    plain = model_card(
        "x", manifest(objective="x", parent_run="x"), checkpoint(**metrics), "x", [TestResult("x", 1, 2)]
    )
    odd = model_card(text, manifest(objective="x", parent_run=text or "x"), checkpoint(**metrics), text or "x", tests)
    assert len(odd.splitlines()) == len(plain.splitlines())
    assert front_matter(odd) == front_matter(plain)


@given(base=st.text(max_size=40))
@example("\x85")
@example("a\n---\nlicense: mit")
def test_any_base_model_leaves_the_front_matter_readable(base: str) -> None:
    card = model_card("x", manifest(job={"model": {"base_model": base}}), checkpoint(), "")
    shown = inert(base).strip()
    assert front_matter(card).get("base_model") == (shown if shown and not Path(shown).is_absolute() else None)
    assert "license" not in front_matter(card)
