"""Attention over sequences laid end to end, by PyTorch's own flash kernels: packing and padding-free without a package.

transformers knows it as "tuner_varlen". Where a batch is padded, or the kernels cannot run (a processor, fp32, heads
over 256), the same result comes from scaled_dot_product_attention.
"""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedConfig
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

VARLEN = "tuner_varlen"
_LARGEST_HEAD = 256

Boundaries = tuple[torch.Tensor, int]
"""Where each sequence begins, then the total (int32, one more than there are sequences), and the longest."""


def register() -> None:
    """Make "tuner_varlen" known to transformers; again does nothing new."""
    AttentionInterface.register(VARLEN, attend)
    AttentionMaskInterface.register(VARLEN, mask)


def usable(config: PreTrainedConfig) -> bool:
    """Whether a model's attention is the plain one: no capped scores, no sinks, no layers that are no attention."""
    text = config.get_text_config()
    kinds = set(getattr(text, "layer_types", None) or ["full_attention"])
    return (
        getattr(text, "attn_logit_softcapping", None) is None
        and text.model_type != "gpt_oss"
        and kinds <= {"full_attention", "sliding_attention"}
    )


def mask(*, attention_mask: torch.Tensor | None = None, use_vmap: bool = False, **shape: Any) -> torch.Tensor | None:
    """No mask where nothing is padded: the boundaries keep sequences apart. Else the mask of sdpa."""
    if attention_mask is None and not use_vmap and shape["q_length"] == shape["kv_length"]:
        return None
    return sdpa_mask(attention_mask=attention_mask, use_vmap=use_vmap, **shape)


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    sliding_window: int | None = None,
    is_causal: bool | None = None,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """One layer's attention.

    Args:
        query: (batch, heads, length, head size); ``key`` and ``value`` may have fewer heads.

    Returns:
        (batch, length, heads, head size), and no weights.
    """
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    batch, _, length, _ = query.shape
    bounded = None
    if attention_mask is None and causal and length > 1 and key.shape[2] == length:
        bounded = _boundaries(batch, length, sliding_window, kwargs)
    if bounded is None:
        kwargs.pop("position_ids", None)
        out, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout, scaling, is_causal=is_causal, **kwargs
        )
        return out, None
    query, key, value = _alike(query, key, value)
    flat = [x.transpose(1, 2).reshape(-1, x.shape[1], x.shape[3]) for x in (query, key, value)]
    if _has_kernel(query, dropout):
        out = _flash(*flat, bounded, scaling, sliding_window)
    else:
        out = _one_by_one(*flat, bounded, scaling, sliding_window, dropout)
    return out.view(batch, length, *out.shape[1:]), None


def _boundaries(batch: int, length: int, window: int | None, kwargs: dict[str, Any]) -> Boundaries | None:
    """As the collator tells them, else from positions that begin anew; None where each row is one whole sequence."""
    starts, longest = kwargs.get("cu_seq_lens_q"), kwargs.get("max_length_q")
    if starts is not None and longest is not None:
        return starts, int(longest)
    positions = kwargs.get("position_ids")
    if positions is not None and positions.shape == (batch, length):
        return _last.boundaries(positions)
    if window is not None and window < length:  # whole rows, but sdpa without a mask would look past the window
        return torch.arange(0, (batch + 1) * length, length, dtype=torch.int32), length
    return None


class _LastPositions:
    """Boundaries worked out once a batch: all layers are given the same tensor, and asking the GPU makes it wait."""

    def __init__(self) -> None:
        self._known: tuple[torch.Tensor, Boundaries] | None = None

    def boundaries(self, positions: torch.Tensor) -> Boundaries:
        if self._known is None or self._known[0] is not positions:
            flat = positions.reshape(-1)
            starts = (flat == 0).nonzero().flatten()
            ends = torch.cat([starts, torch.tensor([flat.numel()], device=flat.device)]).to(torch.int32)
            self._known = positions, (ends, int(ends.diff().max()))
        return self._known[1]


_last = _LastPositions()


def _alike(*tensors: torch.Tensor) -> list[torch.Tensor]:
    """In one type: rotated queries and keys are fp32 where weights are, while autocast makes values half as wide."""
    device = tensors[-1].device.type
    wanted = torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else tensors[-1].dtype
    return [x.to(wanted) for x in tensors]


def _has_kernel(query: torch.Tensor, dropout: float) -> bool:
    half = query.dtype in {torch.float16, torch.bfloat16}
    return query.is_cuda and half and query.shape[-1] <= _LARGEST_HEAD and query.shape[-1] % 8 == 0 and not dropout


def _flash(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bounded: Boundaries,
    scaling: float | None,
    window: int | None,
) -> torch.Tensor:
    from torch.nn.attention.varlen import varlen_attn

    starts, longest = bounded[0].to(query.device), bounded[1]
    # Torch 2.11 takes fewer heads of key and value as they are; later ones want to be told.
    grouped = {"enable_gqa": True} if "enable_gqa" in inspect.signature(varlen_attn).parameters else {}
    left = -1 if window is None or window >= longest else window - 1
    out: torch.Tensor = varlen_attn(
        query, key, value, starts, starts, longest, longest, scale=scaling, window_size=(left, 0), **grouped
    )
    return out


def _one_by_one(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bounded: Boundaries,
    scaling: float | None,
    window: int | None,
    dropout: float,
) -> torch.Tensor:
    """The same without a kernel: each sequence by itself."""
    starts = bounded[0].tolist()
    parts = []
    for begin, end in pairwise(starts):
        q, k, v = (x[begin:end].transpose(0, 1)[None] for x in (query, key, value))
        near = _near(end - begin, window, q.device)
        out = scaled_dot_product_attention(
            q, k, v, attn_mask=near, dropout_p=dropout, is_causal=near is None, scale=scaling, enable_gqa=True
        )
        parts.append(out[0].transpose(0, 1))
    return torch.cat(parts)


def _near(length: int, window: int | None, device: torch.device) -> torch.Tensor | None:
    """Which tokens a token sees where a window ends its view; None where it sees all before it."""
    if window is None or window >= length:
        return None
    distance = torch.arange(length, device=device)[:, None] - torch.arange(length, device=device)
    return (distance >= 0) & (distance < window)
