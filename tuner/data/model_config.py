"""A model's config.json as dimensions: each family names the same things its own way."""

from __future__ import annotations

from collections.abc import Mapping

from tuner.data.model_layers import Dimensions

_MOST = 10**9
_TIED = frozenset({"gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n_text", "gpt2", "cohere", "cohere2"})
_UNGATED = frozenset({"gpt2", "gpt_neox", "phi", "starcoder2", "opt", "bloom", "gptj", "gpt_neo", "nemotron"})
_FUSED = frozenset({"gpt2", "gpt_neox", "phi3"})
_FOUR_NORMS = frozenset({"gemma2", "gemma3", "gemma3_text", "glm4"})
_ONE_NORM = frozenset({"phi", "cohere", "cohere2"})
_NORM_BIAS = frozenset({"gpt2", "gpt_neox", "phi", "starcoder2"})
_QK_NORM = frozenset({"qwen3", "qwen3_moe", "gemma3", "gemma3_text"})
_WIDE_QK_NORM = frozenset({"olmo2", "olmo3"})
_ALL_BIASES = frozenset({"gpt2", "gpt_neox", "phi"})
_QKV_BIAS = frozenset({"qwen2", "qwen2_moe", "qwen2_vl", "qwen2_5_vl", "qwen2_vl_text", "qwen2_5_vl_text"})
_LEARNED_POSITIONS = frozenset({"gpt2", "gpt_bigcode", "gpt_neo", "opt"})
_DTYPES = frozenset({"float64", "float32", "float16", "bfloat16", "float8_e4m3fn", "float8_e5m2"})


def dimensions_of(values: Mapping[str, object]) -> Dimensions | None:
    """The dimensions; None where the file tells no hidden size, layers, heads and vocabulary within reason."""
    text = values.get("text_config")
    outer = values
    if isinstance(text, Mapping):  # a model that sees, too: its language part is what is trained here
        values = {**text}
    hidden, layers = _size(values, "hidden_size", "n_embd", "d_model"), _size(values, "num_hidden_layers", "n_layer")
    heads, vocab = _size(values, "num_attention_heads", "n_head"), _size(values, "vocab_size")
    if not (hidden and layers and heads and vocab):
        return None
    family = _word(values.get("model_type")) or _word(outer.get("model_type")) or "unknown"
    head_dim = _size(values, "head_dim") or max(1, hidden // heads)
    context, scaled = context_of(values)
    tied = values.get("tie_word_embeddings", outer.get("tie_word_embeddings"))
    bias = values.get("attention_bias") is True or family in _ALL_BIASES or _starcoder_bias(family, values)
    experts = _size(values, "num_experts", "num_local_experts", "n_routed_experts")
    expert_width = _size(values, "moe_intermediate_size", "intermediate_size", "ffn_hidden_size") if experts else 0
    return Dimensions(
        architecture=family,
        hidden=hidden,
        layers=layers,
        heads=heads,
        kv_heads=_size(values, "num_key_value_heads") or heads,
        head_dim=head_dim,
        intermediate=_size(values, "intermediate_size", "n_inner", "ffn_dim") or 4 * hidden,
        vocab=vocab,
        tied=tied if isinstance(tied, bool) else family in _TIED,
        context_length=context or None,
        positions=context if family == "gpt2" else 0,
        dtype=_dtype(values) or _dtype(outer) or "float32",
        quantized_bits=_quantized_bits(outer),
        rope_scaled=scaled,
        gated=family not in _UNGATED,
        fused=family in _FUSED,
        qkv_bias=bias or family in _QKV_BIAS,
        output_bias=bias,
        mlp_bias=values.get("mlp_bias") is True or family in _ALL_BIASES or _starcoder_bias(family, values),
        norms=4 if family in _FOUR_NORMS else 1 if family in _ONE_NORM else 2,
        norm_bias=family in _NORM_BIAS,
        qk_norm=family in _QK_NORM,
        wide_qk_norm=family in _WIDE_QK_NORM,
        head_bias=family == "phi",
        experts=experts,
        experts_per_token=min(experts, _size(values, "num_experts_per_tok", "num_experts_per_token") or 1),
        expert_width=expert_width,
        shared_width=_shared_width(values, expert_width) if experts else 0,
        shared_gate=family == "qwen2_moe",
        moe_layers=_moe_layers(values, layers) if experts else 0,
    )


def context_of(values: Mapping[str, object]) -> tuple[int, bool]:
    """The context length in tokens (0: none is told), and whether positions are stretched beyond it by rope scaling."""
    text = values.get("text_config")
    inner = {**text} if isinstance(text, Mapping) else values
    return _size(inner, "max_position_embeddings", "n_positions", "n_ctx"), _rope_scaled(inner)


def has_learned_positions(values: Mapping[str, object]) -> bool:
    """Whether the model has a row of weights for each position, and none for those beyond its context."""
    return _word(values.get("model_type")) in _LEARNED_POSITIONS


def _size(values: Mapping[str, object], *names: str) -> int:
    """The first of the names that is a whole number within reason; 0 where none is."""
    for name in names:
        value = values.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST:
            return value
    return 0


def _word(value: object) -> str:
    return value if isinstance(value, str) and len(value) < 100 else ""


def _dtype(values: Mapping[str, object]) -> str:
    for name in ("dtype", "torch_dtype"):
        word = _word(values.get(name)).removeprefix("torch.")
        if word in _DTYPES:
            return word
    return ""


def _starcoder_bias(family: str, values: Mapping[str, object]) -> bool:
    return family == "starcoder2" and values.get("use_bias") is not False


def _rope_scaled(values: Mapping[str, object]) -> bool:
    """``rope_scaling`` up to transformers 4, ``rope_parameters`` from 5 on."""
    for name in ("rope_scaling", "rope_parameters"):
        scaling = values.get(name)
        if isinstance(scaling, Mapping):
            kind = scaling.get("rope_type", scaling.get("type"))
            if isinstance(kind, str) and kind != "default":
                return True
    return False


def _quantized_bits(values: Mapping[str, object]) -> int | None:
    """Of bitsandbytes, GPTQ, AWQ and mlx; None for a model that is not quantized."""
    found = values.get("quantization_config", values.get("quantization"))
    if not isinstance(found, Mapping):
        return None
    bits = found.get("bits", found.get("w_bit"))
    if isinstance(bits, int) and bits in {2, 3, 4, 5, 6, 8}:
        return bits
    if found.get("load_in_4bit") is True or "4" in _word(found.get("quant_type")):
        return 4
    if found.get("load_in_8bit") is True or "fp8" in _word(found.get("quant_method")):
        return 8
    return 4 if "mxfp4" in _word(found.get("quant_method")) else None


def _shared_width(values: Mapping[str, object], expert_width: int) -> int:
    named = _size(values, "shared_expert_intermediate_size")
    return named or _size(values, "n_shared_experts") * expert_width


def _moe_layers(values: Mapping[str, object], layers: int) -> int:
    """How many layers have experts: all but the first few, the named ones, or all but each n-th."""
    first = min(layers, _size(values, "first_k_dense_replace"))
    dense = values.get("mlp_only_layers")
    named = len(dense) if isinstance(dense, list) else 0
    every = _size(values, "decoder_sparse_step", "moe_layer_freq") or 1
    return max(0, (layers - first) // every - min(named, layers))
