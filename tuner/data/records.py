"""The records of a dataset file with their line numbers: JSONL, JSON, CSV, Parquet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

Record = dict[str, object]

_HALF_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_LONGEST_FIELD = 256 * 1024 * 1024
"""Of a CSV, in characters; the csv module's own limit of 128 KiB cuts documents."""

SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".parquet")


class DatasetUnreadable(Exception):
    """The file as a whole cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record, or why there is none. ``number`` is the 1-based line (in JSON and Parquet: the record's place)."""

    number: int
    record: Record | None
    problem: str = ""


def read_lines(path: Path) -> Iterator[Line]:
    """Stream the records of a file; blank lines of a JSONL are passed over.

    Raises:
        DatasetUnreadable: the file cannot be opened, is of an unknown kind, or is broken as a whole.
    """
    reader = {
        ".jsonl": _jsonl,
        ".ndjson": _jsonl,
        ".json": _json,
        ".csv": _csv,
        ".parquet": _parquet,
    }.get(path.suffix.lower())
    if reader is None:
        raise DatasetUnreadable(f"{path}: unknown kind of file {path.suffix!r}; known: {', '.join(SUFFIXES)}")
    try:
        yield from reader(path)
    except OSError as error:
        raise DatasetUnreadable(f"{path}: {error.strerror or error}") from error


def _jsonl(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield _decoded(number, line)


def _decoded(number: int, line: bytes) -> Line:
    try:
        value = json.loads(line)
    except UnicodeDecodeError:
        return Line(number, None, "not UTF-8 text")
    except (ValueError, RecursionError) as error:
        return Line(number, None, f"not valid JSON ({getattr(error, 'msg', error)})")
    return _as_line(number, value, line)


def _as_line(number: int, value: object, source: bytes) -> Line:
    if not isinstance(value, dict):
        return Line(number, None, f"expected an object with keys, found {type(value).__name__}")
    if _HALF_ESCAPE.search(source) and not _is_text(value):
        return Line(number, None, "holds half of a character (one \\ud… escape without its other half)")
    return Line(number, cast(Record, value))  # JSON objects have string keys


def _is_text(value: object) -> bool:
    """Whether no tokenizer could stumble: half a surrogate pair is JSON but no text."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(path: Path) -> Iterator[Line]:
    source = path.read_bytes()
    try:
        value = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise DatasetUnreadable(f"{path}: not valid JSON ({error})") from error
    if isinstance(value, dict):
        value = next((v for v in value.values() if isinstance(v, list)), None)
    if not isinstance(value, list):
        raise DatasetUnreadable(f"{path}: expected a list of records")
    for number, item in enumerate(value, 1):
        yield _as_line(number, item, source)


def _csv(path: Path) -> Iterator[Line]:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_FIELD))
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, strict=True)
        header = None
        while True:
            try:
                header = header or reader.fieldnames
                row = next(reader)
            except StopIteration:
                return
            except UnicodeDecodeError as error:
                raise DatasetUnreadable(f"{path}: not UTF-8 text") from error
            except csv.Error as error:
                if header is None:
                    raise DatasetUnreadable(f"{path}: not valid CSV ({error})") from error
                yield Line(reader.reader.line_num, None, f"not valid CSV ({error})")
                continue
            if None in row or None in row.values():
                yield Line(reader.line_num, None, "has another number of columns than the header")
            else:
                yield Line(reader.line_num, dict(row))


class _ParquetBatch(Protocol):
    def to_pylist(self) -> list[Record]: ...


def _parquet(path: Path) -> Iterator[Line]:
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise DatasetUnreadable(f"{path}: reading Parquet needs pyarrow (pip install pyarrow)") from error
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches():
                for record in cast(_ParquetBatch, batch).to_pylist():  # pyarrow is untyped
                    number += 1
                    yield Line(number, record)
    except ArrowException as error:
        raise DatasetUnreadable(f"{path}: not a valid Parquet file ({error})") from error
