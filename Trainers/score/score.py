"""Asking one checkpoint the prompts of a file once, and counting the answers that are right to the letter."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say


def score(payload: Payload, reporter: Reporter) -> bool:
    from Trainers.common.exact_match import answer, exact_match
    from Trainers.common.facts import hardware, versions
    from Trainers.common.models import load_model
    from Trainers.common.quick_start import end_loading
    from tuner.core.enums import DatasetFormat, Objective
    from tuner.core.states import Phase
    from tuner.data.report import DatasetReport
    from tuner.data.usable_rows import usable_rows
    from tuner.runs.atomic import append_line

    path = Path(payload.dataset["test"])
    rows = list(usable_rows(path, DatasetFormat.AUTO, Objective.SFT, DatasetReport(path)))
    rows = rows[: payload.values.get("limit") or len(rows)]
    model, tokenizer = load_model(payload, reporter)
    end_loading()
    step = 64
    cases = []
    for start in range(0, len(rows), step):
        reporter.phase(Phase.EVALUATING, f"{start}/{len(rows)} prompts")
        reporter.progress(start, len(rows))
        for case in answer(model, tokenizer, rows[start : start + step], int(payload.values["answer_tokens"])):
            cases.append(case)
            record = {"prompt": case.prompt, "expected": case.expected, "given": case.given, "passed": case.passed}
            append_line(payload.run_dir / "results.jsonl", json.dumps(record, ensure_ascii=False))
    reporter.progress(len(rows), len(rows))
    share = exact_match(cases)
    say(f"{sum(c.passed for c in cases)} of {len(cases)} answers are right: {share:.1%}")
    reporter.manifest(
        {
            "results": {"exact_match": share, "total": len(cases), "passed": sum(c.passed for c in cases)},
            "versions": versions(),
            "hardware": hardware(),
        }
    )
    return True


if __name__ == "__main__":
    sys.exit(run_script(score))
