"""The rtx backend's own parameters, which a job gives under ``metadata``."""

from __future__ import annotations

from backends.training.attention import CHOICES
from backends.training.custom import CUSTOM
from backends.training.multi_gpu import DISTRIBUTED
from tuner.core.backend_protocol import CustomParameter

RTX_CUSTOM = {
    **CUSTOM,
    "attention": CustomParameter(
        kind="str",
        default="auto",
        choices=list(CHOICES),
        help="attention kernels; auto takes the fastest that is installed and runs on these GPUs",
    ),
    "padding_free": CustomParameter(
        kind="bool", help="sft: lay a batch's examples end to end instead of padding; by itself where attention allows"
    ),
    "pad_to_multiple_of": CustomParameter(
        kind="int", minimum=1, default=8, help="length of padded rows is rounded up to a multiple of it"
    ),
    "unsloth": CustomParameter(
        kind="bool", default=True, help="train through Unsloth where the backend's interpreter has it"
    ),
    "liger": CustomParameter(kind="bool", help="Liger's fused kernels; by itself where liger-kernel is installed"),
    "tf32": CustomParameter(kind="bool", help="TF32 for products of fp32 matrices; by itself unless precision is fp32"),
    "master_weights": CustomParameter(
        kind="bool", default=False, help="full: keep weights in fp32 and compute in bf16; twice the memory"
    ),
    "dataloader_workers": CustomParameter(kind="int", minimum=0, maximum=64, help="processes that make batches"),
    "group_by_length": CustomParameter(
        kind="bool", default=False, help="sft, dpo: examples of like length share a batch; changes their order"
    ),
    "torch_compile": CustomParameter(
        kind="bool", default=False, help="compile the model with torch.compile; the first steps take minutes"
    ),
    "distributed": DISTRIBUTED,
}
