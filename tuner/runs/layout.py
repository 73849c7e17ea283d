"""Where each thing of a run lives (standard library only)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA_VERSION = 1
RUNS_FOLDER = "runs"
CHECKPOINT_NAME = re.compile(r"checkpoint-(\d+)$")
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9]+-[a-z0-9-]+-[0-9a-f]{4}$")


@dataclass(frozen=True, slots=True)
class RunPaths:
    """The files of one run directory."""

    root: Path

    @property
    def run_id(self) -> str:
        return self.root.name

    @property
    def manifest(self) -> Path:
        return self.root / "manifest.json"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def control(self) -> Path:
        return self.root / "control.json"

    @property
    def heartbeat(self) -> Path:
        return self.root / "heartbeat"

    @property
    def job(self) -> Path:
        return self.root / "job.yaml"

    @property
    def payload(self) -> Path:
        return self.root / "payload.json"

    @property
    def launch(self) -> Path:
        return self.root / "launch.json"

    @property
    def events(self) -> Path:
        return self.root / "events.jsonl"

    @property
    def console(self) -> Path:
        return self.root / "console.log"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def final_model(self) -> Path:
        return self.root / "final_model"

    def metric_files(self) -> list[Path]:
        """One file per attempt, oldest first; links (other tools' training_latest.jsonl) are left out."""
        logs = self.logs
        return [logs / name for name in metric_names(str(logs))]


def metric_names(logs: str) -> list[str]:
    """The names of the metric files in a folder of logs, oldest first."""
    try:
        with os.scandir(logs) as entries:
            return sorted(
                e.name
                for e in entries
                if e.name.startswith("training_") and e.name.endswith(".jsonl") and not e.is_symlink()
            )
    except OSError:
        return []


def utc_now() -> str:
    """The time as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def slugify(text: str, limit: int = 32) -> str:
    """Lower-case letters, digits and single dashes; never empty."""
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return slug[:limit].strip("-") or "run"


def new_run_id(kind_or_objective: str, name: str, now: datetime | None = None) -> str:
    """YYYYMMDD-HHMMSS-<objective>-<slug>-<4 random hex>, in UTC; the caller makes sure that it is free."""
    import secrets  # brings hashlib, which a start that only looks would wait for

    stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    return f"{stamp}-{slugify(kind_or_objective).replace('-', '')}-{slugify(name)}-{secrets.token_hex(2)}"


def metric_file_name(now: datetime | None = None) -> str:
    """The name of one attempt's metric file."""
    return f"training_{(now or datetime.now(UTC)).strftime('%Y%m%d_%H%M%S')}.jsonl"


def system_file_name(now: datetime | None = None) -> str:
    """The name of the file that holds one attempt's samples of the machine."""
    return f"system_{(now or datetime.now(UTC)).strftime('%Y%m%d_%H%M%S')}.jsonl"


def checkpoint_step(path: Path) -> int | None:
    """The step in a folder name checkpoint-<step>, else None."""
    match = CHECKPOINT_NAME.fullmatch(path.name)
    return int(match.group(1)) if match else None
