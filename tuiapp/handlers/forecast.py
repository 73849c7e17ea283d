"""The forecast of a plan on this machine: the estimate, with what is free here and the pace of earlier runs."""

from __future__ import annotations

from collections.abc import Mapping

from backends.training.checks import value_at
from backends.training.memory_issues import memory_issues
from backends.training.pace import pace_of_earlier
from tuiapp.handlers.context import Context
from tuner.core.backend_protocol import Estimate, TrainingBackend
from tuner.core.issues import Issue
from tuner.core.job import JobConfiguration
from tuner.discovery.references import run_folders
from tuner.machine.available import available_memory
from tuner.runs.json_file import JsonObject, UnreadableFile
from tuner.runs.manifest_file import read_manifest

_DEVICES = {"rtx": "cuda", "mac": "mps"}
_LOOKED_AT = 50
"""The newest runs whose pace is asked for."""
_ENOUGH = 5


def forecast(
    context: Context, backend: TrainingBackend, job: JobConfiguration, facts: Mapping[str, int]
) -> tuple[Estimate, list[Issue]]:
    """The estimate for this machine, and whether its memory is enough."""
    found = backend.estimate(job, facts)
    update: dict[str, object] = {}
    if found.total_bytes is not None:
        update["available_bytes"] = available_memory(_DEVICES.get(backend.name, "cpu"), job.hardware.num_gpus)
    if found.tokens:
        pace = pace_of_earlier(found.tokens, _earlier_rates(context, backend.name, job))
        if pace is not None:
            memory = found.confidence.rpartition("; ")[0] or found.confidence
            update |= {"seconds": pace.seconds, "seconds_low": pace.low, "seconds_high": pace.high}
            update["confidence"] = f"{memory}; {pace.basis}"
    found = found.model_copy(update=update)
    return found, list(memory_issues(job, facts, backend, found))


def _earlier_rates(context: Context, backend: str, job: JobConfiguration) -> list[float]:
    """Tokens a second of the workspace's runs of the same backend, model, method and length, the newest first."""
    rates: list[float] = []
    for folder in run_folders(context.workspace)[:_LOOKED_AT]:
        try:
            manifest = read_manifest(folder)
        except UnreadableFile:
            continue
        results = manifest.get("results")
        rate = results.get("tokens_per_second") if isinstance(results, dict) else None
        if isinstance(rate, int | float) and rate > 0 and _alike(manifest, backend, job):
            rates.append(float(rate))
            if len(rates) == _ENOUGH:
                break
    return rates


def _alike(manifest: JsonObject, backend: str, job: JobConfiguration) -> bool:
    earlier = manifest.get("job")
    if manifest.get("backend") != backend or not isinstance(earlier, dict):
        return False
    now = job.model_dump(mode="json")
    return all(value_at(earlier, path) == value_at(now, path) for path in _SAME)


_SAME = (
    "objective",
    "model.base_model",
    "model.architecture",
    "model.size",
    "model.precision",
    "method.type",
    "schedule.batch_size",
    "schedule.sequence_length",
    "optimizations.enabled",
    "hardware.num_gpus",
)
"""What must be the same for a pace to hold."""
