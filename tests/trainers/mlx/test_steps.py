"""One optimizer step with mlx: what is learned, how batches weigh, how gradients are clipped and weights decay."""

from __future__ import annotations

from itertools import islice
from random import Random
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mlx_lm")

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_flatten

from tests.support.tiny_chat import tiny_tokenizer, turn
from Trainers.mlx.batches import TrainingBatches, epoch_groups, padded, validation_batches
from Trainers.mlx.examples import Example, Examples, encode_rows, tell
from Trainers.mlx.losses import training_loss, validation_loss
from Trainers.mlx.optimizers import ClippedOptimizer, make_optimizer
from Trainers.mlx.schedules import mlx_schedule
from tuner.core.errors import ErrorCode, TunerError

MASKING = {"turns": "all", "on_inputs": False}


class Tiny(nn.Module):
    """An embedding and a head: logits of the next token from this one alone."""

    def __init__(self) -> None:
        super().__init__()
        mx.random.seed(2)
        self.embed = nn.Embedding(20, 8)
        self.inner = nn.Linear(8, 8)
        self.head = nn.Linear(8, 20)

    def __call__(self, tokens: Any) -> Any:
        return self.head(self.inner(self.embed(tokens)))


def examples() -> list[Example]:
    lengths = [3, 9, 4, 40, 6, 7, 5]
    return [
        Example([(i * 7 + j) % 20 for j in range(n)], [int(j > n // 3) for j in range(n)])
        for i, n in enumerate(lengths)
    ]


def mean_loss(model: Tiny, rows: list[Example]) -> float:
    """The mean over all learned tokens, row by row and without padding."""
    total, learned = 0.0, 0
    for row in rows:
        logits = model(mx.array([row.tokens[:-1]]))
        each = nn.losses.cross_entropy(logits, mx.array([row.tokens[1:]]))
        total += float((each * mx.array([row.mask[1:]])).sum())
        learned += sum(row.mask[1:])
    return total / learned


def test_a_step_of_several_batches_is_the_mean_over_all_its_learned_tokens() -> None:
    model, rows = Tiny(), examples()
    batches = TrainingBatches(batch_size=2, accumulation=2, seed=4)
    stream = batches(rows, 2, 64)
    parts = [training_loss(model, *batch) for batch in islice(stream, 4)]  # 4 rows, then the 3 that are left
    steps = [(float(a[0]) + float(b[0])) / 2 for a, b in (parts[:2], parts[2:])]
    assert sum(int(real) for _, real in parts) == sum(len(r.tokens) for r in rows) == batches.tokens
    assert batches.epoch == 1.0
    groups = epoch_groups([len(r.tokens) for r in rows], 2, 2, Random("4-0"))
    order = [[i for part in group for i in part] for group in groups]
    assert steps == pytest.approx([mean_loss(model, [rows[i] for i in each]) for each in order], rel=1e-5)


def test_an_empty_batch_weighs_nothing() -> None:
    tokens, mask = padded([])
    loss, real = training_loss(Tiny(), tokens, mask, mx.array(0), mx.array(1.0))
    assert (float(loss), int(real)) == (0.0, 0)


def test_validation_reads_every_row_once() -> None:
    model, rows = Tiny(), examples()
    parts = [validation_loss(model, *batch) for batch in validation_batches(rows, 3, 64)]
    assert len(parts) == 3
    total = sum(float(loss) * float(learned) for loss, learned in parts)
    learned = sum(float(learned) for _, learned in parts)
    assert total / learned == pytest.approx(mean_loss(model, rows), rel=1e-5)


def test_rows_are_cut_and_those_with_nothing_left_to_learn_are_counted() -> None:
    short = {"prompt": [turn("user", "a")], "completion": [turn("assistant", "bc")]}
    late = {"prompt": [turn("user", "a" * 50)], "completion": [turn("assistant", "bc")]}
    plain = {"text": "abcdef" * 10}
    found = encode_rows([short, late, plain], tiny_tokenizer(), MASKING, 40)
    assert (len(found.kept), found.truncated, found.untrainable) == (2, 2, 1)
    told: list[str] = []
    reporter: Any = SimpleNamespace(warn=told.append)
    tell(found, "training", reporter)
    assert any("2 training rows were cut" in text for text in told)
    assert any("1 training rows have no token" in text for text in told)
    with pytest.raises(TunerError, match="no row has a token left") as caught:
        tell(Examples(), "training", reporter)
    assert caught.value.code is ErrorCode.DATA_INVALID
    tell(Examples(), "validation", reporter)


def gradients(model: nn.Module, size: float) -> Any:
    mx.random.seed(9)
    return {
        name: {part: mx.random.normal(array.shape) * size for part, array in inner.items()}
        for name, inner in model.trainable_parameters().items()
    }


def settings(name: str, decay: float = 0.1, norm: float = 1.0) -> dict[str, Any]:
    return {"type": name, "weight_decay": decay, "max_gradient_norm": norm}


@pytest.mark.parametrize("size", [0.01, 3.0])
def test_adamw_with_clipping_takes_the_steps_of_torch(size: float) -> None:
    torch = pytest.importorskip("torch")
    model, rates = Tiny(), [1e-2, 5e-3, 1e-3]
    weights = dict(tree_flatten(model.trainable_parameters()))
    theirs = {name: torch.nn.Parameter(torch.tensor(np.array(array))) for name, array in weights.items()}
    groups = [
        {"params": [p for p in theirs.values() if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for p in theirs.values() if p.ndim == 1], "weight_decay": 0.0},
    ]
    other = torch.optim.AdamW(groups, lr=1.0, betas=(0.9, 0.999), eps=1e-8)
    ours = make_optimizer(settings("adamw"), mlx_schedule([*rates, 0.0]), model)
    for rate in rates:
        given = gradients(model, size)
        ours.update(model, given)
        for name, gradient in tree_flatten(given):
            theirs[name].grad = torch.tensor(np.array(gradient))
        norm = torch.nn.utils.clip_grad_norm_(theirs.values(), 1.0)
        for group in other.param_groups:
            group["lr"] = rate
        other.step()
        assert ours.grad_norm == pytest.approx(float(norm), rel=1e-5)
        assert float(ours.learning_rate) == pytest.approx(rate, rel=1e-6)
    for name, array in tree_flatten(model.trainable_parameters()):
        assert np.allclose(np.array(array), theirs[name].detach().numpy(), atol=2e-6), name


@pytest.mark.parametrize("name", ["adafactor", "sgd", "lion", "muon"])
def test_every_optimizer_that_can_be_asked_for_takes_a_step(name: str) -> None:
    model = Tiny()
    before = dict(tree_flatten(model.trainable_parameters()))
    optimizer = make_optimizer(settings(name), mlx_schedule([1e-2, 1e-2]), model)
    optimizer.update(model, gradients(model, 1.0))
    changed = {n: float(mx.abs(a - before[n]).max()) for n, a in tree_flatten(model.trainable_parameters())}
    assert all(0 < change < 1 for change in changed.values()), changed


def test_a_norm_of_zero_clips_nothing_and_an_unknown_optimizer_is_refused() -> None:
    model = Tiny()
    before = dict(tree_flatten(model.trainable_parameters()))
    optimizer = make_optimizer(settings("sgd", 0.0, 0.0), mlx_schedule([1.0, 1.0]), model)
    assert isinstance(optimizer, ClippedOptimizer)
    given = gradients(model, 5.0)
    optimizer.update(model, given)
    after = dict(tree_flatten(model.trainable_parameters()))
    for name, gradient in tree_flatten(given):
        assert np.allclose(np.array(before[name] - gradient), np.array(after[name]), atol=1e-5)
    with pytest.raises(ValueError, match="nonesuch"):
        make_optimizer(settings("nonesuch"), mlx_schedule([1.0, 1.0]), model)
