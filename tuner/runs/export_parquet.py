"""Metrics as Parquet, a row group a run: null where a run has no value at a step, NaN where it logged NaN."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from tuner.runs.export_library import needs
from tuner.runs.export_table import ExportTable, run_column


def write_parquet(out: BinaryIO, tables: Sequence[ExportTable], names: Sequence[str]) -> None:
    """Columns ``run`` (where there are several), ``step`` (int64) and the metrics (float64), zstd-compressed.

    Raises:
        BackendError: pyarrow is not installed.
    """
    with needs("pyarrow"):
        import pyarrow as pa
        import pyarrow.parquet as pq

    several = len(tables) > 1
    run = [pa.field(run_column(names), pa.dictionary(pa.int32(), pa.string()), nullable=False)] if several else []
    step = pa.field("step", pa.int64(), nullable=False)
    schema = pa.schema([*run, step, *(pa.field(n, pa.float64()) for n in names)])
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for table in tables:
            count = len(table.steps)
            arrays = [pa.array([table.run_id] * count).dictionary_encode().cast(run[0].type)] if several else []
            arrays.append(pa.array(table.steps))
            for name in names:
                column = table.column(name)
                if column is None:
                    arrays.append(pa.nulls(count, pa.float64()))
                else:
                    arrays.append(pa.array(column.values, mask=~column.present, from_pandas=False))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
