"""Training runs in a folder: ours, and the layouts of other tools."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tuner.core.interfaces import IDiscoveryService
from tuner.discovery.checkpoints import find_checkpoints
from tuner.discovery.foreign_layouts import STAMP, SYNAPTIC_OUTPUT, foreign_runs, is_mlx
from tuner.discovery.foreign_summary import objective_by_metrics
from tuner.discovery.repo_root import find_repo_root
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.layout import RUN_ID, RUNS_FOLDER
from tuner.runs.manifest_file import read_manifest
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_reader import read_history


class TrainingRunDiscovery(IDiscoveryService):
    """Finds run folders below ``repo_root`` (default: found from the current folder).

    ``diagnostics`` says, after a discover, what could not be read and why.
    """

    def __init__(self, repo_root: Path | str | None = None) -> None:
        self.repo_root = Path(repo_root) if repo_root is not None else find_repo_root()
        self.diagnostics: list[str] = []

    def discover(
        self, trainer_type: str | None = None, limit: int = 10, include_incomplete: bool = False
    ) -> list[Path]:
        """Run folders, newest first.

        Args:
            trainer_type: "sft", "kto", "dpo", "pretrain", "mlx" …; None for all.
            limit: at most this many; 0 for all.
            include_incomplete: also runs with neither final_model nor a checkpoint.
        """
        self.diagnostics = []
        found = [
            (stamp, path)
            for stamp, path, kind in (*self._ours(), *self._synaptic(), *self._foreign())
            if trainer_type is None or trainer_type == (kind or _kind_by_metrics(path))
        ]
        found = list({path: (stamp, path) for stamp, path in reversed(found)}.values())
        found.sort(reverse=True)
        kept = (path for _, path in found if include_incomplete or find_checkpoints(path, history=MetricHistory()))
        return [path for path, _ in zip(kept, range(limit or len(found)), strict=False)]

    def _ours(self) -> Iterator[tuple[str, Path, str]]:
        for path in _folders(self.repo_root / RUNS_FOLDER):
            if not RUN_ID.fullmatch(path.name):
                continue
            try:
                manifest = read_manifest(path)
            except UnreadableFile as error:
                self.diagnostics.append(str(error))
                continue
            if manifest.get("kind") == "train":
                trainer = "mlx" if manifest.get("backend") == "mac" else str(manifest.get("objective"))
                yield path.name[:15].replace("-", "_"), path, trainer

    def _synaptic(self) -> Iterator[tuple[str, Path, str]]:
        """Trainers/rtx3090_{m}/{m}_output_rtx3090/<stamp>/ and Trainers/{m}/{m}_output/<stamp>/ (its MLX one too)."""
        for trainer in _folders(self.repo_root / "Trainers"):
            for output in _folders(trainer):
                match = SYNAPTIC_OUTPUT.fullmatch(output.name)
                if not match:
                    continue
                for path in _folders(output):
                    if STAMP.fullmatch(path.name):
                        yield path.name, path, self._synaptic_kind(path, match.group(1))

    def _foreign(self) -> Iterator[tuple[str, Path, str | None]]:
        for path, _ in foreign_runs(self.repo_root, self.diagnostics):
            if self._is_synaptic(path):
                continue  # found by its place, which says more
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield changed.strftime("%Y%m%d_%H%M%S"), path, "mlx" if is_mlx(path) else None

    def _is_synaptic(self, path: Path) -> bool:
        fits = STAMP.fullmatch(path.name) and SYNAPTIC_OUTPUT.fullmatch(path.parent.name)
        return fits is not None and path.parents[2:3] == (self.repo_root / "Trainers",)

    def _synaptic_kind(self, path: Path, from_name: str) -> str:
        lineage = path / "training_lineage.json"
        if not lineage.exists():
            return from_name
        try:
            return str(read_object(lineage).get("training_type") or from_name).lower()
        except UnreadableFile as error:
            self.diagnostics.append(str(error))
            return from_name


def _kind_by_metrics(path: Path) -> str:
    return objective_by_metrics(read_history(path)) or "sft"


def _folders(parent: Path) -> list[Path]:
    try:
        return [p for p in parent.iterdir() if p.is_dir() and not p.is_symlink()]
    except OSError:
        return []
