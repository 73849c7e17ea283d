"""The demo workspace's files: data and configurations. What stands already is left as it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path

from tuiapp.handlers.demo.corpus import Row, episodes, prose, tokenizer_text
from tuiapp.handlers.demo.household import labelled_rows, split_requests
from tuner.config.presets import find_preset
from tuner.config.workspace import Workspace, cannot_write
from tuner.runs.atomic import write_bytes

EPISODES = 14000
KTO_REQUESTS = 400
VALIDATION_ROWS = 128
KTO_VALIDATION_REQUESTS = 64

CONFIGS = ("pretrain", "sft", "kto")


def write_files(workspace: Workspace) -> None:
    """Write data/ and configs/ of the demo.

    Raises:
        ConfigurationError: the workspace cannot be written.
    """
    data = workspace.make_folder(workspace.root / "data")
    configs = workspace.make_folder(workspace.root / "configs")
    split = split_requests()
    rows = episodes(EPISODES)
    files: dict[Path, Callable[[], str]] = {
        data / "corpus.txt": lambda: tokenizer_text(rows[:2000]),
        data / "pretrain.jsonl": lambda: _jsonl(chain(({"text": t} for t in prose()), rows)),
        data / "household-train.jsonl": lambda: _jsonl(r.row() for r in split.training),
        data / "household-validation.jsonl": lambda: _jsonl(r.row() for r in split.validation[:VALIDATION_ROWS]),
        data / "household-test.jsonl": lambda: _jsonl(r.row() for r in split.test),
        data / "household-kto.jsonl": lambda: _jsonl(labelled_rows(split.training[:KTO_REQUESTS])),
        data / "household-kto-validation.jsonl": lambda: _jsonl(
            labelled_rows(split.validation[:KTO_VALIDATION_REQUESTS])
        ),
    }
    for name in CONFIGS:
        files[configs / f"{name}.yaml"] = find_preset(f"cpu/demo-{name}").text
    try:
        for path, text in files.items():
            if not path.exists():
                write_bytes(path, text().encode())
    except OSError as error:
        raise cannot_write(workspace.root, error) from error


def _jsonl(rows: Iterable[Row]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
