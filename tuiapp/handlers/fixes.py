"""After a run out of memory: what to change in its configuration, and the changed text."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backends.training.memory_issues import need_of
from tuiapp.handlers.configs import run_configuration
from tuiapp.handlers.context import Context
from tuiapp.handlers.token_findings import token_findings
from tuiapp.handlers.train import TrainHandler, TrainPlan, TrainRequest
from tuner.config.load import dump_job, lines_of, parse_job_text
from tuner.config.yaml_edit import set_values
from tuner.core.aliases import real_path
from tuner.core.errors import ConfigurationError
from tuner.core.issues import Severity
from tuner.core.job import JobConfiguration
from tuner.core.memory_fix import Change, propose_fix, with_changes
from tuner.core.out_of_memory import lacked_memory
from tuner.discovery.references import find_run
from tuner.machine.available import available_memory
from tuner.runs.json_file import JsonObject, UnreadableFile
from tuner.runs.manifest_file import read_manifest
from tuner.runs.state_file import read_state


@dataclass(frozen=True, slots=True)
class ProposedFix:
    """The changes and both texts of the configuration; ``diff`` is unified, a line each.

    ``needs`` and ``available`` are bytes, None where not known. ``accepted`` are the warnings that the failed run was
    started with, as "path: message".
    """

    run_id: str
    changes: list[Change]
    before: str
    after: str
    diff: list[str]
    backend: str | None = None
    name: str | None = None
    tags: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    needs: int | None = None
    available: int | None = None

    @property
    def fits(self) -> bool | None:
        """Whether it should fit, by the estimate; None where that is not known."""
        return None if self.needs is None or self.available is None else self.needs <= self.available

    def as_dict(self) -> dict[str, object]:
        """The object of `runs fix`."""
        return {
            "run_id": self.run_id,
            "changes": [c.as_dict() for c in self.changes],
            "diff": self.diff,
            "before": self.before,
            "after": self.after,
            "needs_bytes": self.needs,
            "available_bytes": self.available,
            "fits": self.fits,
        }


def proposed_fix(context: Context, run_id: str) -> ProposedFix | None:
    """What would let the run fit into memory; None where it did not run out of it, or nothing is left to change.

    Raises:
        DiscoveryError: there is no such run.
        ConfigurationError: its configuration cannot be read.
    """
    run_dir = find_run(context.workspace, run_id)
    if not ran_out_of_memory(run_dir):
        return None
    manifest = _manifest(run_dir)
    text, backend_name = run_configuration(run_dir)
    plan = TrainHandler(context).plan(TrainRequest(text, backend_name))
    job = plan.job or parse_job_text(text).job
    if job is None:
        raise ConfigurationError(
            f"{run_dir.name}: its configuration is not valid any more", hint="mend job.yaml, or write a new one"
        )
    backend = context.backends.get(plan.backend)
    need, available = need_of(backend, plan.facts), _available(plan, job, manifest)
    changes = propose_fix(
        job,
        plan.facts,
        can=backend.capabilities(job.model.base_model),
        need=need,
        available=available,
        truncated=_truncated(context, plan, job),
    )
    if not changes:
        return None
    after = changed_text(text, changes)
    return ProposedFix(
        run_dir.name,
        changes,
        text,
        after,
        list(difflib.unified_diff(text.splitlines(), after.splitlines(), "before", "after", lineterm="")),
        plan.backend,
        _word(manifest.get("name")),
        _words(manifest.get("tags")),
        _words(manifest.get("accepted_warnings")),
        need(with_changes(job, changes)),
        available,
    )


def ran_out_of_memory(run_dir: Path) -> bool:
    """Whether that is what the run failed of, as far as its state can be read."""
    try:
        return lacked_memory(read_state(run_dir).error)
    except UnreadableFile:
        return False


def changed_text(text: str, changes: Sequence[Change]) -> str:
    """The text with the changes made where the values stand, comments and order kept.

    A text that cannot be changed in its place (values by YAML aliases) is written anew from what it says.
    """
    written = {real_path(path): path for path in lines_of(text)}
    try:
        return set_values(text, {tuple(written.get(c.path, c.path).split(".")): c.after for c in changes})
    except ConfigurationError:
        job = parse_job_text(text).job
        if job is None:
            raise
        return dump_job(with_changes(job, list(changes)), sparse=True)


def start_fix(context: Context, fix: ProposedFix, accept: Sequence[str] = ()) -> Path:
    """Start the changed configuration as a new run; warnings that the failed run was started with are accepted again.

    Raises:
        ConfigurationError: a warning is new, and not in ``accept``.
        BackendError: this machine cannot run it.
    """
    handler = TrainHandler(context)
    plan = handler.plan(TrainRequest(fix.after, fix.backend, name=fix.name, tags=fix.tags))
    again = {i.code for i in plan.issues if i.severity is Severity.WARNING and f"{i.path}: {i.message}" in fix.accepted}
    run_dir = handler.submit(plan, [*accept, *again])
    handler.start(run_dir)
    return run_dir


def _truncated(context: Context, plan: TrainPlan, job: JobConfiguration) -> Callable[[int], int | None]:
    def rows(length: int) -> int | None:
        shorter = with_changes(job, [Change("schedule.sequence_length", None, length, "")])
        return token_findings(context.workspace, shorter, plan.reports, plan.facts)[1].get("truncated_rows")

    return rows


def _available(plan: TrainPlan, job: JobConfiguration, manifest: JsonObject) -> int | None:
    """What the failed run's GPUs have, as it wrote down; else what is free now."""
    hardware = manifest.get("hardware")
    gpus = hardware.get("gpus") if isinstance(hardware, dict) else None
    if plan.backend == "rtx" and isinstance(gpus, list):
        memory = [m for g in gpus if isinstance(g, dict) and isinstance(m := g.get("memory"), int)]
        if memory:
            return min(memory)
    return plan.estimate.available_bytes or available_memory("cuda" if plan.backend == "rtx" else "cpu")


def _manifest(run_dir: Path) -> JsonObject:
    try:
        return read_manifest(run_dir)
    except UnreadableFile:
        return {}


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _words(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []
