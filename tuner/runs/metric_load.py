"""A long file of metrics into a history, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tuner.runs.epoch_summary import epoch_summary
from tuner.runs.float_buffer import buffer_of
from tuner.runs.metric_block import Block, BlockParser
from tuner.runs.metric_column import ColumnBlock
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow, parse_json_line, row_from

_MOST_ATTEMPTS = 8
"""Steps that go back within one block; where there are more, rows are added one by one."""
_FIRST_LINES = 20

Whole = npt.NDArray[np.intp]


def load(history: MetricHistory, blocks: Iterator[bytes], size: int) -> int:
    """Add all rows of blocks of whole lines.

    Args:
        history: one that merges rows.
        size: bytes of all blocks together, to make room at once.

    Returns:
        How many lines were no rows.
    """
    parser, skipped, seen, before = BlockParser(), 0, 0, len(history)
    for lines in blocks:
        if not seen:
            parser.learn(parse_json_line(line) for line in lines.split(b"\n", _FIRST_LINES)[:-1])
        block = parser.parse(lines)
        if block is None or not _append(history, block):
            skipped += _add_lines(history, parser, lines)
        if not seen and len(lines) < size:
            rows = max(0, len(history) - before)
            history.reserve(before + int(rows * size / len(lines) * 1.02))
        seen += len(lines)
    return skipped


def _add_lines(history: MetricHistory, parser: BlockParser, lines: bytes) -> int:
    """Add rows one by one; what they are like is learnt for the next block."""
    skipped = 0
    decoded = []
    for line in lines.split(b"\n"):
        value = parse_json_line(line) if line else None
        row = (row_from(value) or epoch_summary(line, history)) if isinstance(value, dict) else None
        if row is None:
            skipped += bool(line.strip())
            continue
        decoded.append(value)
        history.add(row)
    parser.learn(decoded)
    return skipped


def _append(history: MetricHistory, block: Block) -> bool:
    """Add the rows of a block; False, with nothing done, where that is better done one by one."""
    falls = np.flatnonzero(block.steps[1:] < block.steps[:-1]) + 1
    if len(falls) > _MOST_ATTEMPTS:
        return False
    for start, stop in zip([0, *falls.tolist()], [*falls.tolist(), len(block.steps)], strict=True):
        start += _merge_into_last(history, block, start, stop)
        if start < stop:
            _append_rising(history, block, start, stop)
    return True


def _merge_into_last(history: MetricHistory, block: Block, start: int, stop: int) -> int:
    """Add the rows at the front that belong to the step which the history ends with.

    Returns:
        How many there are.
    """
    last = history.last_step
    count = 0
    while last is not None and start + count < stop and block.steps[start + count] == last:
        row = start + count
        values = {
            name: float(column[row])
            for name, column in block.columns.items()
            if name not in block.holes or not block.holes[name][row]
        }
        history.add(MetricRow(last, values))
        count += 1
    return count


def _append_rising(history: MetricHistory, block: Block, start: int, stop: int) -> None:
    """Add rows whose steps never fall; rows of the same step are merged key by key."""
    steps = block.steps[start:stop]
    rises = steps[1:] > steps[:-1]
    row_of = None if rises.all() else np.concatenate(([0], np.cumsum(rises)))
    first = history.rows_before(steps[0])
    columns = {}
    for name, values in block.columns.items():
        holes = block.holes.get(name)
        found = _column(values[start:stop], holes[start:stop] if holes is not None else None, row_of, first)
        if found is not None:
            columns[name] = found
    if row_of is not None:
        steps = steps[np.concatenate(([True], rises))]
    history.append(buffer_of(steps), columns)


def _column(
    values: npt.NDArray[np.float64], holes: npt.NDArray[np.bool_] | None, row_of: Whole | None, first: int
) -> ColumnBlock | None:
    rows = np.arange(len(values)) if row_of is None else row_of
    count = int(rows[-1]) + 1
    if holes is not None:
        there = ~holes
        values, rows = values[there], rows[there]
    if row_of is not None and len(rows):
        newest = np.concatenate((rows[1:] != rows[:-1], [True]))  # of several values for one step the last one holds
        values, rows = values[newest], rows[newest]
    if not len(values):
        return None
    return ColumnBlock(buffer_of(values), (rows + first).astype(np.uint32).data, len(values) == count)
