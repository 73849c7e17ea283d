"""Which attention a run uses, and whether its batches go without padding."""

from __future__ import annotations

from dataclasses import dataclass

from backends.training.gpu_machine import AMPERE, BLACKWELL, HOPPER, GpuMachine
from tuner.core.enums import Optimization
from tuner.core.job import JobConfiguration

VARLEN = "tuner_varlen"
"""PyTorch's own flash kernels over sequences laid end to end (Trainers.common.varlen_attention)."""
CHOICES = ("auto", "varlen", "sdpa", "eager", "flex_attention", "flash_attention_2", "flash_attention_3")
_PACKAGE = {"flash_attention_2": "flash-attn", "flash_attention_3": "flash-attn-3"}


@dataclass(frozen=True, slots=True)
class Attention:
    """``name`` as transformers knows it, None for the model's own default; ``reason`` in words."""

    name: str | None
    reason: str

    @property
    def keeps_apart(self) -> bool:
        """Whether sequences laid end to end are kept apart without a mask of the batch's length squared."""
        return self.name in {VARLEN, *_PACKAGE} or bool(self.name and "flash" in self.name)


def choose_attention(job: JobConfiguration, machine: GpuMachine, dtype: str) -> Attention:
    """The user's choice, else the fastest that this machine can run."""
    given = job.metadata.get("attention", "auto")
    if given != "auto":
        return Attention(VARLEN if given == "varlen" else str(given), "metadata.attention says so")
    if dtype == "float32":
        return Attention(None, "flash kernels take bf16 and fp16 only")
    if machine.has("flash-attn-3") and machine.at_least(HOPPER) and not machine.at_least(BLACKWELL):
        return Attention("flash_attention_3", "FlashAttention 3 is installed and these are Hopper GPUs")
    if machine.has("flash-attn") and machine.at_least(AMPERE):
        return Attention("flash_attention_2", "FlashAttention 2 is installed")
    if machine.at_least(AMPERE) and machine.torch_at_least(2, 11):
        return Attention(VARLEN, "PyTorch brings flash kernels for sequences of any length")
    return Attention(None, "these GPUs have no flash kernels" if machine.gpus else "no NVIDIA GPU is seen here")


def attention_problem(job: JobConfiguration, machine: GpuMachine, dtype: str) -> str:
    """Why the attention that the job names cannot be had; "" where it can."""
    given = job.metadata.get("attention", "auto")
    asked = given if isinstance(given, str) and given != "auto" else None
    if asked is None and Optimization.FLASH_ATTENTION not in job.optimizations.enabled:
        return ""
    if asked in {"sdpa", "eager", "flex_attention"}:
        return ""
    if dtype == "float32":
        return "flash attention takes bf16 and fp16 only; set model.precision: bf16"
    package = _PACKAGE.get(str(asked))
    if package and machine.lacks(package):
        return f"{package} is not installed in the backend's interpreter; attention: auto takes what is there"
    if not machine.gpus:
        return ""
    if not machine.at_least(AMPERE):
        return "flash attention needs GPUs of compute capability 8.0 (Ampere) or newer"
    if asked == "flash_attention_3" and not (machine.at_least(HOPPER) and not machine.at_least(BLACKWELL)):
        return "FlashAttention 3 runs on Hopper GPUs (H100, H200) alone"
    if asked == "varlen" and machine.packages and not machine.torch_at_least(2, 11):
        return "PyTorch has it from 2.11 on"
    return ""
