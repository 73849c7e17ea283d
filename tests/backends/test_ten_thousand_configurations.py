"""Whatever a configuration says, it is validated, translated and estimated, or refused with its place and a way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from backends.training import CPUBackend, MacBackend, RTXBackend
from backends.training.memory_issues import memory_issues
from tests.support.wild_jobs import wild_tree
from tuner.config.load import parse_job_text
from tuner.config.yaml_text import dump
from tuner.core.backend_protocol import TrainingBackend
from tuner.core.issues import Issue, has_errors
from tuner.core.job_issues import parse_job

BACKENDS: tuple[TrainingBackend, ...] = (CPUBackend(), RTXBackend(), MacBackend())
FACTS = (
    {},
    {"training_rows": 1000, "validation_rows": 10},
    {"training_rows": 0, "longest_row": 10**9, "mean_row_tokens": 1, "training_tokens": 10**15},
    {"training_rows": 7, "longest_row": 90, "mean_row_tokens": 40, "training_tokens": 280},
)
CONFIGS: dict[str, object] = {
    "llama": {
        "model_type": "llama",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "vocab_size": 300,
        "max_position_embeddings": 1024,
    },
    "experts": {
        "model_type": "qwen3_moe",
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "moe_intermediate_size": 32,
        "num_experts": 8,
        "num_experts_per_tok": 2,
        "vocab_size": 300,
        "quantization": {"bits": 4, "group_size": 64},
    },
    "huge": {
        "model_type": "phi3",
        "hidden_size": 10**9,
        "num_hidden_layers": 10**9,
        "num_attention_heads": 1,
        "vocab_size": 10**9,
        "max_position_embeddings": 3,
        "rope_scaling": {"type": "longrope"},
    },
    "broken": "not a configuration",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("models")
    for name, values in CONFIGS.items():
        (root / name).mkdir()
        (root / name / "config.json").write_text(json.dumps(values))
    return [root / name for name in CONFIGS]


def _told_well(issues: list[Issue]) -> None:
    for issue in issues:
        assert issue.message
        assert issue.code
        assert issue.hint or not issue.is_error, issue
        assert issue.path or issue.code in {"YAML_SYNTAX", "WRONG_TYPE"}, issue


def _through_all(tree_number: int, models: list[Path]) -> str:
    tree = wild_tree(tree_number, models)
    job, issues = parse_job(tree)
    _told_well(issues)
    if job is None:
        assert has_errors(issues)
        return "refused by the schema"
    backend = BACKENDS[tree_number % len(BACKENDS)]
    found = backend.validate_configuration(job)
    _told_well(found)
    backend.inapplicable(job)
    if has_errors(found):
        return "refused by the backend"
    facts = FACTS[tree_number // len(BACKENDS) % len(FACTS)]
    translation = backend.translate_configuration(job, facts)
    json.dumps(translation.payload, allow_nan=False)
    estimate = backend.estimate(job, facts)
    if estimate.total_bytes is not None:
        assert estimate.low_bytes is not None
        assert estimate.high_bytes is not None
        assert 0 < estimate.low_bytes <= estimate.total_bytes <= estimate.high_bytes
        assert all(size > 0 for size in estimate.memory_bytes.values())
    if tree_number % 5 == 0:
        tight = estimate.model_copy(update={"available_bytes": 10**9})
        _told_well(list(memory_issues(job, facts, backend, tight)))
    return "translated"


@settings(max_examples=2_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(number=st.integers(0, 2**64))
def test_ten_thousand_configurations_go_through_or_are_refused_with_a_reason(number: int, models: list[Path]) -> None:
    for one in range(5 * number, 5 * number + 5):
        event(_through_all(one, models))


@settings(max_examples=100, deadline=None)
@given(number=st.integers(0, 2**64))
def test_the_same_as_text_is_refused_for_the_same_reasons(number: int, models: list[Path]) -> None:
    tree = wild_tree(number, models)
    try:
        text = dump(tree)
    except (ValueError, UnicodeError):  # a number of hundreds of digits, half a character: no YAML
        return
    loaded = parse_job_text(text)
    _told_well(loaded.issues)
    assert (loaded.job is None) == has_errors(loaded.issues)
