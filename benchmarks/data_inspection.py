"""``tuner data inspect --model`` on a file of conversations, against `datasets` and `tokenizers` called directly.

Both read the same JSONL, render each conversation with the same chat template, and say each row's length and how many
of its tokens are learned. Ours checks every row, looks for copies and adds up truncation beside. The peer renders with
jinja2 and tokenizes whole and prompt in batches, as one would without a trainer; a second one asks for lengths alone.
Each round is a process of its own; wall-clock seconds without imports and tokenizer, the best round counts. Memory is
the peak of such a process, before and after.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import figure

ROWS = 20_000
ROUNDS = 3
LENGTH = 256
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_OURS = """
import resource, sys, time
from pathlib import Path
from tuiapp.handlers.context import open_context
from tuiapp.handlers.data import inspect_file
from tuner.data.chat_tokenizer import load_chat_tokenizer

file, model, length = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
load_chat_tokenizer(Path(model)).chat_template().render([{"role": "user", "content": "x"}])
context = open_context(file.parent)
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
found = inspect_file(context, str(file), "sft", model=model, sequence_length=length)
took = time.perf_counter() - start
print(took, found.tokens.all_tokens, found.tokens.trainable, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_PEER = """
import resource, sys, tempfile, time
import datasets
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

file, model, length, masks = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "masks"
datasets.disable_progress_bars()
tokenizer = Tokenizer.from_file(model + "/tokenizer.json")
source = open(model + "/chat_template.jinja").read()
template = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(source)

def count(batch):
    texts = [template.render(messages=m) for m in batch["messages"]]
    whole = [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    tokens = [len(ids) for ids in whole]
    if not masks:
        return {"tokens": tokens, "trainable": tokens}
    texts = [template.render(messages=m[:-1], add_generation_prompt=True) for m in batch["messages"]]
    prompts = [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    begins = [
        next((i for i, (a, b) in enumerate(zip(p, w)) if a != b), min(len(p), len(w))) for p, w in zip(prompts, whole)
    ]
    return {"tokens": tokens, "trainable": [max(0, min(n, length) - b) for n, b in zip(tokens, begins)]}

with tempfile.TemporaryDirectory() as cache:
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    rows = datasets.load_dataset("json", data_files=file, split="train", cache_dir=cache)
    rows = rows.map(count, batched=True, remove_columns=rows.column_names)
    tokens, trainable = sum(rows["tokens"]), sum(rows["trainable"])
    took = time.perf_counter() - start
print(took, tokens, trainable, before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, model = Path(folder) / "conversations.jsonl", Path(folder) / "model"
        words = _words()
        _write_rows(file, words)
        _write_tokenizer(model, words)
        print(f"{ROWS} conversations, {file.stat().st_size / 1e6:.0f} MB")
        ours, masks, lengths = [], [], []
        for _ in range(ROUNDS):
            ours.append(_run(_OURS, file, model))
            masks.append(_run(_PEER, file, model, "masks"))
            lengths.append(_run(_PEER, file, model, "lengths"))
        assert ours[0][1:3] == masks[0][1:3], "both count the same"
        seconds, tokens, _, before, after = min(ours)
        figure("data_inspection", seconds, "s", "datasets_and_tokenizers", min(masks)[0])
        figure("data_inspection", seconds, "s", "datasets_and_tokenizers_lengths_alone", min(lengths)[0])
        figure(
            "data_inspection_rate",
            tokens / seconds / 1e6,
            "Mtokens/s",
            "datasets_and_tokenizers",
            tokens / min(masks)[0] / 1e6,
        )
        figure("data_inspection_memory_grown", (after - before) / 1e3, "MB", "file", file.stat().st_size / 1e6)
        figure("data_inspection_peak", after / 1e3, "MB", "datasets_and_tokenizers", min(masks)[4] / 1e3)


def _words() -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choice("etaoinshrdlucmfwypvbgk") for _ in range(chance.randint(1, 9))) for _ in range(4000)]


def _write_rows(file: Path, words: list[str]) -> None:
    chance = random.Random(2)

    def text(least: int, most: int) -> str:
        return " ".join(chance.choices(words, k=chance.randint(least, most)))

    with file.open("w", encoding="utf-8") as lines:
        for _ in range(ROWS):
            turns = [
                {"role": "system", "content": text(10, 30)},
                {"role": "user", "content": text(10, 120)},
                {"role": "assistant", "content": text(10, 120)},
            ]
            lines.write(json.dumps({"messages": turns}) + "\n")


def _write_tokenizer(folder: Path, words: list[str]) -> None:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    folder.mkdir()
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<pad>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=8000, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator([f" {word}" for word in words], trainer)
    raw.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|im_end|>", "pad_token": "<pad>"}))
    (folder / "chat_template.jinja").write_text(TEMPLATE)


def _run(script: str, file: Path, model: Path, *more: str) -> list[float]:
    """The numbers that a program prints last."""
    words = [sys.executable, "-c", script, str(file), str(model), str(LENGTH), *more]
    variables = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=variables)
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


if __name__ == "__main__":
    main()
