"""Training on an NVIDIA GPU as rtx sets it up, beside TRL's defaults: same data, model and examples a step.

``python -m benchmarks.gpu [--shapes llama-1b llama-8b] [--methods lora full]``; ``--tiny`` tries it on a processor.

It runs offline, on a machine whose Python has torch 2.11 (CUDA), transformers 5.17, peft and accelerate. Besides it
needs these pure-Python wheels: trl (1.15 or 1.16), datasets (4.8 or newer), dill and multiprocess; of what datasets
wants besides, pyarrow, pandas and xxhash must be there. liger-kernel, pure Python too, is used where it is installed.
Of Tuner it uses Trainers/ and the standard-library part of tuner/ alone.

The model is randomly initialised, in bf16 (fp32 on a processor). Tokens are those of the examples, without padding. The
share of the machine is the arithmetic that learning needs (nothing computed twice counts) ÷ the measured rate of an
8192³ bf16 matrix product. To reach: 1.5 times TRL's tokens a second, and 45 % of that rate.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import figure
from benchmarks.gpu_one import OUT_OF_MEMORY
from benchmarks.gpu_shapes import SHAPES

ROOT = Path(__file__).resolve().parents[1]
TRL_MICRO = 8
"""TRL's own per_device_train_batch_size."""


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__.partition("\n")[0])
    parser.add_argument("--shapes", nargs="+", default=["llama-1b", "llama-8b"], choices=list(SHAPES), metavar="SHAPE")
    parser.add_argument("--methods", nargs="+", default=["lora", "full"], choices=["lora", "full"], metavar="METHOD")
    parser.add_argument("--length", type=int, default=2048, help="longest example, in tokens")
    parser.add_argument("--examples", type=int, default=32, help="examples a step, for both")
    parser.add_argument("--steps", type=int, default=10, help="timed steps")
    parser.add_argument("--tiny", action="store_true", help="a tiny model, few steps: tries the benchmark itself")
    asked = parser.parse_args(argv)
    if asked.tiny:
        asked.shapes, asked.length, asked.examples, asked.steps = ["tiny"], 64, 8, 3
    rate = matrix_rate(256 if asked.tiny else 8192)
    print(f"matrix product: {rate / 1e12:.3f} TFLOP/s", flush=True)
    for shape in asked.shapes:
        for method in asked.methods:
            compare(shape, method, asked, rate)


def compare(shape: str, method: str, asked: argparse.Namespace, rate: float) -> None:
    """Ours and TRL's, each in a process of its own."""
    common = {
        "shape": shape,
        "method": method,
        "length": asked.length,
        "examples": asked.examples,
        "steps": asked.steps,
    }
    theirs = run({**common, "variant": "trl", "micro": min(TRL_MICRO, asked.examples)})
    ours, micro = None, asked.examples
    while ours is None and micro >= 1:  # the largest batch that fits; the examples of a step stay the same
        ours = run({**common, "variant": "free", "micro": micro})
        micro //= 2
    name = f"{shape} {method}"
    if ours is None or theirs is None:
        print(f"{name}: out of memory", flush=True)
        return
    figure(f"{name} tokens/s", ours["tokens_per_second"], "tokens/s", "TRL", theirs["tokens_per_second"])
    share, their_share = (f["flops_per_second"] / rate for f in (ours, theirs))
    figure(f"{name} of the matrix rate", 100 * share, "%", "TRL", 100 * their_share)
    if ours["peak_bytes"] and theirs["peak_bytes"]:
        figure(f"{name} memory", ours["peak_bytes"] / 1e9, "GB", "TRL", theirs["peak_bytes"] / 1e9)
    print(f"{name}: {2 * micro} examples at once, TRL {min(TRL_MICRO, asked.examples)}; losses "
          f"{ours['loss']:.4f} and {theirs['loss']:.4f}", flush=True)  # fmt: skip


def run(asked: dict[str, Any]) -> dict[str, Any] | None:
    """What one process measured; None where its memory was not enough.

    Raises:
        RuntimeError: it failed otherwise.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu_one", json.dumps(asked)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == OUT_OF_MEMORY:
        return None
    if done.returncode:
        raise RuntimeError(f"{asked}: exit code {done.returncode}\n{done.stderr[-4000:]}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def matrix_rate(size: int, repeats: int = 20) -> float:
    """Floating-point operations a second of a square matrix product, the mean of ``repeats`` (bf16; fp32 on a CPU)."""
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    dtype = torch.bfloat16 if device == "cuda" else torch.float32
    a, b = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))

    def wait() -> None:
        if device == "cuda":
            torch.cuda.synchronize()

    for _ in range(3):
        a @ b
    wait()
    began = time.perf_counter()
    for _ in range(repeats):
        a @ b
    wait()
    return 2 * size**3 * repeats / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
