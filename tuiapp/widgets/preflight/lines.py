"""The preflight's lines: label at the left, what is known of it at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuiapp.formatting import duration, large, size
from tuiapp.widgets.form.values import NOTHING, shown
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.preflight.memory import memory_lines
from tuiapp.widgets.preflight.spark import spark
from tuiapp.widgets.strips import Part, fit
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.form_reading import Difference
    from tuiapp.handlers.train import TrainPlan

LABEL = 12
"""Cells of the labels."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a run that is to be. ``plan`` None: still being made, or refused.

    ``disk_free`` is in bytes; ``environment`` says why this machine cannot train so ("" where it can, None where it is
    still being looked at); ``origin`` names what the configuration was made from.
    """

    plan: TrainPlan | None = None
    disk_free: int | None = None
    environment: str | None = None
    origin: str = ""
    differences: Sequence[Difference] = ()


def preflight_lines(known: Known, ink: Ink, width: int) -> list[list[Part]]:
    """All lines, in ``width`` cells."""
    plan = known.plan
    if plan is None:
        return [[("checking…", ink.muted)], *_difference_lines(known, ink)]
    lines = [*_data_lines(plan, ink), *_token_lines(plan, ink, width)]
    lines += [[], *memory_lines(plan.estimate, ink, width, LABEL), []]
    lines += [*_effort_lines(plan, ink), _disk_line(known, plan, ink), *_machine_lines(known, plan, ink)]
    return [*lines, [], *_difference_lines(known, ink)]


def _line(label: str, *parts: Part, ink: Ink) -> list[Part]:
    return [(fit(label, LABEL), ink.muted), *(parts or ((NOTHING, ink.faint),))]


def _data_lines(plan: TrainPlan, ink: Ink) -> list[list[Part]]:
    lines = []
    for label, report in zip(("Data", "Validation"), plan.reports, strict=False):
        kind = report.format.value.replace("_", "/") if report.format is not None else ""
        count = f"the first {report.rows:,} rows" if report.sampled else f"{report.rows:,} rows"
        parts: list[Part] = [(count, ink.text), (f" · {kind}" if kind else "", ink.muted)]
        if report.problem_count:
            parts.append((f" · ⚠ {report.problem_count:,} cannot be used", ink.warning))
        lines.append(_line(label, *parts, ink=ink))
    return lines or [_line("Data", ink=ink)]


def _token_lines(plan: TrainPlan, ink: Ink, width: int) -> list[list[Part]]:
    report = plan.tokens
    if report is None:
        hint = "its tokenizer is not on this machine" if plan.reports else "no data was read"
        return [_line("Tokens", (NOTHING, ink.faint), (f"  {hint}", ink.muted), ink=ink)]
    lengths = f"p50 {large(report.p50)} · p95 {large(report.p95)} · max {large(report.max)}"
    sampled: Part = ("  sampled" if report.sampled else "", ink.muted)
    lines = [_line("Tokens", (lengths, ink.text), sampled, ink=ink)]
    if report.histogram:
        counts = [rows for _, _, rows in report.histogram]
        ends = f" {large(report.histogram[0][0])} to {large(report.histogram[-1][1])}"
        lines.append(_line("", (spark(counts), ink.primary), (ends, ink.faint), ink=ink))
    cut = f"{report.truncated_rows:,} of {report.rows:,} rows, {large(report.lost_tokens)} tokens lost"
    none = "no row is longer than the sequence length"
    truncated: Part = (f"⚠ {cut}", ink.warning) if report.truncated_rows else (none, ink.muted)
    share = f" · {report.trainable / report.tokens:.0%} of {large(report.tokens)}" if report.tokens else ""
    learned = ink.text if report.trainable else ink.bad
    glyph = "" if report.trainable else "✗ "
    lines.append(_line("Truncated", truncated, ink=ink))
    lines.append(_line("Trainable", (f"{glyph}{large(report.trainable)} tokens", learned), (share, ink.muted), ink=ink))
    return lines


def _effort_lines(plan: TrainPlan, ink: Ink) -> list[list[Part]]:
    estimate, job = plan.estimate, plan.job
    lines = []
    if estimate.steps is None:
        lines.append(_line("Steps", ink=ink))
    else:
        how = ""
        if job is not None and job.schedule.max_steps is None:
            how = f" · {job.schedule.epochs} epoch{'s' if job.schedule.epochs != 1 else ''}"
        how += f" · {large(estimate.tokens)} tokens" if estimate.tokens else ""
        lines.append(_line("Steps", (f"{estimate.steps:,}", ink.text), (how, ink.muted), ink=ink))
    if estimate.seconds is None:
        lines.append(_line("Time", ink=ink))
    else:
        low, high = estimate.seconds_low, estimate.seconds_high
        span = f" ({duration(low)} to {duration(high)})" if low is not None and high is not None else ""
        lines.append(_line("Time", (f"about {duration(estimate.seconds)}", ink.text), (span, ink.muted), ink=ink))
    return lines


def _disk_line(known: Known, plan: TrainPlan, ink: Ink) -> list[Part]:
    free = f"{size(known.disk_free)} free" if known.disk_free is not None else ""
    wanted = _disk_bytes(plan)
    if wanted is None:
        return _line("Disk", (free or NOTHING, ink.text if free else ink.faint), ink=ink)
    short = known.disk_free is not None and wanted > known.disk_free
    said = f"{'✗ ' if short else ''}about {size(wanted)}"
    return _line("Disk", (said, ink.bad if short else ink.text), (f" of {free}" if free else "", ink.muted), ink=ink)


def _disk_bytes(plan: TrainPlan) -> int | None:
    """What the checkpoints take: the weights that are trained and their optimizer, as often as it is saved."""
    memory, job = plan.estimate.memory_bytes, plan.job
    trained = memory.get("adapter") or (memory.get("weights") if job is not None and job.method.type == "full" else 0)
    if job is None or not trained:
        return None
    every = job.schedule.save_steps
    count = plan.estimate.steps // every if every and plan.estimate.steps else job.schedule.checkpoints
    return trained + count * (trained + memory.get("optimizer", 0))


def _machine_lines(known: Known, plan: TrainPlan, ink: Ink) -> list[list[Part]]:
    if known.environment is None:
        return [_line("Machine", ("looking at it…", ink.muted), ink=ink)]
    if not known.environment:
        return [_line("Machine", ("✓ ", ink.good), (f"can train on {plan.backend}", ink.text), ink=ink)]
    return [_line("Machine", ("✗ ", ink.bad), (inert(known.environment), ink.text), ink=ink)]


def _difference_lines(known: Known, ink: Ink) -> list[list[Part]]:
    if not known.origin:
        return []
    head: list[Part] = [("Different from ", ink.muted), (inert(known.origin), ink.text)]
    if not known.differences:
        return [[*head, (": nothing", ink.muted)]]
    lines = [head]
    for one in known.differences:
        before = "default" if one.before is None else shown(one.before)
        after = "default" if one.after is None else shown(one.after)
        lines.append(
            [(f"  {inert(one.path)}  ", ink.text), (before, ink.muted), (" → ", ink.faint), (after, ink.strong)]
        )
    return lines
