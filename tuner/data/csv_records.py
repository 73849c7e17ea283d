"""The records of a CSV file, fields of any length included."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tuner.data.line import BROKEN_FILE, LONGEST, TOO_LONG, DatasetUnreadable, Line, Record

_TURNS = ("messages", "conversations", "prompt", "completion", "chosen", "rejected", "history")
_UNQUOTED = re.compile(r'[^,"\r\n]*')
_QUOTED = re.compile(r'[^"]*(?:""[^"]*)*')


def csv_rows(path: Path) -> Iterator[Line]:
    """A record a row below the header. Turns and tools stand in a cell as JSON.

    Raises:
        DatasetUnreadable: not UTF-8, or no header that is CSV.
        OSError: the file cannot be read.
    """
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = _Rows(file)
        header: list[str] | None = None
        while True:
            try:
                cells = rows.next()
            except UnicodeDecodeError as error:
                raise DatasetUnreadable(f"{path}: not UTF-8 text", "save it as UTF-8") from error
            except csv.Error as error:
                if header is None:
                    raise DatasetUnreadable(f"{path}: not valid CSV ({error})", BROKEN_FILE) from error
                yield Line(rows.number, None, f"not valid CSV ({error})", rows.at)
                continue
            if cells is None:
                return
            if not cells:  # a blank line
                continue
            if header is None:
                header = cells
            elif len(cells) != len(header):
                yield Line(rows.number, None, "has another number of columns than the header", rows.at)
            else:
                yield Line(rows.number, _record(header, cells), "", rows.at)


def _record(header: list[str], cells: list[str]) -> Record:
    record: Record = dict(zip(header, cells, strict=True))
    for key in _TURNS:
        cell = record.get(key)
        if isinstance(cell, str) and cell.startswith("["):
            record[key] = _turns(cell)
    return record


def _turns(cell: str) -> object:
    """The turns that a cell holds as JSON; the cell itself where it is only text that looks alike."""
    try:
        value = json.loads(cell)
    except (ValueError, RecursionError):
        return cell
    return value if all(isinstance(turn, dict | list) for turn in value) else cell


class _Rows:
    """Rows of cells; ``number`` is the line on which the last one begins.

    The csv module refuses fields beyond a limit that is the whole process's: those are read here.
    """

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._lines: list[str] = []
        self.number = self.at = 0
        self._read = 0
        self._reader = csv.reader(self._physical(), strict=True)

    def _physical(self) -> Iterator[str]:
        for line in self._file:
            self._read += 1
            self.at += len(line)
            self._lines.append(line)
            yield line

    def next(self) -> list[str] | None:
        """The next row; None at the end.

        Raises:
            csv.Error: it is not CSV; the rows after it can be read.
        """
        self._lines.clear()
        self.number = self._read + 1
        try:
            return next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if "field limit" not in str(error):
                raise
            return self._long_row()

    def _long_row(self) -> list[str]:
        cells = []
        text, place = "".join(self._lines), 0
        while True:
            if text[place : place + 1] == '"':
                cell, text, place = self._quoted(text, place + 1)
            else:
                end = _end(_UNQUOTED, text, place)
                cell, place = text[place:end], end
            cells.append(cell)
            if text[place : place + 1] != ",":
                break
            place += 1
        if text[place:].strip("\r\n"):
            raise csv.Error("',' expected after '\"'")
        return cells

    def _quoted(self, text: str, start: int) -> tuple[str, str, int]:
        """A quoted field from behind its opening quote on: the field, the text it ends in, the place behind it."""
        parts = []
        length = 0
        while (end := _end(_QUOTED, text, start)) == len(text):  # no closing quote yet
            parts.append(text[start:])
            length += len(text) - start
            if length > LONGEST:
                raise csv.Error(TOO_LONG)
            text, start = next(self._file, ""), 0
            if not text:
                raise csv.Error("unexpected end of data")
            self._read += 1
            self.at += len(text)
        parts.append(text[start:end])
        return "".join(parts).replace('""', '"'), text, end + 1


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    found = pattern.match(text, start)
    return found.end() if found else start
