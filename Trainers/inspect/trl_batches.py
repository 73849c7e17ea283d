"""Rows through TRL's own preparation and collators, in a trainer around a model of a few numbers."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from Trainers.common.conversation import encode, fitted
from Trainers.common.payload import Payload
from Trainers.common.trl_arguments import accepted
from Trainers.common.trl_rows import IGNORED, as_dataset
from Trainers.inspect.collated import Asked, Collated, Row
from tuner.core.enums import Objective

_PLACE = "tuner_place"
"""The column that says which row it was; TRL keeps columns it does not know until it collates."""


class _Silent:
    """A reporter that nobody hears."""

    def warn(self, *_: Any) -> None:
        return None


def collate(asked: Asked, tokenizer: Any) -> list[Collated]:
    """Each row's sequences as the objective's trainer would batch them, one row a batch."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    objective = Objective(asked.objective)
    if objective is Objective.PRETRAIN:
        return [_pretrained(asked, tokenizer, line, row) for line, row in asked.rows]
    with tempfile.TemporaryDirectory() as folder:
        trainer = _trainer(asked, objective, tokenizer, Path(folder))
        kept: dict[int, list[tuple[list[int], list[int]]]] = {}
        for example in trainer.train_dataset:
            kept[example[_PLACE]] = _sequences(trainer.data_collator([example]), objective)
    found = []
    for place, (line, row) in enumerate(asked.rows):
        whole = _texts(tokenizer, row)
        notes = ("chosen", "rejected") if objective is Objective.DPO else (_note(asked, objective, tokenizer, row),)
        for i, (text, note) in enumerate(zip(whole, notes, strict=True)):
            ids, mask = kept[place][i] if place in kept else ([], [])
            found.append(Collated(line, ids, mask, _length(tokenizer, row, text), text, note))
    return found


def _trainer(asked: Asked, objective: Objective, tokenizer: Any, folder: Path) -> Any:
    import trl
    from transformers import LlamaConfig, LlamaForCausalLM

    name = objective.value.upper()
    config_class, trainer_class = getattr(trl, f"{name}Config"), getattr(trl, f"{name}Trainer")
    on_answers = asked.train_on_inputs != "enabled"
    arguments, _ = accepted(
        {
            "output_dir": str(folder),
            "max_length": asked.sequence_length,
            "completion_only_loss": on_answers,
            "per_device_train_batch_size": 2,
            "report_to": [],
            "use_cpu": True,
            "bf16": False,
            "disable_tqdm": True,
            "shuffle_dataset": False,
        },
        config_class,
    )
    values = {"options": {"train_on_turns": asked.turns}, "arguments": {"completion_only_loss": on_answers}}
    payload, rows = Payload(folder, values), [row for _, row in asked.rows]
    dataset = as_dataset(payload, _Silent(), objective, rows, tokenizer)  # it only tells
    shape = {"hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **shape))
    reference = {} if objective is Objective.SFT else {"ref_model": copy.deepcopy(model)}
    return trainer_class(
        model=model,
        args=config_class(**arguments),
        train_dataset=dataset.add_column(_PLACE, list(range(len(rows)))),
        processing_class=tokenizer,
        **reference,
    )


def _sequences(batch: Any, objective: Objective) -> list[tuple[list[int], list[int]]]:
    """Ids and mask of each sequence in a batch, without padding."""
    ids, present = batch["input_ids"], batch["attention_mask"].bool()
    mask = batch["labels"] != IGNORED if objective is Objective.SFT else batch["completion_mask"]
    return [(i[p].tolist(), [int(m) for m in k[p].tolist()]) for i, k, p in zip(ids, mask, present, strict=True)]


def _texts(tokenizer: Any, row: Row) -> list[str]:
    if "text" in row:
        return [row["text"]]
    row = fitted(tokenizer, row)
    answers = [row[key] for key in ("completion", "chosen", "rejected") if key in row]
    tools = row.get("tools") or None
    return [str(tokenizer.apply_chat_template(row["prompt"] + a, tools=tools, tokenize=False)) for a in answers]


def _length(tokenizer: Any, row: Row, text: str) -> int:
    if "text" in row:
        return len(encode(tokenizer, row).input_ids)
    return len(tokenizer(text, add_special_tokens=False)["input_ids"])


def _note(asked: Asked, objective: Objective, tokenizer: Any, row: Row) -> str:
    if objective is not Objective.SFT or asked.train_on_inputs == "enabled":
        return ""
    return encode(tokenizer, row, turns="last" if asked.turns == "last" else "all").note


def _pretrained(asked: Asked, tokenizer: Any, line: int, row: Row) -> Collated:
    from Trainers.pretrain.batches import Collator
    from Trainers.pretrain.batches import encode as blocks

    batches = [Collator(tokenizer.pad_token_id)([b]) for b in blocks([row], tokenizer, asked.sequence_length)]
    joined = [s for batch in batches for s in _sequences(batch, Objective.SFT)]
    ids, mask = [i for s, _ in joined for i in s], [m for _, k in joined for m in k]
    text = _texts(tokenizer, row)[0]
    length = len(tokenizer(text, add_special_tokens=False)["input_ids"])
    return Collated(line, ids, mask, length, text, cut="text" not in row)
