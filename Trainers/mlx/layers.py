"""Which parts of a model are trained: LoRA or DoRA layers put in, a parent's adapter put back, or everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from Trainers.common.reporting import say
from Trainers.mlx.adapters import Adapter, Shape, peft_defaults, peft_scale, read_adapter
from tuner.core.errors import ErrorCode, FailureClass, TunerError

ROUTERS = frozenset({"gate", "router"})
"""Last names of the layers that choose experts: PEFT's all-linear leaves them alone."""


class Trained:
    """What of ``model`` is trained, ready to be trained; ``adapter`` tells how to save it, None where it is whole."""

    def __init__(self, model: Any, payload_model: Mapping[str, Any], method: Mapping[str, Any]) -> None:
        """Prepare the model.

        Raises:
            TunerError: a name of trainable_modules is not in the model, the parent does not fit it, or all weights are
                to be trained and are quantized.
        """
        self.model = model
        self.adapter: Adapter | None = None
        if method["type"] == "full":
            _refuse_quantized(model, payload_model["path"])
            model.unfreeze()
            return
        model.freeze()
        if payload_model.get("parent"):
            self.adapter = _put_back(model, Path(payload_model["parent"]), payload_model["path"])
        else:
            self.adapter = _fresh(model, payload_model, method["lora"])
        model.train()

    def weights(self) -> dict[str, Any]:
        """What training changes, by mlx's names."""
        from mlx.utils import tree_flatten

        return dict(tree_flatten(self.model.trainable_parameters()))

    def broken(self) -> str | None:
        """The name of a trained array that holds something else than finite numbers; None where all is well."""
        import mlx.core as mx

        weights = self.weights()
        whole = mx.stack([mx.isfinite(array).all() for array in weights.values()])
        return next((n for n, good in zip(weights, whole.tolist(), strict=True) if not good), None)

    def mlx_config(self) -> dict[str, Any] | None:
        """adapter_config.json as mlx-lm's ``load_adapters`` reads it; None where several ranks or scales are in use."""
        if self.adapter is None or len(set(self.adapter.shapes.values())) != 1:
            return None
        shape = next(iter(self.adapter.shapes.values()))
        return {
            "fine_tune_type": "dora" if self.adapter.is_dora else "lora",
            "model": self.adapter.config.get("base_model_name_or_path"),
            "num_layers": len(self.model.layers),
            "lora_parameters": {
                "rank": shape.rank,
                "scale": shape.scale,
                "dropout": self.adapter.dropout,
                "keys": sorted(self.adapter.shapes),
            },
        }


def linear_modules(model: Any) -> list[str]:
    """The names of all linear layers, quantized or not; neither the output layer nor an expert's router."""
    import mlx.nn as nn

    names = [n for n, m in model.named_modules() if isinstance(m, nn.Linear | nn.QuantizedLinear)]
    return sorted(n for n in names if n.rpartition(".")[2] not in {*ROUTERS, "lm_head"})


def chosen_modules(names: Sequence[str], wanted: str | Sequence[str]) -> list[str]:
    """The layers that "all-linear" or a list of names means; a name counts as PEFT counts it, whole or at the end.

    Raises:
        TunerError: a name is nowhere in the model.
    """
    if wanted == "all-linear":
        return list(names)
    asked = [wanted] if isinstance(wanted, str) else list(wanted)
    found = {a: [n for n in names if n == a or n.endswith(f".{a}")] for a in asked}
    missing = [a for a, matches in found.items() if not matches]
    if missing:
        known = sorted({n.rpartition(".")[2] for n in names})
        raise TunerError(
            f"the model has no linear layer named {', '.join(missing)}",
            code=ErrorCode.CONFIG_INVALID,
            failure_class=FailureClass.USER,
            hint=f"method.lora.trainable_modules can be all-linear or some of {', '.join(known)}",
        )
    return sorted({n for matches in found.values() for n in matches})


def short_names(chosen: Sequence[str], names: Sequence[str]) -> list[str]:
    """The layers as target_modules: last names where these mean the same layers, else whole names."""
    last = {n.rpartition(".")[2] for n in chosen}
    return sorted(last if {n for n in names if n.rpartition(".")[2] in last} == set(chosen) else chosen)


def _fresh(model: Any, payload_model: Mapping[str, Any], lora: Mapping[str, Any]) -> Adapter:
    names = linear_modules(model)
    chosen = chosen_modules(names, lora["target_modules"])
    shape = Shape(int(lora["r"]), peft_scale(lora, int(lora["r"]), float(lora["lora_alpha"])))
    config = {
        **peft_defaults(),
        **lora,
        "target_modules": short_names(chosen, names),
        "base_model_name_or_path": payload_model["path"],
        "revision": payload_model.get("revision"),
    }
    adapter = Adapter({}, dict.fromkeys(chosen, shape), config)
    _put_in(model, adapter)
    return adapter


def _put_back(model: Any, folder: Path, base: str) -> Adapter:
    from mlx.utils import tree_flatten

    adapter = read_adapter(folder)
    adapter = replace(adapter, config={**adapter.config, "base_model_name_or_path": base})
    strangers = sorted(set(adapter.shapes) - set(linear_modules(model)))
    if strangers:
        raise _unfit(folder, f"it has no linear layer {strangers[0]}")
    _put_in(model, adapter)
    expected = {name: tuple(array.shape) for name, array in tree_flatten(model.trainable_parameters())}
    given = {name: tuple(array.shape) for name, array in adapter.weights.items()}
    if expected != given:
        name = min(name for name in {*expected, *given} if expected.get(name) != given.get(name))
        raise _unfit(folder, f"{name} is {given.get(name, 'missing')}, the model needs {expected.get(name, 'none')}")
    model.load_weights(list(adapter.weights.items()), strict=False)
    say(f"going on with the adapter of {folder.name}: weights only, the optimizer and the schedule begin anew")
    return adapter


def _refuse_quantized(model: Any, name: str) -> None:
    """A model that was not on the machine before shows only now that its weights are quantized."""
    import mlx.nn as nn

    if any(isinstance(m, nn.QuantizedLinear | nn.QuantizedEmbedding) for _, m in model.named_modules()):
        raise TunerError(
            f"the weights of {name} are quantized, and quantized weights cannot be trained",
            code=ErrorCode.MODEL_INCOMPATIBLE,
            failure_class=FailureClass.USER,
            hint="set method.type: qlora, or name the unquantized model",
        )


def _unfit(folder: Path, why: str) -> TunerError:
    return TunerError(
        f"{folder} does not fit the model: {why}",
        code=ErrorCode.MODEL_INCOMPATIBLE,
        failure_class=FailureClass.USER,
        hint="name the model that the adapter was trained on as model.base_model",
    )


def _put_in(model: Any, adapter: Adapter) -> None:
    from mlx_lm.tuner.utils import linear_to_lora_layers

    for shape in sorted(set(adapter.shapes.values()), key=lambda s: (s.rank, s.scale)):
        keys = {module for module, own in adapter.shapes.items() if own == shape}
        settings = {"rank": shape.rank, "scale": shape.scale, "dropout": adapter.dropout, "keys": keys}
        linear_to_lora_layers(model, len(model.layers), settings, use_dora=adapter.is_dora)
