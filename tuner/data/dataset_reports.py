"""The reports of a configuration's datasets. Those of the last files are kept: an editor asks at every change."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.core.job import JobConfiguration
from tuner.data.dataset_files import Identity, exists, identity
from tuner.data.hub_name import HubName
from tuner.data.inspect import Known, inspect_dataset
from tuner.data.line import DatasetUnreadable
from tuner.data.report import DatasetReport

HUB_ROWS = 200
"""Rows of a dataset of the Hub that are looked at before a run; the run reads all of them."""

KEPT = 4

_SETTLED = 2.0
"""Seconds after which a file's time stamp tells of every later change."""

_kept: dict[object, DatasetReport] = {}


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a report depends on."""

    path: Path
    against: Path | None
    files: tuple[Identity, ...]
    kind: DatasetFormat
    objective: Objective
    split: tuple[float, int] | None


def dataset_reports(
    job: JobConfiguration, python: str = ""
) -> tuple[dict[str, DatasetReport], dict[str, DatasetUnreadable]]:
    """Look at ``datasets.training`` and ``datasets.validation`` where they are there.

    Returns:
        The reports, and why there is none, each by "training" and "validation".
    """
    paths = {k: p for k in ("training", "validation") if (p := _there(getattr(job.datasets, k))) is not None}
    reports: dict[str, DatasetReport] = {}
    unreadable: dict[str, DatasetUnreadable] = {}
    known: Known | None = None
    for key, path in paths.items():
        against = paths.get("training") if key == "validation" else None
        split = (job.datasets.validation_fraction, job.seed) if "validation" not in paths else None
        try:
            files = tuple(identity(p) for p in (path, against) if p is not None)
            asked = _Asked(path, against, files, job.datasets.format, job.objective, split)
            kept = _kept.get(asked)
            if kept is not None:
                reports[key] = kept
                continue
            if key == "training" and "validation" in paths:
                known = Known()
            elif against is not None and known is None:
                known = _known(job, against, python)
            report = inspect_dataset(
                path,
                job.datasets.format,
                job.objective,
                learn=known if key == "training" else None,
                against=known if key == "validation" else None,
                split=split,
                python=python,
                limit=_limit(path),
            )
        except DatasetUnreadable as error:
            unreadable[key] = error
            continue
        reports[key] = report
        _keep(asked, report)
    return reports, unreadable


def _there(named: str | None) -> Path | None:
    return Path(named) if named is not None and exists(Path(named)) else None


def _limit(path: Path) -> int | None:
    return HUB_ROWS if HubName.parse(str(path)) is not None else None


def _known(job: JobConfiguration, training: Path, python: str) -> Known:
    """The contents of training rows whose report was kept."""
    known = Known()
    inspect_dataset(training, job.datasets.format, job.objective, learn=known, python=python, limit=_limit(training))
    return known


def _keep(asked: _Asked, report: DatasetReport) -> None:
    newest = max(f.mtime for f in asked.files)
    if time.time() - newest > _SETTLED:
        while len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept), None), None)  # several threads of a screen may be here
        _kept[asked] = report
