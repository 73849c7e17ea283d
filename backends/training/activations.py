"""What the forward pass keeps for the backward pass, in bytes a token, as transformers' own modules keep it.

Counted by hand over the saved tensors of transformers' Llama (each term is what one operation of it saves), and held
against measured trainings by benchmarks/memory_estimate.py.
"""

from __future__ import annotations

from dataclasses import dataclass

from tuner.data.model_facts import ModelFacts
from tuner.data.model_layers import Dimensions, Linear

_FP32 = 4


@dataclass(frozen=True, slots=True)
class Pass:
    """How a batch goes through the model.

    ``element`` is the bytes of an activation, ``copy`` those of the copy that each adapter keeps of its input (0 where
    it shares the layer's), ``attended`` the tokens a token attends to where attention keeps its scores (0: it keeps
    none), and ``fused`` says that norms and activations run in Liger's kernels, which keep their inputs alone.
    """

    element: int
    full: bool
    adapted: frozenset[str]
    copy: int
    dropout: bool
    rank: int
    attended: int = 0
    fused: bool = False


def kept_by_layer(facts: ModelFacts, how: Pass) -> float:
    """Bytes a token that one layer keeps (the mean over all layers, where some have experts)."""
    size, linear = facts.dimensions, facts.linear_layers
    total = _norms(size, how) + _attention(size, how)
    total += sum(_input(one, linear, how) * one.count for one in linear) / max(1, size.layers)
    return total + _between(size, how)


def checkpointed_layer(facts: ModelFacts, how: Pass) -> float:
    """Bytes a token that one layer keeps under gradient checkpointing: its input."""
    return facts.hidden_size * how.element


def passing(facts: ModelFacts, how: Pass) -> float:
    """Bytes a token that the backward pass of one layer needs for a moment: gradients of the MLP's inner width."""
    width = max(facts.intermediate_size, facts.dimensions.expert_width * facts.dimensions.experts_per_token)
    return (3 * width + 2 * facts.hidden_size) * how.element


def _norms(size: Dimensions, how: Pass) -> float:
    """An RMSNorm keeps its input in fp32 and, where its weight is trained, its normalised input."""
    if size.norm_bias:  # LayerNorm, one fused operation
        return size.norms * size.hidden * how.element
    each = how.element if how.fused else max(how.element, _FP32) + (how.element if how.full else 0)
    heads = (size.heads + size.kv_heads) * size.head_dim if size.qk_norm or size.wide_qk_norm else 0
    return (size.norms * size.hidden + heads) * each


def _attention(size: Dimensions, how: Pass) -> float:
    """Query, keys, values and result; with the eager kind also the scores: before and after softmax and dropout."""
    query, key = size.heads * size.head_dim, 2 * size.kv_heads * size.head_dim
    scores = size.heads * how.attended * (2 * how.element + max(how.element, _FP32))
    return (2 * query + key) * how.element + scores


def _between(size: Dimensions, how: Pass) -> float:
    """Inside the MLP: gate, its activation, and up; without a gate only what goes into the activation."""
    plain = 4 if size.architecture == "gpt2" else 1  # GPT-2's activation is four operations
    kept = (2 if how.fused else 3) if size.gated else plain
    dense = (size.layers - size.moe_layers) * size.intermediate
    shared = size.moe_layers * size.shared_width
    # Experts keep the inputs of all their products, frozen or not, and the tokens as they are sorted to them and back.
    routed = size.moe_layers * size.experts_per_token * (4 * size.expert_width + 5 * size.hidden)
    return ((dense + shared) * kept + routed) * how.element / max(1, size.layers)


def _input(one: Linear, linear: list[Linear], how: Pass) -> float:
    """What a linear layer keeps of its input: nothing where it is frozen; query, key and value share theirs."""
    if how.full:
        return one.inputs * how.element if _is_first(one, linear) else 0
    if one.name not in how.adapted:
        return 0
    shared = 0 if how.copy or not _is_first(one, [o for o in linear if o.name in how.adapted]) else how.element
    copied = how.copy + (1 + (how.copy or how.element) if how.dropout else 0)
    return one.inputs * (shared + copied) + how.rank * (how.copy or how.element)


def _is_first(one: Linear, linear: list[Linear]) -> bool:
    """Whether no layer before it has the same input: q, k and v have, gate and up have."""
    group = {"k_proj": "q", "v_proj": "q", "q_proj": "q", "gate_proj": "gate", "up_proj": "gate"}
    mine = (one.path.rpartition(".")[0], group.get(one.name, one.name))
    return one is next(o for o in linear if (o.path.rpartition(".")[0], group.get(o.name, o.name)) == mine)
