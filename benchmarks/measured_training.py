"""Real trainings in a process, seen by torch's profiler: ``python -m benchmarks.measured_training TRAINER RUN_DIR …``.

Prints a JSON object a run: the bytes that torch held at most at once; what the process took beside its libraries is
right for the first run alone.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

Event = tuple[int, int, int]
"""When (ns), at which address, and how many bytes (given back: below 0)."""


def main() -> None:
    trainer, *folders = sys.argv[1:]
    import torch
    import trl

    work = importlib.import_module(f"Trainers.{trainer}.train").train
    if trainer != "pretrain":
        getattr(trl, f"{trainer.upper()}Trainer")  # loaded now, so that it counts as a library
    libraries = psutil.Process().memory_info().rss
    for folder in folders:
        torch.manual_seed(0)
        events = _watched(work, Path(folder))
        peak, held = _most_held(events)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - libraries
        told = {"tensors": peak, "resident": grown, "libraries": libraries}
        print(json.dumps({**told, "held": held}), flush=True)


def _watched(work: Callable[..., bool], run_dir: Path) -> list[Event]:
    from torch.profiler import ProfilerActivity, profile

    from Trainers.common.payload import load_payload
    from Trainers.common.reporting import Reporter

    gc.collect()
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as watched:
        work(load_payload(run_dir), Reporter(run_dir))
    events = sorted(_allocations(watched.profiler.kineto_results.experimental_event_tree()))
    del watched
    gc.collect()
    return events


def _most_held(events: list[Event]) -> tuple[int, list[tuple[int, int]]]:
    """The most bytes at once, and then (bytes, how many of these) of the largest tensors.

    Added up here: the profiler's own sum leaves out weights that are mapped from their file.
    """
    live: dict[int, int] = {}
    now = most = 0
    sizes: Counter[int] = Counter()
    for _, address, size in events:
        if size > 0:
            now += size - live.get(address, 0)
            live[address] = size
        else:
            now -= live.pop(address, 0)
        if now > most:
            most, sizes = now, Counter()
    live.clear()
    now = 0
    for _, address, size in events:
        if size > 0:
            now += size - live.get(address, 0)
            live[address] = size
        else:
            now -= live.pop(address, 0)
        if now == most:
            sizes = Counter(live.values())
            break
    return most, sorted(sizes.items(), key=lambda item: -item[0] * item[1])[:12]


def _allocations(tree: list[Any]) -> Iterator[Event]:
    from torch._C._profiler import _EventType

    waiting = list(tree)
    while waiting:
        event = waiting.pop()
        if event.tag == _EventType.Allocation:
            fields = event.extra_fields
            yield event.start_time_ns, fields.ptr, fields.alloc_size
        waiting += event.children


if __name__ == "__main__":
    main()
