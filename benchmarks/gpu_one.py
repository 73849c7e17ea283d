"""One variant of a training, measured in a process of its own: ``python -m benchmarks.gpu_one '{…}'``.

Prints one JSON object; exits with 3 where the memory was not enough.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.gpu_shapes import RANK, Work, make_config, make_rows, make_tokenizer

OUT_OF_MEMORY = 3
WARMUP = 3
"""Steps before the clock runs: kernels are chosen and the memory is laid out."""

OURS: dict[str, Any] = {
    "gradient_checkpointing": False,
    "optim": "adamw_torch_fused",
    "tf32": True,
    "dataloader_num_workers": 2,
    "dataloader_persistent_workers": True,
    "dataloader_prefetch_factor": 4,
}
"""What the rtx backend chooses on a GPU of Ampere or newer with PyTorch 2.11 alone; a test keeps them alike."""


def main() -> int:
    """Measure what the argument describes."""
    asked = json.loads(sys.argv[1])
    import torch

    try:
        found = measure(asked)
    except torch.OutOfMemoryError:
        return OUT_OF_MEMORY
    print(json.dumps(found))
    return 0


def measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Train ``steps`` steps after a few to warm up.

    Keys: shape, method (full, lora), variant (trl, padded, free, packed, masked), length, examples (a step), micro
    (examples at once), steps.
    """
    import torch

    on_gpu = torch.cuda.is_available()
    config = make_config(asked["shape"], asked["length"])
    rows = make_rows(asked["examples"] * (asked["steps"] + WARMUP), config.vocab_size, asked["length"])
    with tempfile.TemporaryDirectory() as folder:
        trainer = _trainer(asked, config, rows, Path(folder), on_gpu)
        clock = _clock(trainer, on_gpu)
        trainer.add_callback(clock)
        trainer.train()
    seconds = [b - a for a, b in pairwise(clock.times[WARMUP - 1 :])]
    tokens = clock.tokens[-1] - clock.tokens[WARMUP - 1]
    timed = rows[asked["examples"] * WARMUP :]
    squares = sum(len(r["input_ids"]) ** 2 for r in timed) * tokens // max(1, sum(len(r["input_ids"]) for r in timed))
    work = Work.of(config, RANK if asked["method"] == "lora" else 0).of_tokens(tokens, squares)
    return {
        "tokens_per_second": tokens / sum(seconds),
        "flops_per_second": work / sum(seconds),
        "step_seconds": statistics.median(seconds),
        "peak_bytes": torch.cuda.max_memory_allocated() if on_gpu else None,
        "loss": clock.losses[-1] if clock.losses else None,
    }


def _trainer(asked: dict[str, Any], config: Any, rows: list[dict[str, Any]], folder: Path, on_gpu: bool) -> Any:
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoModelForCausalLM, set_seed
    from trl import SFTConfig, SFTTrainer

    from Trainers.common.varlen_attention import VARLEN, register

    variant, micro = asked["variant"], asked["micro"]
    register()
    set_seed(0)
    attention = VARLEN if variant in {"free", "packed"} else "sdpa"  # "masked" packs too, and keeps apart by a mask
    with torch.device("cuda" if on_gpu else "cpu"):
        dtype = torch.bfloat16 if on_gpu else torch.float32
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation=attention)
    ours = {} if variant == "trl" else OURS if on_gpu else {"gradient_checkpointing": False}
    if variant != "trl" and on_gpu and find_spec("liger_kernel"):
        ours = {**ours, "use_liger_kernel": True}  # as the backend does, where it is installed
    packed = {"packing": True, "packing_strategy": "bfd"} if variant in {"packed", "masked"} else {}
    arguments = SFTConfig(
        output_dir=str(folder),
        per_device_train_batch_size=micro,
        gradient_accumulation_steps=asked["examples"] // micro,
        max_steps=-1 if packed else asked["steps"] + WARMUP,
        num_train_epochs=1,
        max_length=asked["length"],
        learning_rate=1e-5,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=not on_gpu,
        bf16=on_gpu,
        **ours,
        **packed,
        **asked.get("arguments", {}),
    )
    trainer = SFTTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_list(rows),
        processing_class=make_tokenizer(),
        peft_config=LoraConfig(task_type="CAUSAL_LM", r=RANK, lora_alpha=2 * RANK, target_modules="all-linear")
        if asked["method"] == "lora"
        else None,
    )
    if variant == "free":
        from Trainers.common.payload import Payload
        from Trainers.common.reporting import SilentReporter
        from Trainers.common.speed import speed_up

        speed_up(trainer, Payload(folder, {"throughput": {"padding_free": True}}), SilentReporter(folder))
    return trainer


def _clock(trainer: Any, on_gpu: bool) -> Any:
    import torch
    from transformers import TrainerCallback

    class Clock(TrainerCallback):  # type: ignore[misc]  # transformers is untyped for us
        """When each step was done on the device, and how many tokens (no padding) had been seen by then."""

        def __init__(self) -> None:
            self.times: list[float] = []
            self.tokens: list[int] = []
            self.losses: list[float] = []

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if on_gpu:
                torch.cuda.synchronize()
            self.times.append(time.perf_counter())
            self.tokens.append(int(trainer._total_train_tokens))

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            if logs and "loss" in logs:
                self.losses.append(float(logs["loss"]))

    return Clock()


if __name__ == "__main__":
    sys.exit(main())
