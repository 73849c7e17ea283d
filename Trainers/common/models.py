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
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaTokenizer, PreTrainedTokenizerBase

from Trainers.common.failures import first_line
from Trainers.common.hub_models import fetched
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
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
    base, revision = spec["path"], fetched(spec["path"], spec.get("revision"), reporter)
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
        model = AutoModelForCausalLM.from_pretrained(base, revision=revision, **_loading(spec))
    if spec.get("parent"):
        from peft import PeftModel

        with _loading_of(spec["parent"]):
            model = PeftModel.from_pretrained(model, spec["parent"], is_trainable=True)
    reporter.manifest({"model": _facts(spec, revision, model, tokenizer)})
    return model, tokenizer


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


def _loading(spec: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {"dtype": getattr(torch, spec["dtype"])}
    if spec.get("attention"):
        options["attn_implementation"] = spec["attention"]
    if spec.get("quantization"):
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = (
            BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_use_double_quant=True,
                bnb_4bit_compute_dtype=options["dtype"],
            )
            if spec["quantization"] == "int4"
            else BitsAndBytesConfig(load_in_8bit=True)
        )
    if spec.get("device") == "cuda":
        options["device_map"] = {"": 0}
    return options


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
