"""Which spellings of tool calls a dataset uses, and which textual ones cannot be read."""

from __future__ import annotations

from tuner.data.line import Record
from tuner.data.report import DatasetReport
from tuner.data.tool_calls import spelling, spelling_problem


def remark_calls(number: int, row: Record, report: DatasetReport) -> None:
    """Count a row in the trainers' shape by its first tool call, and remark on one that cannot be read."""
    for key in ("prompt", "completion", "chosen", "rejected"):
        value = row.get(key)
        for turn in value if isinstance(value, list) else ():
            if turn["role"] != "assistant":
                continue
            if "tool_calls" in turn:
                report.tool_calls["native"] += 1
                return
            kind = spelling(turn["content"])
            if kind:
                report.tool_calls[kind] += 1
                problem = spelling_problem(turn["content"])
                if problem:
                    report.remark(number, "BROKEN_CALL", problem)
                return
