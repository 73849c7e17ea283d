"""On an NVIDIA GPU: the kernels give what the processor gives, and rtx trains as it sets itself up."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from backends.training import RTXBackend
from tests.support.built_trainers import train_here
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.tiny_chat import turn, write_tiny_model

pytestmark = pytest.mark.gpu

LENGTHS = (70, 1, 33, 129)


@pytest.mark.parametrize("heads", [(4, 4), (4, 2)], ids=["all-heads", "grouped"])
@pytest.mark.parametrize("window", [None, 17], ids=["whole", "window"])
def test_the_flash_kernels_give_what_each_sequence_gives_alone(heads: tuple[int, int], window: int | None) -> None:
    import torch

    from Trainers.common.varlen_attention import attend

    total, size = sum(LENGTHS), 64
    ends = torch.tensor([0, *torch.tensor(LENGTHS).cumsum(0)], dtype=torch.int32)
    bounds = {"cu_seq_lens_q": ends.cuda(), "max_length_q": max(LENGTHS), "sliding_window": window}
    torch.manual_seed(0)
    shapes = [(1, n, total, size) for n in (heads[0], heads[1], heads[1])]
    found = []
    for device, kind in (("cuda", torch.bfloat16), ("cpu", torch.float32)):
        torch.manual_seed(0)
        tensors = [torch.randn(s, device="cpu").bfloat16().to(device, kind).requires_grad_() for s in shapes]
        module = torch.nn.Module()
        module.num_key_value_groups = heads[0] // heads[1]  # type: ignore[assignment]  # as models have it
        out, _ = attend(module, *tensors, None, scaling=size**-0.5, **bounds)
        out.float().square().sum().backward()
        found.append([out.float().cpu(), *(t.grad.float().cpu() for t in tensors if t.grad is not None)])
    assert len(found[0]) == 4
    for ours, trusted in zip(*found, strict=True):
        torch.testing.assert_close(ours, trusted, atol=0.05, rtol=0.05)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("gpu") / "model")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpu-data") / "rows.jsonl"
    rows = [
        {"prompt": [turn("user", "add" + " please" * (i % 5))], "completion": [turn("assistant", "yes " * (1 + i % 7))]}
        for i in range(40)
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "sections",
    [
        {"method": {"type": "full"}},
        {"method": {"type": "full"}, "metadata": {"master_weights": True}},
        {"method": {"type": "full"}, "model": {"precision": "fp16"}},
        {"method": {"lora": {"variant": "rslora"}}},
        {"method": {"lora": {"variant": "dora"}}},
        {"optimizations": {"enabled": ["sequence_packing", "gradient_checkpointing"]}},
        {"optimizations": {"enabled": ["activation_offloading"]}},
        {"metadata": {"attention": "sdpa"}},
    ],
    ids=json.dumps,
)
def test_rtx_learns_as_it_sets_itself_up(sections: dict[str, Any], model: Path, data: Path, tmp_path: Path) -> None:
    schedule = {"max_steps": 8, "batch_size": 4, "sequence_length": 512, "logging_steps": 1, "checkpoints": 0}
    given = {"model": {}, **sections}
    given["model"] = {**given["model"], "base_model": str(model)}
    asked = job(
        **given,
        datasets={"training": str(data), "validation_fraction": 0.2},
        schedule=schedule,
        optimizer={"learning_rate": 1e-2},
    )
    backend: Any = RTXBackend()
    assert [i for i in backend.validate_configuration(asked) if i.is_error] == []
    losses = [row["loss"] for row in rows_of(train_here(backend, asked, tmp_path)) if "loss" in row]
    assert all(math.isfinite(loss) for loss in losses)
    assert losses[-1] < losses[0]
