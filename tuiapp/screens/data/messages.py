"""What the Data mode's workers tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from tuiapp.handlers.data import Inspection, MaskedRow
    from tuiapp.handlers.data_files import DataFile
    from tuiapp.screens.data.request import DataRequest


@dataclass(eq=False, repr=False)
class DataFilesListed(Message):
    """The dataset files of the workspace."""

    files: Sequence[DataFile]


@dataclass(eq=False, repr=False)
class DataProgress(Message):
    """How far a dataset is read."""

    asked: DataRequest
    text: str


@dataclass(eq=False, repr=False)
class DataInspected(Message):
    """What is in a dataset; ``problem`` says why its tokens were not counted though a model was named."""

    asked: DataRequest
    found: Inspection
    problem: str = ""


@dataclass(eq=False, repr=False)
class MasksRead(Message):
    """Rows with their loss mask, from the ``first`` usable one on (counted from 1)."""

    asked: DataRequest
    first: int
    rows: Sequence[MaskedRow]


@dataclass(eq=False, repr=False)
class Converted(Message):
    """A dataset was written in another format; ``note`` says what was left out."""

    path: Path
    rows: int
    bytes: int
    note: str
