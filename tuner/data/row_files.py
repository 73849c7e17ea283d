"""Writing records as JSONL, JSON, CSV or Parquet, one after the other.

CSV has no lists and Parquet no objects of any shape, so there tools and the arguments of calls are JSON text, in a CSV
the turns too; the readers take them back.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TextIO

from tuner.core.enums import DatasetFormat
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.data.line import Record

WRITABLE = (".jsonl", ".json", ".csv", ".parquet")

COLUMNS: dict[DatasetFormat, list[str]] = {
    DatasetFormat.TEXT: ["text"],
    DatasetFormat.MESSAGES: ["messages", "tools"],
    DatasetFormat.CONVERSATIONS: ["conversations", "tools"],
    DatasetFormat.PROMPT_COMPLETION: ["prompt", "completion", "tools"],
    DatasetFormat.ALPACA: ["instruction", "input", "output", "system", "history"],
    DatasetFormat.PREFERENCE: ["prompt", "chosen", "rejected", "tools"],
    DatasetFormat.LABELLED: ["prompt", "completion", "label", "tools"],
}
"""All that records of a format may have."""

_BATCH = 1024


def check_suffix(path: Path) -> str:
    """The suffix that says what is written.

    Raises:
        ConfigurationError: it is none that can be.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise ConfigurationError(
            f"{path}: a dataset cannot be written as {suffix or 'a file without a suffix'}",
            hint=f"end the name in {', '.join(WRITABLE)}",
        )
    return suffix


def write_records(out: BinaryIO, records: Iterable[Record], kind: DatasetFormat, suffix: str) -> None:
    """Write all records.

    Raises:
        BackendError: Parquet without pyarrow (code MISSING_LIBRARY).
    """
    if suffix == ".parquet":
        _write_parquet(out, records, kind)
        return
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    if suffix == ".csv":
        _write_csv(text, records, kind)
    elif suffix == ".json":
        text.write("[")
        for i, record in enumerate(records):
            text.write(f"{',' if i else ''}\n{_json(record)}")
        text.write("\n]\n")
    else:
        for record in records:
            text.write(f"{_json(record)}\n")
    text.detach()  # flushes, and leaves the file open to its owner


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _write_csv(text: TextIO, records: Iterable[Record], kind: DatasetFormat) -> None:
    columns = COLUMNS[kind]
    writer = csv.writer(text)
    writer.writerow(columns)
    for record in records:
        writer.writerow([_cell(record.get(column)) for column in columns])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else _json(value)


def _write_parquet(out: BinaryIO, records: Iterable[Record], kind: DatasetFormat) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise BackendError(
            "writing Parquet needs pyarrow", code=ErrorCode.MISSING_LIBRARY, hint="pip install pyarrow"
        ) from error
    text = pa.string()
    function = pa.struct([("name", text), ("arguments", text)])
    calls = pa.list_(pa.struct([("id", text), ("type", text), ("function", function)]))
    names = ("from", "value") if kind is DatasetFormat.CONVERSATIONS else ("role", "content")
    extras = ("name", "tool_call_id", "reasoning", "reasoning_content", "thinking")
    turns = pa.list_(pa.struct([*((name, text) for name in (*names, *extras)), ("tool_calls", calls)]))
    types = {"label": pa.bool_(), "history": pa.list_(pa.list_(text))}
    lists = {"messages", "conversations", "chosen", "rejected", "prompt", "completion"}
    schema = pa.schema([(c, types.get(c, turns if c in lists else text)) for c in COLUMNS[kind]])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(records):
            writer.write_table(pa.Table.from_pylist([_for_parquet(record) for record in batch], schema=schema))


def _batches(records: Iterable[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _for_parquet(record: Record) -> Record:
    return {
        key: (_json(value) if key == "tools" and not isinstance(value, str) else _arguments_as_text(value))
        for key, value in record.items()
    }


def _arguments_as_text(value: object) -> object:
    if isinstance(value, list):
        return [_arguments_as_text(each) for each in value]
    if isinstance(value, dict):
        return {k: _json(v) if k == "arguments" else _arguments_as_text(v) for k, v in value.items()}
    return value
