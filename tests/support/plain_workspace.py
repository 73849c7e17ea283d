"""A workspace with a dataset, a model folder and a configuration that is in order."""

from __future__ import annotations

import json

from tests.support.weights import model_folder
from tuner.config.workspace import Workspace

CONFIG = """\
# my own comment
objective: sft
model: {base_model: models/tiny}
datasets: {training: data/train.jsonl, validation_fraction: 0.2}   # the rows
schedule: {epochs: 1, batch_size: 2, sequence_length: 512}
"""

BAD_ROWS = ["not json", '{"prompt": "p"}', '{"prompt": "p", "completion": ""}', "[]"]


def furnish(workspace: Workspace) -> Workspace:
    """Write models/tiny, data/train.jsonl, data/holes.jsonl (bad rows on lines 3, 4, 5 and 6) and sft.yaml."""
    model_folder(workspace.root / "models" / "tiny")
    data = workspace.root / "data"
    data.mkdir()
    rows = [json.dumps({"prompt": f"question {i}", "completion": f"answer {i}"}) for i in range(10)]
    (data / "train.jsonl").write_text("\n".join(rows) + "\n")
    (data / "holes.jsonl").write_text("\n".join([*rows[:2], *BAD_ROWS, *rows[2:]]) + "\n")
    (data / "hopeless.jsonl").write_text("\n".join(BAD_ROWS) + "\n")
    (workspace.root / "sft.yaml").write_text(CONFIG)
    return workspace
