"""What makes a finished trainer fast, or able to run at all, that its configuration cannot say."""

from __future__ import annotations

from typing import Any

import torch
from transformers import Trainer

from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from Trainers.common.varlen_attention import VARLEN


def speed_up(trainer: Trainer, payload: Payload, reporter: Reporter) -> None:
    """Apply the payload's section "throughput", and what fp16 needs."""
    if payload.values.get("throughput", {}).get("padding_free"):
        _without_padding(trainer, reporter)
    if trainer.args.fp16:
        _wide_adapters(trainer.model)


def _without_padding(trainer: Any, reporter: Reporter) -> None:
    """Lay a batch's examples end to end.

    TRL refuses padding_free without packing in its configuration, because it would not cut long examples then; here
    they are cut already. Each batch has the same examples and the same loss as with padding.
    """
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    collator = trainer.data_collator
    if not isinstance(collator, DataCollatorForLanguageModeling) or not _keeps_apart(_attention(trainer.model)):
        reporter.warn("batches are padded: the model's attention does not keep examples apart by itself")
        return
    collator.padding_free = trainer.padding_free = True
    collator.pad_to_multiple_of = None


def _keeps_apart(attention: str) -> bool:
    return attention == VARLEN or "flash" in attention


def _attention(model: Any) -> str:
    return str(getattr(model.config, "_attn_implementation", ""))


def _wide_adapters(model: Any) -> None:
    """The gradient scaler of fp16 takes gradients in fp32 alone; TRL keeps adapters of a quantized base in bf16."""
    for parameter in model.parameters():
        if parameter.requires_grad and parameter.dtype in {torch.float16, torch.bfloat16}:
            parameter.data = parameter.data.float()
