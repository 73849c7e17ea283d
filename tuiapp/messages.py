"""What workers tell the screen. Each is small and whole: the receiver needs to read nothing more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tuiapp.handlers.train import TrainPlan
    from tuiapp.handlers.upload import UploadPlan
    from tuiapp.screens.chooser.sources import Source
    from tuiapp.screens.reading.checkpoint_rows import CheckpointRow
    from tuiapp.screens.reading.series_store import Series
    from tuner.runs.summary import RunSummary


@dataclass
class RunsListed(Message):
    """The runs of the workspace, newest first; some of them changed."""

    runs: Sequence[RunSummary]


@dataclass
class MetricsRead(Message):
    """The watched run's metrics. ``newest`` is when the newest row was written, in seconds since the epoch."""

    run_id: str
    series: Mapping[str, Series]
    newest: float | None
    skipped: int


@dataclass
class LogRead(Message):
    """The end of the watched run's log, inert."""

    run_id: str
    lines: Sequence[str]


@dataclass
class ConfigurationRead(Message):
    """The watched run's configuration, inert; "" where it has none."""

    run_id: str
    text: str


@dataclass
class CheckpointsChanged(Message):
    """The watched run has other checkpoints, or other scores: they are to be ranked again."""

    run_id: str


@dataclass
class CheckpointsRanked(Message):
    """The watched run's checkpoints with their scores."""

    run_id: str
    rows: Sequence[CheckpointRow]


@dataclass
class DiskRead(Message):
    """Bytes free on the workspace's disk."""

    free: int


@dataclass
class SourcesListed(Message):
    """What a new run may start from, and what is hidden and why."""

    sources: Sequence[Source]
    notes: Sequence[str]


@dataclass
class PlanMade(Message):
    """What validation says of a text. ``plan`` is None where the request itself was refused (``problem`` says why)."""

    text: str
    plan: TrainPlan | None
    problem: str = ""


@dataclass
class RunStarted(Message):
    """A new run is on disk and its supervisor is started."""

    run_id: str


@dataclass
class PublishPlanned(Message):
    """What publishing would do."""

    plan: UploadPlan


@dataclass
class Published(Message):
    """A checkpoint was published."""

    label: str
    target: Path


@dataclass
class Told(Message):
    """Something was done."""

    text: str


@dataclass
class Refused(Message):
    """Something could not be done: what happened and what to do next."""

    text: str
    hint: str = ""
