"""A job's rows as TRL takes them: messages and tools as they are, or tokens with our own mask."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from datasets import Dataset, Features, Json, Value

from Trainers.common.conversation import encode
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from tuner.core.enums import Objective
from tuner.data.learned_turns import Turns, fitted, has_several_turns

Row = dict[str, Any]
IGNORED = -100
_COLUMNS = {
    Objective.SFT: ("prompt", "completion", "tools"),
    Objective.KTO: ("prompt", "completion", "tools", "label"),
    Objective.DPO: ("prompt", "chosen", "rejected", "tools"),
}


def as_dataset(payload: Payload, reporter: Reporter, objective: Objective, rows: list[Row], tokenizer: Any) -> Dataset:
    """The rows for the trainer of that objective, which tokenizes them itself wherever its masks are ours.

    Messages and tools are kept as JSON: Arrow's structs would give every tool call the arguments of all others, as
    nulls. SFT on conversations of several answers is tokenized here, because TRL learns everything after the prompt
    and nothing in it.
    """
    if "text" in rows[0]:
        return Dataset.from_list([{"text": r["text"]} for r in rows], features=Features({"text": Value("string")}))
    turns, everything = learned_turns(payload)
    if objective is Objective.SFT and not everything and any(has_several_turns(r, turns) for r in rows):
        return _tokenized(reporter, rows, tokenizer, turns)
    features = Features({c: Value("bool") if c == "label" else Json() for c in _COLUMNS[objective]})
    made = [fitted(tokenizer, r) for r in rows]
    return Dataset.from_list([{c: r.get(c) for c in features} for r in made], features=features)


def learned_turns(payload: Payload) -> tuple[Turns, bool]:
    """Which assistant turns SFT learns, and whether it learns the prompts too."""
    return cast(Turns, payload.option("train_on_turns", "all")), not payload.arguments.get("completion_only_loss", True)


def _tokenized(reporter: Reporter, rows: list[Row], tokenizer: Any, turns: Turns) -> Dataset:
    ids: list[list[int]] = []
    labels: list[list[int]] = []
    notes: Counter[str] = Counter()
    for row in rows:
        made = encode(tokenizer, row, turns=turns)
        ids.append(made.input_ids)
        labels.append([i if learned else IGNORED for i, learned in zip(made.input_ids, made.mask, strict=True)])
        notes[made.note] += 1
    for note, count in notes.items():
        if note:
            reporter.warn(f"{count} of {len(rows)} conversations: {note}", {"rows": count})
    return Dataset.from_dict({"input_ids": ids, "labels": labels})
