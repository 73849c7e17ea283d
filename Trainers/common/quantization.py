"""A base whose weights are held in 4 or 8 bits (bitsandbytes), for QLoRA (arXiv 2305.14314)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import torch
from transformers import PreTrainedConfig

from tuner.core.errors import ErrorCode, FailureClass, TunerError


def quantization_config(kind: str | None, dtype: torch.dtype, config: PreTrainedConfig) -> Any | None:
    """How to quantize while loading; None where nothing is asked, or the files are quantized already.

    4 bits are NF4 with quantized constants. The weights lie in the compute type, so that FSDP can cut them.

    Args:
        kind: "int4", "int8" or None.
        dtype: what is computed in.

    Raises:
        TunerError: bitsandbytes is not installed.
    """
    if kind is None:
        return None
    if find_spec("bitsandbytes") is None:
        raise TunerError(
            "a quantized base needs bitsandbytes, which this interpreter does not have",
            code=ErrorCode.MODEL_LOAD_FAILED,
            failure_class=FailureClass.USER,
            hint="install it there (pip install bitsandbytes), or set method.type: lora",
        )
    if getattr(config, "quantization_config", None) is not None:
        return None
    from transformers import BitsAndBytesConfig

    if kind == "int8":
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
        bnb_4bit_quant_storage=dtype,
    )
