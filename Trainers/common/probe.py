"""One pass forward and back of the longest batch before the first step: what will not fit fails now, not at step 120.

Weights, gradients, optimizer, random numbers and the trainer's own counts are afterwards as they were, so that the run
is the same with and without it, step by step.
"""

from __future__ import annotations

import copy
import gc
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from Trainers.common.failures import describe
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.core.states import Phase

_COUNTS = ("_metrics", "_total_train_tokens", "_stored_metrics", "_logs")
"""What TRL's trainers add up in each training step."""
_STATES = {"adamw": 2, "adam": 2, "lion": 1, "muon": 1}
"""Numbers an optimizer keeps for each trained weight, by the beginning of its name in transformers."""


class ProbeCallback(TrainerCallback):  # type: ignore[misc]  # transformers is untyped for us
    """Probes when the trainer has put model and optimizer where they train."""

    def __init__(self, trainer: Trainer, reporter: Reporter) -> None:
        self._trainer, self._reporter = trainer, reporter

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kw: Any) -> None:
        probe(self._trainer, self._reporter)


def add_probe(trainer: Trainer, payload: Payload, reporter: Reporter) -> None:
    """Have the longest batch tried before the first step: where the job says so, else on a GPU."""
    on_gpu = payload.model.get("device") == "cuda"
    if payload.option("probe", on_gpu) and not getattr(trainer, "is_deepspeed_enabled", False):
        trainer.add_callback(ProbeCallback(trainer, reporter))  # DeepSpeed's backward pass takes the step too


def probe(trainer: Trainer, reporter: Reporter) -> None:
    """Try the longest batch and tell what memory it took.

    Raises:
        TunerError: it does not fit (TRAINING_OOM), with what to do.
    """
    rows = longest_batch(trainer)
    if not rows:
        return
    lengths = [_length(row) for row in rows]
    what = f"the longest batch ({len(rows)} x up to {max(lengths)} tokens)"
    reporter.phase(Phase.PREPARING, f"trying {what}")
    began = time.monotonic()
    with _as_it_was(trainer):
        try:
            peak = _peak_of(trainer, rows)
        except Exception as error:
            told = describe(error, reporter.run_dir.name)
            if told.code is not ErrorCode.TRAINING_OOM:
                raise
            raise TunerError(
                f"{what} does not fit: {told.message}",
                code=ErrorCode.TRAINING_OOM,
                failure_class=FailureClass.USER,
                hint=told.hint,
            ) from error
    seconds = time.monotonic() - began
    total = _device_memory(trainer.args.device)
    of = f" of {total / 1e9:.1f} GB" if total else ""
    took = f"took {peak / 1e9:.1f} GB{of}" if peak is not None else "fits"
    text = f"{what} {took}, in {seconds:.1f} s"
    say(text)
    facts = {"rows": len(rows), "longest": max(lengths), "peak_bytes": peak, "device_bytes": total}
    reporter.event("probe", text, facts)
    reporter.manifest({"probe": facts})


def longest_batch(trainer: Trainer) -> list[Any]:
    """The training rows that make the largest batch; [] where the dataset cannot be looked through (streams)."""
    dataset = trainer.train_dataset
    if dataset is None or not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        return []
    lengths = _lengths(dataset)
    size = min(trainer.args.per_device_train_batch_size, len(lengths))
    longest = sorted(range(len(lengths)), key=lambda i: -lengths[i])[:size]
    return [dataset[i] for i in sorted(longest)]


def _lengths(dataset: Any) -> list[int]:
    columns = getattr(dataset, "column_names", None)
    if columns is None:
        return [_length(dataset[i]) for i in range(len(dataset))]
    import pyarrow.compute as compute

    tokens = [name for name in columns if _holds_tokens(name)]
    found: list[int] = []
    for table in dataset.select_columns(tokens).with_format("arrow").iter(batch_size=1000):
        parts = [compute.list_value_length(table[name]).to_pylist() for name in tokens]
        found += [sum(n or 0 for n in row) for row in zip(*parts, strict=True)]
    return found


def _length(row: Any) -> int:
    return sum(len(value) for name, value in row.items() if _holds_tokens(name) and value is not None)


def _holds_tokens(name: str) -> bool:
    """input_ids of SFT and pretraining; prompt_ids, chosen_ids and the like of the preference trainers."""
    return name == "ids" or name.endswith("_ids")


def _peak_of(trainer: Trainer, rows: list[Any]) -> int | None:
    """Forward and backward with as much memory taken as the optimizer will keep; the most bytes on the device."""
    device = trainer.args.device
    trainer.current_gradient_accumulation_steps = trainer.args.gradient_accumulation_steps  # as its loop sets it
    inputs = trainer.data_collator(rows)
    if device.type != "cuda":
        trainer.training_step(trainer.model_wrapped, inputs)
        return _resident_peak()
    torch.cuda.reset_peak_memory_stats(device)
    kept = torch.empty(_optimizer_bytes(trainer), dtype=torch.uint8, device=device)
    trainer.training_step(trainer.model_wrapped, inputs)
    del kept
    return int(torch.cuda.max_memory_allocated(device))


def _optimizer_bytes(trainer: Trainer) -> int:
    name = str(getattr(trainer.args.optim, "value", trainer.args.optim))
    if name.startswith("paged_"):
        return 0
    states = next((n for prefix, n in _STATES.items() if name.startswith(prefix)), 0)
    each = 1 if "8bit" in name else 4 if "32bit" in name else 0
    return sum(p.numel() * states * (each or p.element_size()) for p in trainer.model.parameters() if p.requires_grad)


@contextmanager
def _as_it_was(trainer: Trainer) -> Iterator[None]:
    """Put random numbers, gradients and counts back."""
    counts = {name: copy.deepcopy(getattr(trainer, name)) for name in _COUNTS if hasattr(trainer, name)}
    seen = trainer.state.num_input_tokens_seen
    numbers = random.getstate(), np.random.get_state(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    training = trainer.model.training
    try:
        yield
    finally:
        trainer.model.zero_grad(set_to_none=True)
        trainer.model.train(training)
        for name, value in counts.items():
            setattr(trainer, name, value)
        trainer.state.num_input_tokens_seen = seen
        random.setstate(numbers[0])
        np.random.set_state(numbers[1])
        torch.set_rng_state(numbers[2])
        gc.collect()
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
            torch.cuda.empty_cache()  # its pieces were cut for the longest batch


def _resident_peak() -> int | None:
    """The most main memory that this process ever held; None where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


def _device_memory(device: torch.device) -> int | None:
    return int(torch.cuda.get_device_properties(device).total_memory) if device.type == "cuda" else None
