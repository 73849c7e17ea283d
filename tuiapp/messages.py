"""What workers tell the screen. Each is small and whole: the receiver needs to read nothing more.

They are never compared or printed, so nothing is generated for that: it would be paid for at every start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from textual.theme import Theme

    from tuiapp.handlers.checkpoint_rows import CheckpointRow
    from tuiapp.handlers.train import TrainPlan
    from tuiapp.handlers.upload import UploadPlan
    from tuiapp.screens.chooser.sources import Source
    from tuiapp.screens.reading.overlay import OverlayRun
    from tuiapp.widgets.machine_facts import Fact
    from tuner.runs.log_places import Timeline
    from tuner.runs.log_reader import LogPage, LogReader
    from tuner.runs.log_search import ErrorSearch
    from tuner.runs.metrics_view import MetricsView
    from tuner.runs.summary import RunSummary


@dataclass(eq=False, repr=False)
class RunsListed(Message):
    """The runs of the workspace, newest first; some of them changed."""

    runs: Sequence[RunSummary]


@dataclass(eq=False, repr=False)
class MetricsRead(Message):
    """The watched run's metrics as far as they are read, and how many lines were not rows."""

    run_id: str
    view: MetricsView
    skipped: int


@dataclass(eq=False, repr=False)
class LogRead(Message):
    """The watched run's log: ``page`` is its end, inert. ``timeline`` gives the metric rows' steps and times."""

    run_id: str
    log: LogReader
    errors: ErrorSearch
    page: LogPage
    timeline: Timeline


@dataclass(eq=False, repr=False)
class ConfigurationRead(Message):
    """The watched run's configuration, inert; "" where it has none. ``name`` is the file's: other tools have others."""

    run_id: str
    text: str
    name: str = "job.yaml"


@dataclass(eq=False, repr=False)
class CheckpointsChanged(Message):
    """The watched run has other checkpoints, or other scores: they are to be ranked again."""

    run_id: str


@dataclass(eq=False, repr=False)
class CheckpointsRanked(Message):
    """The watched run's checkpoints with their scores."""

    run_id: str
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class AroundRead(Message):
    """How the machine stands, as the header says it. ``trainers``: run id → whether its trainer lives, where this is
    the machine it was started on."""

    facts: Sequence[Fact]
    gpu_percent: float | None
    trainers: Mapping[str, bool]


@dataclass(eq=False, repr=False)
class ThemesRead(Message):
    """The user's own themes, and what is wrong with those that cannot be read."""

    themes: Sequence[Theme]
    problems: Sequence[str]


@dataclass(eq=False, repr=False)
class SourcesListed(Message):
    """What a new run may start from, and what is hidden and why."""

    sources: Sequence[Source]
    notes: Sequence[str]


@dataclass(eq=False, repr=False)
class PlanMade(Message):
    """What validation says of a text. ``plan`` is None where the request itself was refused (``problem`` says why)."""

    text: str
    plan: TrainPlan | None
    problem: str = ""


@dataclass(eq=False, repr=False)
class OverlayRead(Message):
    """The marked runs with their metrics, in the order in which they were marked."""

    runs: Sequence[OverlayRun]


@dataclass(eq=False, repr=False)
class RunStarted(Message):
    """A new run is on disk and its supervisor is started."""

    run_id: str


@dataclass(eq=False, repr=False)
class PublishPlanned(Message):
    """What publishing would do."""

    plan: UploadPlan


@dataclass(eq=False, repr=False)
class Published(Message):
    """A checkpoint was published."""

    label: str
    target: Path


@dataclass(eq=False, repr=False)
class DeletionPlanned(Message):
    """Runs are to be deleted; ``unpublished`` names those with checkpoints of which nothing was published."""

    runs: Sequence[RunSummary]
    unpublished: Sequence[str]


@dataclass(eq=False, repr=False)
class Undoable(Message):
    """Runs were deleted (``trash``) or archived, and can be brought back."""

    runs: Sequence[RunSummary]
    trash: bool


@dataclass(eq=False, repr=False)
class Exported(Message):
    """Metrics were written to a file of so many bytes."""

    path: Path
    bytes: int


@dataclass(eq=False, repr=False)
class ExportTaken(Message):
    """The file to export to is there already."""

    path: Path


@dataclass(eq=False, repr=False)
class Adopted(Message):
    """Another tool's run was made one of ours, with this id."""

    run_id: str


@dataclass(eq=False, repr=False)
class Told(Message):
    """Something was done."""

    text: str


@dataclass(eq=False, repr=False)
class Refused(Message):
    """Something could not be done: what happened and what to do next."""

    text: str
    hint: str = ""
