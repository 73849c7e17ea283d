"""Comparing runs, and writing their metrics to files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from tuiapp.handlers.context import Context
from tuner.core.errors import ConfigurationError
from tuner.core.views import FINAL_STEP
from tuner.discovery.references import find_folder, ranked_checkpoints
from tuner.discovery.run_folders import RunFolder
from tuner.discovery.summaries import summarise_folder
from tuner.runs.compare import ComparedRun, Comparison, compare, distinct_labels
from tuner.runs.export import ExportedRun, Format, Shape, format_of, write_export
from tuner.runs.export_file import check_free, whole_file
from tuner.runs.export_table import chosen
from tuner.runs.metric_reader import MetricReader
from tuner.runs.metrics_view import MetricsView

_DRAWN = re.compile(r"^(eval_)?loss$|exact_match|rewards/(margins|accuracies)$|token_accuracy|^kl$")
"""What a picture shows where no metric is asked for; all metrics where there is none of these."""


class CompareHandler:
    """Reads only, but for the file that an export writes."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def compare(self, references: Sequence[str], metric: str | None = None) -> Comparison:
        """Compare runs with the first of them; ``metric`` is a regular expression that keeps the metrics it fits.

        Raises:
            ConfigurationError: fewer than two runs, the same one twice, or no regular expression.
            DiscoveryError: there is no such run.
        """
        if len(references) < 2:
            raise ConfigurationError("one run alone cannot be compared", hint="name another: tuner runs compare A B")
        pattern = _pattern(metric)
        folders = self._folders(references)
        summaries = [summarise_folder(f) for f in folders]
        labels = distinct_labels([(s.id, s.name) for s in summaries])
        runs = [
            ComparedRun(s.id, s.name, f.path, label, f.source, s.state)
            for s, f, label in zip(summaries, folders, labels, strict=True)
        ]
        return compare(runs, [_metrics(f) for f in folders], pattern)

    def export(
        self,
        references: Sequence[str],
        target: Path,
        *,
        metric: str | None = None,
        shape: Shape | None = None,
        force: bool = False,
    ) -> Path:
        """Write runs' metrics to a file whose suffix says the format; it appears whole, or not at all.

        Returns:
            The file's absolute path; a relative one is taken from the current folder.

        Raises:
            ConfigurationError: the file is there and ``force`` is not asked for, or the request makes no sense.
            DiscoveryError: there is no such run.
            BackendError: a library is missing (MISSING_LIBRARY).
        """
        path = target.expanduser().absolute()
        kind = format_of(path)
        check_free(path, replace=force)  # before much is read
        runs, names = self._exported(references, metric, kind)
        with whole_file(path, replace=force) as file:
            write_export(file, runs, names, kind, shape)
        return path

    def write(
        self,
        references: Sequence[str],
        out: BinaryIO,
        kind: Format,
        *,
        metric: str | None = None,
        shape: Shape | None = None,
    ) -> None:
        """Write runs' metrics to a stream; raises as `export` does."""
        runs, names = self._exported(references, metric, kind)
        write_export(out, runs, names, kind, shape)

    def _exported(
        self, references: Sequence[str], metric: str | None, kind: Format
    ) -> tuple[list[ExportedRun], list[str]]:
        pattern = _pattern(metric)
        folders = self._folders(references)
        views = [_metrics(f) for f in folders]
        names = chosen(views, pattern)
        if not names and pattern is not None:
            known = ", ".join(chosen(views, None)[:12])
            raise ConfigurationError(f"no metric fits {metric!r}", hint=f"there are {known}" if known else "")
        if kind.is_picture and pattern is None:
            names = [n for n in names if _DRAWN.search(n)] or names
        summaries = [summarise_folder(f) for f in folders]
        labels = distinct_labels([(s.id, s.name) for s in summaries])
        bests = [_best_step(f, v) if kind.is_picture else None for f, v in zip(folders, views, strict=True)]
        runs = [
            ExportedRun(label, view, best, id=folder.id)
            for label, view, best, folder in zip(labels, views, bests, folders, strict=True)
        ]
        return runs, names

    def _folders(self, references: Sequence[str]) -> list[RunFolder]:
        folders = [find_folder(self.context.workspace, r) for r in references]
        for folder in folders:
            if folders.count(folder) > 1:
                raise ConfigurationError(f"{folder.id} is named twice", hint="name each run once")
        return folders


def _metrics(folder: RunFolder) -> MetricsView:
    reader = MetricReader(folder.path)
    reader.refresh()
    return reader.view()


def _best_step(folder: RunFolder, view: MetricsView) -> int | None:
    best = next((c.info.step for c in ranked_checkpoints(folder.path) if c.is_best), None)
    return view.last_step if best == FINAL_STEP else best


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ConfigurationError(
            f"{text!r} is no regular expression: {error}", hint="e.g. 'loss' or '^eval_'"
        ) from error
