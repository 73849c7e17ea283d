"""Models and data that the GPU benchmarks train on, made on the spot, and the arithmetic that a step needs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "tiny": (
        "llama",
        {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 512, "tie_word_embeddings": True},
    ),
    "small": (
        "llama",
        {"hidden_size": 256, "intermediate_size": 768, "num_hidden_layers": 4, "num_attention_heads": 4,
         "num_key_value_heads": 2, "vocab_size": 2048, "tie_word_embeddings": True},
    ),
    "llama-1b": (
        "llama",
        {"hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32,
         "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": True},
    ),
    "qwen-1.7b": (
        "qwen3",
        {"hidden_size": 2048, "intermediate_size": 6144, "num_hidden_layers": 28, "num_attention_heads": 16,
         "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "tie_word_embeddings": True},
    ),
    "qwen-4b": (
        "qwen3",
        {"hidden_size": 2560, "intermediate_size": 9728, "num_hidden_layers": 36, "num_attention_heads": 32,
         "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "tie_word_embeddings": True},
    ),
    "llama-8b": (
        "llama",
        {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32,
         "num_key_value_heads": 8, "vocab_size": 128256, "tie_word_embeddings": False},
    ),
    "qwen-8b": (
        "qwen3",
        {"hidden_size": 4096, "intermediate_size": 12288, "num_hidden_layers": 36, "num_attention_heads": 32,
         "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "tie_word_embeddings": False},
    ),
}  # fmt: skip
"""Name → (model type, configuration): two for a processor, then those of Llama 3 and Qwen3 models of that size."""
RANK = 32


def make_config(shape: str, length: int) -> Any:
    """The configuration, for sequences of that many tokens."""
    from transformers import AutoConfig

    kind, values = SHAPES[shape]
    return AutoConfig.for_model(kind, **values, max_position_embeddings=length, pad_token_id=0, eos_token_id=1)


def make_tokenizer() -> Any:
    """The trainers want one; the data is tokens already."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.WordLevel({"<pad>": 0, "</s>": 1, "<unk>": 2}, unk_token="<unk>"))
    return PreTrainedTokenizerFast(tokenizer_object=raw, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")


def make_rows(count: int, vocabulary: int, longest: int, seed: int = 0) -> list[dict[str, list[int]]]:
    """Examples as long as those of chat data: log-normal, half of them under a fifth of the longest."""
    draw = random.Random(seed)
    rows = []
    for _ in range(count):
        length = min(longest, max(8, int(draw.lognormvariate(0, 0.9) * longest / 5)))
        ids = [draw.randrange(3, vocabulary) for _ in range(length)]
        rows.append({"input_ids": ids, "labels": list(ids)})
    return rows


@dataclass(frozen=True)
class Work:
    """Floating-point operations that learning needs, without what is computed twice to save memory."""

    matrices: float
    head: float
    adapter: float
    attended: float

    @classmethod
    def of(cls, config: Any, rank: int) -> Work:
        """Numbers of weights in matrix products (``rank`` 0: all are trained), and heads times size in all layers."""
        hidden, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
        size = getattr(config, "head_dim", None) or hidden // config.num_attention_heads
        queries, keys = config.num_attention_heads * size, config.num_key_value_heads * size
        shapes = [(hidden, queries), (hidden, keys), (hidden, keys), (queries, hidden)]
        shapes += [(hidden, inner), (hidden, inner), (inner, hidden)]
        return cls(
            matrices=layers * sum(a * b for a, b in shapes),
            head=hidden * config.vocab_size,
            adapter=layers * sum(rank * (a + b) for a, b in shapes),
            attended=layers * queries,
        )

    def of_tokens(self, tokens: int, squares: int) -> float:
        """For ``tokens`` in sequences whose lengths squared add up to ``squares``.

        Forward 2 operations a weight and token, 2 more for the gradient of what goes in, 2 for the weight's own, which
        a frozen one does not need. Causal attention: half of all pairs, two products forward, four back.
        """
        trained = 4 if self.adapter else 6
        weights = trained * (self.matrices + self.head) + 6 * self.adapter
        return weights * tokens + 6 * self.attended * squares
