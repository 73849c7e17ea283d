"""The layers of a decoder-only language model and how many weights they have, worked out from its dimensions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dimensions:
    """What config.json says. Sizes are in elements; ``intermediate`` is the width of the MLP.

    ``moe_layers`` of the ``layers`` have ``experts`` of width ``expert_width`` instead of the MLP, of which a token
    passes through ``experts_per_token``, beside shared ones of the width ``shared_width`` (0: none). ``fused`` says
    that query, key and value are one matrix, and gate and up another. ``norms`` counts a layer's norms over ``hidden``.
    """

    architecture: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocab: int
    tied: bool = False
    context_length: int | None = None
    positions: int = 0
    dtype: str = "float32"
    quantized_bits: int | None = None
    rope_scaled: bool = False
    gated: bool = True
    fused: bool = False
    qkv_bias: bool = False
    output_bias: bool = False
    mlp_bias: bool = False
    norms: int = 2
    norm_bias: bool = False
    qk_norm: bool = False
    wide_qk_norm: bool = False
    head_bias: bool = False
    experts: int = 0
    experts_per_token: int = 0
    expert_width: int = 0
    shared_width: int = 0
    shared_gate: bool = False
    moe_layers: int = 0

    @property
    def expert_parameters(self) -> int:
        """The weights of all experts, which are no linear layers of their own in transformers 5 but one block each."""
        return self.moe_layers * self.experts * 3 * self.hidden * self.expert_width


@dataclass(frozen=True, slots=True)
class Linear:
    """One kind of linear layer: its path within a layer, its sides, and in how many layers it is."""

    path: str
    inputs: int
    outputs: int
    count: int
    bias: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    @property
    def weights(self) -> int:
        return self.inputs * self.outputs


_NAMES = {  # architecture → (query key value, output, up, down) where they are not Llama's
    "gpt2": ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"),
    "gpt_neox": ("attention.query_key_value", "attention.dense", "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"),
    "phi": ("self_attn", "self_attn.dense", "mlp.fc1", "mlp.fc2"),
    "starcoder2": ("self_attn", "self_attn.o_proj", "mlp.c_fc", "mlp.c_proj"),
    "phi3": ("self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj"),
}
_USUAL = ("self_attn", "self_attn.o_proj", "mlp.up_proj", "mlp.down_proj")


def linear_layers(size: Dimensions) -> list[Linear]:
    """The linear layers that an adapter can sit on with target_modules all-linear."""
    qkv, output, up, down = _NAMES.get(size.architecture, _USUAL)
    query, key = size.heads * size.head_dim, size.kv_heads * size.head_dim
    h, n = size.hidden, size.layers
    found = (
        [Linear(qkv, h, query + 2 * key, n, size.qkv_bias)]
        if size.fused
        else [Linear(f"{qkv}.{p}_proj", h, query if p == "q" else key, n, size.qkv_bias) for p in "qkv"]
    )
    found.append(Linear(output, query, h, n, size.output_bias))
    found += _mlp(size, up, down, "mlp", size.intermediate, n - size.moe_layers)
    if size.shared_width:
        found += _mlp(size, up, down, "mlp.shared_expert", size.shared_width, size.moe_layers)
    return [one for one in found if one.count]


def _mlp(size: Dimensions, up: str, down: str, place: str, width: int, count: int) -> list[Linear]:
    def path(name: str) -> str:
        return f"{place}.{name.rpartition('.')[2]}"

    h, bias = size.hidden, size.mlp_bias
    if size.gated and size.fused:
        found = [Linear(path(up), h, 2 * width, count, bias)]
    else:
        names = ["gate_proj", up] if size.gated else [up]
        found = [Linear(path(name), h, width, count, bias) for name in names]
    return [*found, Linear(path(down), width, h, count, bias)]


def parameter_count(size: Dimensions) -> int:
    """All weights, each once: a tied output head is the embedding."""
    h = size.hidden
    norm = h * (2 if size.norm_bias else 1)
    total = size.vocab * h + size.positions * h + norm + size.layers * size.norms * norm
    if not size.tied:
        total += size.vocab * h + (size.vocab if size.head_bias else 0)
    total += sum(one.count * (one.weights + (one.outputs if one.bias else 0)) for one in linear_layers(size))
    if size.wide_qk_norm:
        total += size.layers * (size.heads + size.kv_heads) * size.head_dim
    elif size.qk_norm:
        total += size.layers * 2 * size.head_dim
    total += size.expert_parameters + size.moe_layers * size.experts * h
    return total + (size.moe_layers * h if size.shared_gate else 0)


def active_parameters(size: Dimensions) -> int:
    """The weights that one token passes through."""
    idle = max(0, size.experts - size.experts_per_token)
    return parameter_count(size) - size.moe_layers * idle * 3 * size.hidden * size.expert_width
