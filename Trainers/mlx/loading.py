"""Model and tokenizer as mlx-lm loads them, in the precision that was asked for, without torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from Trainers.common.failures import describe, first_line
from Trainers.common.hub_models import fetched_folder
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from Trainers.mlx import TORCH_ONLY
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase


def load_model(payload: Payload, reporter: Reporter) -> tuple[Any, Any, dict[str, Any], Path]:
    """The model, its tokenizer, its configuration and the folder they came from.

    Raises:
        TunerError: the folder holds no model that mlx-lm can load, or the model cannot chat.
    """
    import mlx.core as mx
    from mlx_lm.utils import load_model as load_weights

    spec = payload.model
    if spec.get("device") == "cpu":
        mx.set_default_device(mx.cpu)
    folder = fetched_folder(spec["path"], spec.get("revision"), reporter)
    commit = None if folder == Path(spec["path"]) else folder.name
    reporter.phase(Phase.PREPARING, "loading the model")
    try:
        config = json.loads((folder / "config.json").read_bytes())
        _readable(config, spec["path"])
        tokenizer = load_tokenizer(str(folder))
        model, config = load_weights(folder, lazy=True, model_config=older_names(config))
        config = _converted(model, config, spec)
        mx.eval(model.parameters())
    except (ValueError, KeyError, OSError, TypeError, RuntimeError) as error:
        if describe(error).code is ErrorCode.TRAINING_OOM:
            raise
        raise TunerError(
            f"{spec['path']} cannot be loaded: {first_line(error)}",
            code=ErrorCode.MODEL_LOAD_FAILED,
            failure_class=FailureClass.USER,
            hint="the folder is broken, or mlx-lm does not know the architecture; try a newer mlx-lm",
        ) from error
    if tokenizer.chat_template is None:
        raise TunerError(
            f"{spec['path']} has no chat template",
            code=ErrorCode.MODEL_INCOMPATIBLE,
            failure_class=FailureClass.USER,
            hint="use the instruct version of the model, or add chat_template.jinja to its folder",
        )
    reporter.manifest({"model": _facts(spec, commit, model, config, tokenizer)})
    return model, tokenizer, config, folder


def load_tokenizer(folder: str) -> Any:
    """The tokenizer as it was trained; one made by Tuner says so and must not gain a prefix space."""
    from transformers import AutoTokenizer, LlamaTokenizer

    if (Path(folder) / "tuner_tokenizer.json").exists():
        return LlamaTokenizer.from_pretrained(folder, add_prefix_space=False)
    return AutoTokenizer.from_pretrained(folder)


def older_names(config: Mapping[str, Any]) -> dict[str, Any]:
    """rope_parameters, as transformers 5 writes them, under the names that mlx-lm's models read.

    Most of them know rope_theta and rope_scaling only and would take 10000 for what they do not find.
    """
    rope = config.get("rope_parameters")
    if not isinstance(rope, dict):
        return {}
    named: dict[str, Any] = {}
    if isinstance(rope.get("sliding_attention"), dict):  # one for each kind of layer (Gemma 3)
        named["rope_local_base_freq"] = rope["sliding_attention"].get("rope_theta")
        rope = rope.get("full_attention") or {}
    named["rope_theta"] = rope.get("rope_theta")
    named["partial_rotary_factor"] = rope.get("partial_rotary_factor")
    if rope.get("rope_type", "default") != "default":
        named["rope_scaling"] = {k: v for k, v in rope.items() if k != "rope_theta"}
    return {k: v for k, v in named.items() if v is not None and config.get(k) is None}


def _readable(config: Mapping[str, Any], path: str) -> None:
    method = (config.get("quantization_config") or {}).get("quant_method")
    if method in TORCH_ONLY:
        raise TunerError(
            f"{path} is quantized with {method}, which MLX cannot read",
            code=ErrorCode.MODEL_INCOMPATIBLE,
            failure_class=FailureClass.USER,
            hint="name the unquantized model (method.type: qlora quantizes it), or its mlx-community version",
        )


def _converted(model: Any, config: dict[str, Any], spec: Mapping[str, Any]) -> dict[str, Any]:
    """Cast or quantize in memory; returns the configuration that describes the result."""
    import mlx.core as mx
    from mlx_lm.utils import quantize_model

    wanted, has = spec.get("quantization"), config.get("quantization")
    if has is not None:
        say(f"the base is quantized already: {has.get('bits')} bits in groups of {has.get('group_size')}")
        return config
    if spec.get("dtype"):
        model.set_dtype(getattr(mx, spec["dtype"]))
    if wanted:
        model, config = quantize_model(model, config, int(wanted["group_size"]), int(wanted["bits"]))
        say(f"quantized the base in memory: {wanted['bits']} bits in groups of {wanted['group_size']}, not saved")
    return config


def _facts(
    spec: Mapping[str, Any], commit: str | None, model: Any, config: Mapping[str, Any], tokenizer: Any
) -> dict[str, object]:
    from mlx_lm.utils import get_total_parameters

    parameters = int(get_total_parameters(model))
    say(f"{Path(spec['path']).name}: {parameters / 1e6:.1f} M parameters")
    template = tokenizer.chat_template
    kept = config.get("quantization")
    return {
        "id": spec["path"],
        "revision": spec.get("revision"),
        "resolved_commit": commit,
        "context_length": config.get("max_position_embeddings"),
        "parameters": parameters,
        "quantization": {k: kept[k] for k in ("bits", "group_size") if k in kept} if kept else None,
        "chat_template_sha256": hashlib.sha256(
            (template if isinstance(template, str) else json.dumps(template)).encode()
        ).hexdigest(),
    }
