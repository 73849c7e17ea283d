"""The model and tokenizer of a job: a local folder or a Hub id, with the adapter it goes on from."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaTokenizer,
    PreTrainedConfig,
    PreTrainedTokenizerBase,
)

from Trainers.common.failures import first_line
from Trainers.common.hub_models import fetched
from Trainers.common.payload import Payload
from Trainers.common.quantization import quantization_config
from Trainers.common.ranks import local_rank
from Trainers.common.reporting import Reporter, say
from Trainers.common.unsloth_models import UNSLOTH, load_with_unsloth
from Trainers.common.varlen_attention import VARLEN, register, usable
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase

SENTENCEPIECE = "tokenizer.model"
MARK = "tuner_tokenizer.json"
"""Stands beside a tokenizer that Tuner trained."""


def load_tokenizer(folder: str, revision: str | None = None) -> PreTrainedTokenizerBase:
    """The tokenizer as it was trained; one made by Tuner says so and must not gain a prefix space."""
    made_by_us = Path(folder) / MARK
    if made_by_us.exists():
        return LlamaTokenizer.from_pretrained(folder, add_prefix_space=False)
    return AutoTokenizer.from_pretrained(folder, revision=revision)


def keep_tokenizer_files(tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Copy what transformers 5 leaves out: tokenizer.model, which llama.cpp's converter needs, and our mark."""
    source = Path(tokenizer.name_or_path)
    for name in (SENTENCEPIECE, MARK):
        if (source / name).is_file() and not (folder / name).exists():
            shutil.copyfile(source / name, folder / name)


def load_model(payload: Payload, reporter: Reporter) -> tuple[Any, PreTrainedTokenizerBase]:
    """Load base model, adapter and tokenizer, and record what they are.

    Raises:
        TunerError: the folder holds no model, or the model cannot chat.
    """
    spec = payload.model
    base = spec["path"]
    revision = fetched(base, spec.get("revision"), reporter)
    reporter.phase(Phase.PREPARING, "loading the model")
    with _loading_of(base):
        tokenizer = load_tokenizer(base, revision)
    if tokenizer.chat_template is None:
        raise TunerError(
            f"{spec['path']} has no chat template",
            code=ErrorCode.MODEL_INCOMPATIBLE,
            failure_class=FailureClass.USER,
            hint="use the instruct version of the model, or add chat_template.jinja to its folder",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    with _loading_of(base):
        model = load_with_unsloth(payload) if spec.get("loader") == UNSLOTH else _load(payload, revision, reporter)
    if spec.get("parent"):
        from peft import PeftModel

        with _loading_of(spec["parent"]):
            model = PeftModel.from_pretrained(model, spec["parent"], is_trainable=True)
    reporter.manifest({"model": _facts(spec, revision, model, tokenizer)})
    return model, tokenizer


def _load(payload: Payload, revision: str | None, reporter: Reporter) -> Any:
    """The base as transformers loads it: its type, attention and quantization, and which GPU it goes to."""
    spec = payload.model
    config = AutoConfig.from_pretrained(spec["path"], revision=revision)
    dtype = getattr(torch, spec["dtype"])
    options: dict[str, Any] = {"config": config, "dtype": dtype}
    attention = attention_of(spec.get("attention"), config, reporter)
    if attention is not None:
        options["attn_implementation"] = attention
    quantization = quantization_config(spec.get("quantization"), dtype, config)
    if quantization is not None:
        options["quantization_config"] = quantization
    if spec.get("device") == "cuda" and not payload.spread_out:
        options["device_map"] = {"": local_rank()}
    return AutoModelForCausalLM.from_pretrained(spec["path"], revision=revision, **options)


def attention_of(asked: str | None, config: PreTrainedConfig, reporter: Reporter) -> str | None:
    """The attention to load a model with; None is the model's own default."""
    if asked != VARLEN:
        return asked
    if not usable(config):
        reporter.warn(
            f"{config.model_type}: its attention has parts that PyTorch's flash kernels lack; its own is used"
        )
        return None
    register()
    return VARLEN


@contextmanager
def _loading_of(path: str) -> Iterator[None]:
    """What the libraries say of files they cannot read, with the folder that holds them."""
    try:
        yield
    except (ValueError, KeyError, OSError, SafetensorError) as error:
        raise TunerError(
            f"{path} cannot be loaded: {first_line(error)}",
            code=ErrorCode.MODEL_LOAD_FAILED,
            failure_class=FailureClass.USER,
            hint="the folder is broken or needs a newer transformers; copy or download it again",
        ) from error


def _facts(
    spec: dict[str, Any], commit: str | None, model: Any, tokenizer: PreTrainedTokenizerBase
) -> dict[str, object]:
    trainable = sum(p.numel() for p in model.parameters() if p.requires_grad)
    parameters = sum(p.numel() for p in model.parameters())
    say(f"{Path(spec['path']).name}: {parameters / 1e6:.1f} M parameters")
    template = tokenizer.chat_template
    return {
        "id": spec["path"],
        "revision": spec.get("revision"),
        "resolved_commit": commit,
        "context_length": getattr(model.config, "max_position_embeddings", None),
        "parameters": parameters,
        "trainable_parameters_before_adapter": trainable,
        "chat_template_sha256": hashlib.sha256(
            (template if isinstance(template, str) else json.dumps(template)).encode()
        ).hexdigest(),
    }
