"""mlx's optimizers as a job asks for them, with the gradients clipped, which mlx-lm's loop does not do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

OUTER = ("embed", "lm_head", "output")
"""Parts of the names of weights at a model's edges, which Muon is not made for."""


def make_optimizer(settings: Mapping[str, Any], schedule: Callable[[Any], Any], model: Any) -> ClippedOptimizer:
    """The optimizer of a payload's ``optimizer``: type, weight_decay, max_gradient_norm.

    As with transformers, norms and biases (all that has one dimension) do not decay. Muon takes the matrices within the
    layers and leaves the rest to AdamW.
    """
    import mlx.optimizers as optim
    from mlx.utils import tree_flatten

    name, decay = settings["type"], float(settings["weight_decay"])
    if name == "muon":
        parts = [_new("muon", schedule, decay), _new("adamw", schedule, decay)]
        belongs = _is_inner_matrix
    else:
        parts = [_new(name, schedule, decay), _new(name, schedule, 0.0)]
        belongs = _decays
    trainable = model.trainable_parameters()
    first = [belongs(path, array) for path, array in tree_flatten(trainable)]
    if all(first) or (decay == 0.0 and name != "muon"):
        inner = parts[0]
    elif not any(first):
        inner = parts[1]
    else:
        inner = optim.MultiOptimizer(parts, [belongs])
    inner.init(trainable)
    return ClippedOptimizer(inner, float(settings["max_gradient_norm"]))


def _decays(path: str, array: Any) -> bool:
    return array.ndim > 1


def _is_inner_matrix(path: str, array: Any) -> bool:
    return array.ndim == 2 and not any(part in path for part in OUTER)


def _new(name: str, schedule: Callable[[Any], Any], decay: float) -> Any:
    import mlx.optimizers as optim

    if name == "adamw":  # without the correction mlx's first steps are too long beside every other AdamW
        return optim.AdamW(schedule, betas=[0.9, 0.999], eps=1e-8, weight_decay=decay, bias_correction=True)
    if name == "adafactor":
        return optim.Adafactor(schedule, scale_parameter=False, relative_step=False, weight_decay=decay)
    if name == "sgd":
        return optim.SGD(schedule, weight_decay=decay)
    if name == "lion":
        return optim.Lion(schedule, weight_decay=decay)
    if name == "muon":
        return optim.Muon(schedule, weight_decay=decay)
    raise ValueError(f"unknown optimizer {name!r}")


class ClippedOptimizer:
    """What mlx-lm's loop needs of an optimizer (state, learning_rate, update), round another one."""

    def __init__(self, inner: Any, max_norm: float) -> None:
        """``max_norm`` 0 clips nothing; the norm is measured all the same."""
        import mlx.core as mx

        self.inner = inner
        self.max_norm = max_norm or math.inf
        # The loop compiles its step over this dictionary, so that the norm comes out of it like any other state.
        self.state = {"inner": inner.state, "grad_norm": mx.array(0.0)}

    @property
    def learning_rate(self) -> Any:
        return self.inner.learning_rate

    @property
    def grad_norm(self) -> float:
        """The last step's norm before clipping (2-norm over all gradients)."""
        return float(self.state["grad_norm"].item())

    def update(self, model: Any, gradients: Any) -> None:
        """Clip as torch.nn.utils.clip_grad_norm_ does, then take the step."""
        import mlx.core as mx
        from mlx.utils import tree_map, tree_reduce

        squares = tree_reduce(lambda acc, g: acc + mx.square(g.astype(mx.float32)).sum(), gradients, mx.array(0.0))
        norm = mx.sqrt(squares)
        factor = mx.minimum(self.max_norm / (norm + 1e-6), 1.0)
        self.state["grad_norm"] = norm
        self.inner.update(model, tree_map(lambda g: (g * factor).astype(g.dtype), gradients))
