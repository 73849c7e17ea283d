"""What is in a dataset, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from tuiapp.formatting import size
from tuiapp.screens.data.request import DataRequest
from tuiapp.widgets.ink import Ink
from tuiapp.widgets.strips import Part, fit
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuiapp.handlers.data import Inspection
    from tuner.data.report import DatasetReport
    from tuner.data.token_report import TokenReport

Line = list[Part]
_LABEL = 11
_BAR = "▏▎▍▌▋▊▉█"
_WIDEST_BAR = 40
_FEW = 5


def report_lines(found: Inspection, asked: DataRequest, problem: str, ink: Ink, width: int) -> list[Line]:
    """The lines of a file's report, ``width`` cells wide at most where that is in our hand.

    ``problem``: why there are no tokens.
    """
    return [*_rows(found.report, ink), *_tokens(found.tokens, asked, problem, ink, width)]


def _line(label: str, value: str, rest: str, ink: Ink, *, value_ink: str = "strong") -> Line:
    style = {"strong": ink.strong, "warning": ink.warning, "bad": ink.bad, "good": ink.good}[value_ink]
    return [(fit(label, _LABEL), ink.muted), (value, style), (f"  {rest}" if rest else "", ink.muted)]


def _rows(report: DatasetReport, ink: Ink) -> Iterator[Line]:
    kind = report.format.value if report.format else "unknown"
    yield _line("format", kind, size(report.bytes), ink)
    yield _line("rows", f"{report.rows:,}", "can be used", ink, value_ink="strong" if report.rows else "bad")
    if report.labels:
        one = "  ⚠ kto learns from both kinds" if len(report.labels) == 1 else ""
        yield _line("labels", f"{report.labels[True]:,}", f"true · {report.labels[False]:,} false{one}", ink)
    for label, count, about in (
        ("duplicates", report.duplicate_rows, "rows stand there more than once"),
        ("leaked", report.leaked_rows, "rows are in the training data too"),
    ):
        if count:
            yield _line(label, f"⚠ {count:,}", about, ink, value_ink="warning")
    if report.problem_count:
        yield _line("problems", f"⚠ {report.problem_count:,}", "rows cannot be used", ink, value_ink="warning")
    elif not report.rows:
        yield _line("problems", "–", "the file holds no row", ink)
    for problem in report.problems:
        yield [
            (fit("", _LABEL), ink.muted),
            (f"line {problem.line}  ", ink.primary),
            (inert(problem.message), ink.text),
            (f"  {problem.code}", ink.faint),
        ]
    hidden = report.problem_count - len(report.problems)
    if hidden > 0:
        yield [(fit("", _LABEL), ink.muted), (f"and {hidden:,} more", ink.muted)]


def _tokens(tokens: TokenReport | None, asked: DataRequest, problem: str, ink: Ink, width: int) -> Iterator[Line]:
    if tokens is None:
        yield _line("tokens", "–", "m chooses the model whose tokenizer counts them", ink)
        for number, part in enumerate(wrap(problem, max(20, width - _LABEL - 2))):
            yield [(fit("", _LABEL), ink.muted), ("  " if number else "⚠ ", ink.warning), (part, ink.text)]
        return
    of = " in a sample" if tokens.sampled else ""
    yield _line("tokens", f"{tokens.tokens:,}", f"in {tokens.rows:,} rows{of}", ink)
    yield _line("row length", f"{tokens.p50:,}", f"median · p95 {tokens.p95:,} · longest {tokens.max:,}", ink)
    cut = f"rows lose {tokens.lost_tokens:,} tokens beyond {asked.sequence_length:,}"
    if tokens.truncated_rows:
        cut += _listed(tokens.truncated_lines, tokens.truncated_rows)
        yield _line("truncated", f"⚠ {tokens.truncated_rows:,}", cut, ink, value_ink="warning")
    else:
        yield _line("truncated", "none", f"all fit in {asked.sequence_length:,} tokens", ink, value_ink="good")
    share = tokens.trainable / tokens.tokens if tokens.tokens else 0.0
    if tokens.trainable:
        yield _line("learned", f"{tokens.trainable:,}", f"tokens: {share:.0%} of them", ink)
    else:
        yield _line("learned", "✗ none", "nothing would be trained", ink, value_ink="bad")
    if tokens.untrainable_rows:
        why = "rows teach nothing" + _listed(tokens.untrainable_lines, tokens.untrainable_rows)
        yield _line("", f"⚠ {tokens.untrainable_rows:,}", why, ink, value_ink="warning")
    if tokens.unrenderable_rows:
        why = "rows are refused by the chat template"
        yield _line("", f"⚠ {tokens.unrenderable_rows:,}", why, ink, value_ink="warning")
    for note, rows in tokens.notes.items():
        yield _line("", f"{rows:,}", f"rows: {inert(note)}", ink)
    yield from _histogram(tokens, asked, ink, width)


def _listed(lines: Sequence[int], count: int) -> str:
    """The first lines of those that are told of."""
    if not lines:
        return ""
    more = ", …" if count > len(lines[:_FEW]) else ""
    return f": line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:_FEW]))}{more}"


def _histogram(tokens: TokenReport, asked: DataRequest, ink: Ink, width: int) -> Iterator[Line]:
    most = max((rows for _, _, rows in tokens.histogram), default=0)
    if not most:
        return
    yield [("", ink.text)]
    digits = len(f"{max(high for _, high, _ in tokens.histogram):,}")
    room = max(4, min(_WIDEST_BAR, width - 2 * digits - 18))
    for low, high, rows in tokens.histogram:
        beyond = low > asked.sequence_length
        yield [
            (f"{low:>{digits},}{f'–{high:,}' if high > low else '':<{digits + 1}} ", ink.muted),
            (fit(_bar(rows / most * room), room + 1), ink.warning if beyond else ink.primary),
            (f"{rows:,}", ink.text),
            ("  truncated" if beyond and rows else "", ink.warning),
        ]


def _bar(cells: float) -> str:
    """A bar of eighths of cells; what is there at all has a mark."""
    whole, rest = divmod(round(cells * 8), 8)
    made = "█" * whole + (_BAR[rest - 1] if rest else "")
    return made or ("▏" if cells > 0 else "")
