"""Runs' metrics written to a file or a stream, in the format that the file's suffix says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from tuner.core.errors import ConfigurationError
from tuner.runs.export_chart import ChartRequest, ChartRun, write_chart
from tuner.runs.export_table import column_names, table_of
from tuner.runs.export_text import write_csv, write_json, write_jsonl
from tuner.runs.series import XAxis


class Format(StrEnum):
    """The value is the suffix."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    PARQUET = "parquet"
    PNG = "png"
    SVG = "svg"

    @property
    def is_picture(self) -> bool:
        return self in {Format.PNG, Format.SVG}


@dataclass(frozen=True, slots=True)
class ExportedRun(ChartRun):
    """A run to export: `ChartRun` with the id that tables name it by."""

    id: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """How it is written. Smoothing (0 to below 1) and a logarithmic y are for pictures."""

    axis: XAxis = XAxis.STEP
    smoothing: float = 0.0
    log_y: bool = False
    title: str = ""


def format_of(path: Path) -> Format:
    """The format that a file's suffix says.

    Raises:
        ConfigurationError: it says none.
    """
    suffix = path.suffix.lower().lstrip(".")
    if suffix not in set(Format):
        raise ConfigurationError(
            f"{path.name!r} does not say what to write", hint=f"end it in {', '.join(f'.{f}' for f in Format)}"
        )
    return Format(suffix)


def write_export(
    out: BinaryIO, runs: Sequence[ExportedRun], names: Sequence[str], kind: Format, shape: Shape | None = None
) -> None:
    """Write the named metrics of the runs.

    Raises:
        BackendError: a library is missing (MISSING_LIBRARY).
        ConfigurationError: there is nothing to write, or what is asked for does not go together.
    """
    asked = shape or Shape()
    if not names:
        raise ConfigurationError("no metric to export", hint="see what there is: tuner runs metrics ID")
    if kind.is_picture:
        request = ChartRequest(names, asked.axis, asked.smoothing, asked.log_y, asked.title)
        write_chart(out, runs, request, kind.value)
        return
    if asked.smoothing or asked.log_y:
        raise ConfigurationError(
            f"smoothing and a logarithmic y are for pictures; {kind.value} holds the values as they were logged",
            hint="leave out --smooth and --log-y, or write .png or .svg",
        )
    tables = [table_of(r.id, r.view, names, asked.axis) for r in runs]
    columns = column_names(names, asked.axis)
    if kind is Format.PARQUET:
        from tuner.runs.export_parquet import write_parquet

        write_parquet(out, tables, columns)
    else:
        writers = {Format.CSV: write_csv, Format.JSON: write_json, Format.JSONL: write_jsonl}
        writers[kind](out, tables, columns)
