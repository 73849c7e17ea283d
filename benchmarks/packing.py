"""Tokens a second with examples padded, laid end to end, and packed: ``python -m benchmarks.packing [--shape SHAPE]``.

The same examples, as long as those of chat data, through the same model; padding does not count as tokens. Packed rows
hold several examples each: "packed" keeps them apart by their boundaries, "masked" by a mask, as it must be without
FlashAttention. On a processor a small model is trained, on a GPU llama-1b unless another shape is named.
"""

from __future__ import annotations

import argparse
from typing import Any

from benchmarks.figures import figure
from benchmarks.gpu import run
from benchmarks.gpu_shapes import SHAPES


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.packing", description=__doc__.partition("\n")[0])
    parser.add_argument("--shape", choices=list(SHAPES), help="small on a processor, llama-1b on a GPU")
    parser.add_argument("--length", type=int, help="longest example, and the length of packed rows")
    parser.add_argument("--examples", type=int, default=16, help="examples a step")
    parser.add_argument("--steps", type=int, default=8, help="timed steps")
    asked = parser.parse_args(argv)
    shape, length = (
        asked.shape or ("llama-1b" if _has_gpu() else "small"),
        asked.length or (2048 if _has_gpu() else 256),
    )
    common = {"shape": shape, "method": "full", "length": length, "examples": asked.examples, "steps": asked.steps}
    padded = _measured({**common, "variant": "padded", "micro": asked.examples})
    free = _measured({**common, "variant": "free", "micro": asked.examples})
    figure(f"{shape}: laid end to end", free, "tokens/s", "padded", padded)
    rows = max(1, asked.examples // 4)  # packed rows are full: about as many tokens a step as the examples have
    many = {**common, "examples": rows, "steps": asked.steps * 4}
    for variant in ("packed", "masked"):
        figure(
            f"{shape}: {variant}", _measured({**many, "variant": variant, "micro": rows}), "tokens/s", "padded", padded
        )


def _measured(asked: dict[str, Any]) -> float:
    found = run(asked)
    if found is None:
        raise SystemExit(f"{asked['variant']}: out of memory; name a smaller --shape or fewer --examples")
    return float(found["tokens_per_second"])


def _has_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


if __name__ == "__main__":
    main()
