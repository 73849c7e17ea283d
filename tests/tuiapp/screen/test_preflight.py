"""What a run would take, in lines: known values, and dashes for those that are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tuiapp.handlers.form_reading import Difference
from tuiapp.handlers.train import TrainPlan, TrainRequest
from tuiapp.screens.editor.verdict import verdict
from tuiapp.widgets.ink import _COLOURLESS as INK
from tuiapp.widgets.preflight.lines import Known, preflight_lines
from tuner.core.backend_protocol import Estimate
from tuner.core.enums import DatasetFormat, MethodType
from tuner.core.job import JobConfiguration
from tuner.data.report import DatasetReport
from tuner.data.token_report import TokenReport

REPORTS = [
    DatasetReport(Path("train.jsonl"), DatasetFormat.PROMPT_COMPLETION, rows=1200, problem_count=3),
    DatasetReport(Path("validation.jsonl"), DatasetFormat.PROMPT_COMPLETION, rows=100),
]
TOKENS = TokenReport(
    rows=1200, p50=310, p95=1400, max=40_000, mean=400.0, histogram=[(0, 499, 900), (500, 999, 300)],
    sequence_length=512, tokens=400_000, truncated_rows=12, lost_tokens=81_000, trainable=100_000, untrainable_rows=0,
)  # fmt: skip
ESTIMATE = Estimate(
    memory_bytes={"weights": 8 * 10**9, "adapter": 10**8, "optimizer": 2 * 10**8},
    steps=300, tokens=400_000, seconds=3600.0, seconds_low=1800.0, seconds_high=7200.0, total_bytes=9 * 10**9,
)  # fmt: skip
JOB = JobConfiguration()


def plan(**fields: object) -> TrainPlan:
    return replace(TrainPlan(TrainRequest(""), "rtx", [], JOB, estimate=ESTIMATE, reports=REPORTS), **fields)


def said(known: Known, width: int = 76) -> str:
    return "\n".join("".join(text for text, _ in line).rstrip() for line in preflight_lines(known, INK, width))


def test_before_anything_is_known_it_says_so() -> None:
    assert said(Known()) == "checking…"
    text = said(Known(TrainPlan(TrainRequest(""), "cpu", [])))
    for label in ("Data", "Tokens", "Memory", "Steps", "Time", "Disk"):
        assert f"{label:<12}–" in text
    assert "looking at it" in text


def test_rows_and_what_cannot_be_used() -> None:
    text = said(Known(plan()))
    assert "Data        1,200 rows · prompt/completion · ⚠ 3 cannot be used" in text
    assert "Validation  100 rows" in text
    assert "Tokens      –  its tokenizer is not on this machine" in text


def test_of_a_dataset_on_the_hub_the_rows_that_were_looked_at_are_not_taken_for_all() -> None:
    report = DatasetReport(Path("hub:org/rows"), DatasetFormat.MESSAGES, rows=200, sampled=True)
    assert "the first 200 rows" in said(Known(plan(reports=[report])))
    assert "200 rows" not in " ".join(verdict(plan(reports=[report]), ""))


def test_tokens_their_lengths_and_what_is_learned() -> None:
    text = said(Known(plan(tokens=TOKENS)))
    assert "Tokens      p50 310 · p95 1400 · max 40k" in text and "sampled" not in text
    assert "█▃ 0 to 999" in text
    assert "Truncated   ⚠ 12 of 1,200 rows, 81k tokens lost" in text
    assert "Trainable   100k tokens · 25% of 400k" in text


def test_no_token_to_learn_from_is_plainly_wrong() -> None:
    none = replace(TOKENS, trainable=0, tokens=0, truncated_rows=0, histogram=[], sampled=True)
    text = said(Known(plan(tokens=none)))
    assert "Trainable   ✗ 0 tokens" in text and "sampled" in text
    assert "no row is longer than the sequence length" in text


def test_steps_time_and_their_range() -> None:
    text = said(Known(plan()))
    assert "Steps       300 · 3 epochs · 400k tokens" in text
    assert "Time        about 1h00m (30m to 2h00m)" in text
    capped = JOB.model_copy(update={"schedule": JOB.schedule.model_copy(update={"max_steps": 300})})
    assert "epochs" not in said(Known(plan(job=capped)))


@pytest.mark.parametrize(
    ("free", "told"), [(None, "about 400 MB"), (10**9, "about 400 MB of 1.0 GB free"), (10**8, "✗ about")]
)
def test_disk_is_what_the_checkpoints_take(free: int | None, told: str) -> None:
    assert f"Disk        {told}" in said(Known(plan(), disk_free=free))


def test_disk_counts_checkpoints_by_steps_and_all_weights_where_they_are_trained() -> None:
    every = JOB.model_copy(update={"schedule": JOB.schedule.model_copy(update={"save_steps": 100})})
    assert "about 1.0 GB" in said(Known(plan(job=every)))
    full = JOB.model_copy(update={"method": JOB.method.model_copy(update={"type": MethodType.FULL})})
    whole = ESTIMATE.model_copy(update={"memory_bytes": {"weights": 10**9, "optimizer": 2 * 10**9}})
    assert "about 4.0 GB" in said(Known(plan(job=full, estimate=whole)))


@pytest.mark.parametrize(
    ("environment", "told"), [(None, "looking at it…"), ("", "✓ can train on rtx"), ("no \x1b[31mGPU", "✗ no GPU")]
)
def test_whether_this_machine_can(environment: str | None, told: str) -> None:
    assert f"Machine     {told}" in said(Known(plan(), environment=environment))


def test_what_is_different_from_where_it_came_from() -> None:
    assert "Different from rtx/sft: nothing" in said(Known(plan(), origin="rtx/sft"))
    changed = [Difference("seed", None, 7), Difference("optimizations.enabled", ["a"], None)]
    text = said(Known(plan(), origin="rtx/sft", differences=changed))
    assert "  seed  default → 7" in text and "  optimizations.enabled  a → default" in text
