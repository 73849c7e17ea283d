"""Rows of each objective, for trainers that are constructed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.tiny_chat import turn


def write_data(folder: Path) -> None:
    """<objective>.jsonl with 40 rows and <objective>-validation.jsonl with 8, of 40 prompts and 8 others."""
    for name, numbers in (("", range(40)), ("-validation", range(40, 48))):
        for objective, row in (("sft", sft_row), ("kto", kto_row), ("dpo", dpo_row), ("pretrain", text_row)):
            text = "".join(json.dumps(row(i)) + "\n" for i in numbers)
            (folder / f"{objective}{name}.jsonl").write_text(text, encoding="utf-8")


def sft_row(i: int) -> dict[str, Any]:
    return {"messages": [turn("user", f"what is {i}?"), turn("assistant", f"it is {i}")]}


def kto_row(i: int) -> dict[str, Any]:
    return {"prompt": f"what is {i}?", "completion": f"it is {i}", "label": i % 2 == 0}


def dpo_row(i: int) -> dict[str, Any]:
    return {"prompt": f"what is {i}?", "chosen": f"it is {i}", "rejected": f"not {i}"}


def text_row(i: int) -> dict[str, Any]:
    return {"text": f"{i} is a number like {i + 1}. " * 60}
