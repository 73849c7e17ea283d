"""Publishing a checkpoint: plan first, then do it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.core.errors import ConfigurationError, ErrorCode, ValidationError
from tuner.core.interfaces import IHandler
from tuner.discovery.read_only import refuse_foreign
from tuner.discovery.references import RankedCheckpoint, find_checkpoint, run_folders
from tuner.jobs.finalize import folder_sha256
from tuner.publishing.card import TestResult, model_card
from tuner.publishing.folder_target import publish_folder
from tuner.publishing.plan import CARD, MARKER, PlannedFile, adapter_files, check_target, parse_target, plan_files
from tuner.runs.checkpoint_marker import is_complete
from tuner.runs.events import append_event
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import slugify, utc_now
from tuner.runs.manifest_file import patch_manifest, read_manifest
from tuner.runs.summary import summarise


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """RUN[@STEP|@best|@final] and where to; ``target`` None: below the setting publishing.target."""

    reference: str
    target: str | None = None
    save_method: str = "lora"


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """What would be published."""

    run_dir: Path
    checkpoint: RankedCheckpoint
    why: str
    target: Path
    files: list[PlannedFile]
    card: str

    @property
    def run_id(self) -> str:
        return self.run_dir.name

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.files)

    @property
    def label(self) -> str:
        return "final_model" if self.checkpoint.info.is_final else f"checkpoint-{self.checkpoint.info.step}"

    def as_dict(self) -> dict[str, object]:
        """The object of `upload --dry-run`."""
        return {
            "run_id": self.run_id,
            "step": self.checkpoint.info.step,
            "why": self.why,
            "target": f"dir:{self.target}",
            "bytes": self.bytes,
            "files": [{"name": f.name, "bytes": f.bytes, "overwrites": f.overwrites} for f in self.files],
        }


class UploadHandler(IHandler):
    """``plan`` writes nothing; ``publish`` writes all or nothing."""

    def __init__(self, context: Context, request: UploadRequest | None = None) -> None:
        self.context = context
        self.request = request

    @property
    def name(self) -> str:
        return "upload"

    def can_handle_direct_mode(self) -> bool:
        return self.request is not None

    def handle(self) -> int:
        if self.request is None:
            raise ConfigurationError("nothing was asked to be published", hint="give an UploadRequest")
        self.publish(self.plan(self.request))
        return 0

    def plan(self, request: UploadRequest) -> UploadPlan:
        """Choose the checkpoint and list what would go where.

        Raises:
            DiscoveryError: no such run or checkpoint.
            ConfigurationError: the target cannot be used, the save method is not built yet, or the run is not
                ours.
            ValidationError: the checkpoint is not a whole adapter.
        """
        if request.save_method != "lora":
            raise ConfigurationError(
                f"save method {request.save_method} is not built yet",
                hint="use --save-method lora: the adapter as it is",
            )
        run_dir, checkpoint = find_checkpoint(self.context.workspace, request.reference)
        refuse_foreign(self.context.workspace, run_dir)
        manifest = _manifest(run_dir)
        target = self._target(request, str(manifest.get("name") or run_dir.name))
        check_target(target)
        sources = adapter_files(checkpoint.info.path)
        tests = self._tests(run_dir.name, checkpoint.info.step)
        card = model_card(str(manifest.get("name") or run_dir.name), manifest, checkpoint.info, checkpoint.why, tests)
        fresh = {CARD: card.encode(), MARKER: b""}
        files = plan_files(sources, fresh, target)
        return UploadPlan(run_dir, checkpoint, checkpoint.why, target, files, card)

    def publish(self, plan: UploadPlan) -> Path:
        """Write the plan's files, then record it in the run.

        Raises:
            ConfigurationError: the target cannot be written.
            ValidationError: the checkpoint changed since it was saved.
        """
        if not is_complete(plan.checkpoint.info.path):
            raise ValidationError(
                f"{plan.checkpoint.info.path} is not whole any more",
                code=ErrorCode.CHECKPOINT_NOT_FOUND,
                hint="choose another checkpoint",
            )
        sources = [f.source for f in plan.files if f.source is not None]
        record: dict[str, object] = {
            "run_id": plan.run_id,
            "step": plan.checkpoint.info.step,
            "why": plan.why,
            "published": utc_now(),
            "files": {p.name: folder_sha256(p) for p in sources},
        }
        marker = (json.dumps(record, indent=2) + "\n").encode()
        publish_folder(plan.target, sources, {CARD: plan.card.encode(), MARKER: marker})
        append_event(
            plan.run_dir,
            "published",
            f"published {plan.label} to {plan.target}",
            {"target": f"dir:{plan.target}", "step": plan.checkpoint.info.step},
        )
        patch_manifest(plan.run_dir, {"published": {"target": f"dir:{plan.target}", **record}})
        return plan.target

    def result(self, plan: UploadPlan, published: Path) -> dict[str, object]:
        """The object of `upload`: the run as it then is, with where it was published."""
        summary = summarise(plan.run_dir)
        return {
            "run_id": summary.id,
            **summary.as_dict(),
            "published": str(published),
            "published_step": plan.checkpoint.info.step,
        }

    def _target(self, request: UploadRequest, name: str) -> Path:
        if request.target is not None:
            return self.context.workspace.resolve(parse_target(request.target))
        base = parse_target(self.context.settings.publishing.target)
        return self.context.workspace.resolve(base) / slugify(name, 64)

    def _tests(self, run_id: str, step: int) -> Sequence[TestResult]:
        """What scoring runs in this workspace found for that very checkpoint."""
        found = []
        for folder in run_folders(self.context.workspace):
            try:
                manifest = read_manifest(folder)
            except UnreadableFile:
                continue  # the run list tells of it
            if manifest.get("evaluated") != {"run_id": run_id, "step": step} or manifest.get("state") != "succeeded":
                continue
            results, dataset = manifest.get("results"), manifest.get("dataset")
            if isinstance(results, dict) and isinstance(results.get("total"), int) and isinstance(dataset, dict):
                found.append(
                    TestResult(Path(str(dataset.get("path"))).name, int(results["passed"]), int(results["total"]))
                )
        return found


def _manifest(run_dir: Path) -> dict[str, object]:
    try:
        return read_manifest(run_dir)
    except UnreadableFile as error:
        raise ConfigurationError(str(error), hint="restore the manifest, or choose another run") from error
