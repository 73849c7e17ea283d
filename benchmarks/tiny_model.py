"""A small model and dataset to train on, made on the spot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SENTENCES = ["turn on the light", "set a timer", "call Ana", "play some jazz", "heat the attic", "open the door"]


def make_model(folder: Path) -> Path:
    """A randomly initialised 2 M Llama with a byte-level chat tokenizer. Returns its folder."""
    from Trainers.pretrain.sizes import SIZES

    return make_shape(folder, "llama", {**SIZES["2m"], "max_position_embeddings": 1024, "tie_word_embeddings": True})


def make_shape(folder: Path, family: str, shape: Mapping[str, Any]) -> Path:
    """A randomly initialised model of a family and shape, as transformers names both, with the same tokenizer.

    The vocabulary is the tokenizer's, where the shape names no larger one.
    """
    from transformers import AutoModelForCausalLM
    from transformers.models.auto import CONFIG_MAPPING

    tokenizer = _tokenizer()
    config = CONFIG_MAPPING[family](
        **{"vocab_size": len(tokenizer), **shape},
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    from Trainers.tokenizer.train import CHAT_TEMPLATE

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer, raw.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    special = ["<pad>", "<|im_start|>", "<|im_end|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(
        SENTENCES, trainers.BpeTrainer(vocab_size=512, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<pad>")
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def make_dataset(path: Path, rows: int) -> Path:
    """Prompt-completion rows, all distinct."""
    lines = (
        json.dumps(
            {
                "prompt": [{"role": "user", "content": f"{SENTENCES[i % len(SENTENCES)]} {i}"}],
                "completion": [{"role": "assistant", "content": f"done: {SENTENCES[i % len(SENTENCES)]}, number {i}"}],
            }
        )
        for i in range(rows)
    )
    path.write_text("\n".join(lines) + "\n")
    return path
