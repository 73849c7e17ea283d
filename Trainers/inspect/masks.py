"""``python -m Trainers.inspect.masks``: rows of a dataset with their loss masks. A request on stdin, JSON on stdout.

The request: {path, format, model, objective, sequence_length, train_on_inputs, turns, start, rows, line, trainer};
``line`` null or the one line that is wanted; ``trainer`` "trl" or "mlx". The answer: {"rows": […]} or {"error": {…}}.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from itertools import islice
from pathlib import Path
from typing import Any

from Trainers.common.failures import describe
from Trainers.common.quick_start import begin_loading
from Trainers.inspect.collated import Asked, described
from tuner.core.enums import DatasetFormat, Objective
from tuner.data.report import DatasetReport
from tuner.data.usable_rows import numbered_rows


def main() -> int:
    """Answer one request. What libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    begin_loading()
    try:
        answer: dict[str, Any] = {"rows": masks(json.load(sys.stdin))}
    except Exception as error:  # noqa: BLE001  # told to who asked, with the traceback on stderr
        traceback.print_exc()
        answer = {"error": describe(error).as_dict()}
    json.dump(answer, answers)
    answers.close()
    return 1 if "error" in answer else 0


def masks(request: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows' sequences, in their order."""
    objective = Objective(request["objective"])
    path = Path(request["path"])
    usable = numbered_rows(path, DatasetFormat(request["format"]), objective, DatasetReport(path))
    if request["line"] is not None:
        wanted = list(islice(((line, row) for line, row in usable if line == request["line"]), 1))
    else:
        wanted = list(islice(usable, request["start"], request["start"] + request["rows"]))
    if not wanted:
        return []
    names = ("model", "objective", "sequence_length", "train_on_inputs", "turns")
    asked = Asked(**{name: request[name] for name in names}, rows=wanted)
    if request["trainer"] == "mlx":
        from Trainers.inspect.mlx_batches import collate
        from Trainers.mlx.loading import load_tokenizer
    else:
        from Trainers.common.models import load_tokenizer
        from Trainers.inspect.trl_batches import collate
    tokenizer = load_tokenizer(asked.model)
    return [described(tokenizer, found, asked.sequence_length) for found in collate(asked, tokenizer)]


if __name__ == "__main__":
    sys.exit(main())
