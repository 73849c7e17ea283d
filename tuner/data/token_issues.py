"""What the token counts of a dataset say against a configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tuner.core.issues import Issue, Severity
from tuner.data.token_report import TokenReport

_MANY = 0.1
"""Share of truncated rows from which they are a warning."""
_TOLD = 5


def token_issues(report: TokenReport) -> Iterator[Issue]:
    """Rows that the chat template refuses, that have nothing to learn, that are cut."""
    if report.unrenderable_rows:
        first = report.problems[0]
        yield Issue(
            path="datasets.training",
            severity=Severity.ERROR,
            code="TEMPLATE_REFUSES",
            message=f"the model's chat template does not take {_of(report.unrenderable_rows, report)}"
            f" (line {first.line}: {first.message})",
            hint="training would stop at the first of them: change those rows, or choose another model",
        )
    if report.rows and not report.trainable:
        yield _empty(report)
        return
    if report.untrainable_rows:
        yield Issue(
            path="schedule.sequence_length",
            severity=Severity.WARNING,
            code="UNTRAINABLE",
            message=f"{_of(report.untrainable_rows, report)} have no token to learn from within"
            f" {report.sequence_length} tokens{_lines(report.untrainable_lines, report.untrainable_rows)}",
            hint=f"{_longer(report)}, or accept that they are left out (--accept UNTRAINABLE)",
        )
    if report.truncated_rows:
        yield _truncated(report)


def token_facts(report: TokenReport, rows: Mapping[str, int]) -> dict[str, int]:
    """What estimates go by; where not all rows were counted, or some are held out, scaled to the training rows."""
    if not report.rows:
        return {}
    facts = {"longest_row": report.max, "mean_row_tokens": round(report.mean)}
    training = rows.get("training_rows")
    if training is not None:
        share = training / report.rows
        facts["training_tokens"] = round(report.tokens * share)
        facts["trainable_tokens"] = round(report.trainable * share)
        facts["truncated_rows"] = round(report.truncated_rows * share)
    return facts


def _empty(report: TokenReport) -> Issue:
    cut = report.truncated_rows > 0
    why = f"within {report.sequence_length} tokens every row is prompt alone" if cut else "all answers are empty"
    return Issue(
        path="schedule.sequence_length" if cut else "datasets.training",
        severity=Severity.ERROR,
        code="EMPTY_MASK",
        message=f"nothing would be learned: no row{_sampled(report)} has a token that the loss is computed on; {why}",
        hint=_longer(report) if cut else "look at the mask: tuner data inspect FILE --model MODEL --mask",
    )


def _truncated(report: TokenReport) -> Issue:
    lines = _lines(report.truncated_lines, report.truncated_rows)
    return Issue(
        path="schedule.sequence_length",
        severity=Severity.WARNING if report.truncated_rows > _MANY * report.rows else Severity.INFO,
        code="TRUNCATED",
        message=f"{_of(report.truncated_rows, report)} are longer than {report.sequence_length} tokens and are cut:"
        f" {report.lost_tokens} tokens ({report.lost_share:.0%}) are lost{lines}",
        hint=f"{_longer(report)}, or accept it (--accept TRUNCATED)",
    )


def _longer(report: TokenReport) -> str:
    most = f", {report.p95} takes 95 % of them" if report.p95 < report.max else ""
    return f"schedule.sequence_length: {report.max} takes every row whole{most}"


def _of(count: int, report: TokenReport) -> str:
    return f"{count} of {report.rows + report.unrenderable_rows} rows{_sampled(report)}"


def _sampled(report: TokenReport) -> str:
    return " that were looked at" if report.sampled else ""


def _lines(lines: list[int], count: int) -> str:
    shown = ", ".join(map(str, lines[:_TOLD]))
    more = count - min(_TOLD, len(lines))
    return f" (line{'s' if count > 1 else ''} {shown}{f' and {more} more' if more else ''})"
