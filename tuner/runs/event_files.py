"""TensorBoard's event files, read incrementally: records are framed here, decoded by the tensorboard package.

The frame is TFRecord's: length (8 bytes, little-endian), its masked crc32c (4), the record, its crc32c (4).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

MISSING = "its event files need the tensorboard package: pip install 'tuner-workbench[tensorboard]'"
EVENT_FILE = "tfevents"
_HEAD, _FOOT = 12, 4
_LARGEST = 256 * 1024 * 1024
_BLOCK = 16 * 1024 * 1024
_SCALAR_TENSORS = {1: "<f", 2: "<d"}
"""TensorBoard's DT_FLOAT and DT_DOUBLE, as struct reads them."""


def event_files(folder: Path) -> list[Path]:
    """The event files of a run, by name (oldest first): in the folder, in runs/, runs/*/ and logs/."""
    patterns = (f"*{EVENT_FILE}*", f"runs/*{EVENT_FILE}*", f"runs/*/*{EVENT_FILE}*", f"logs/*{EVENT_FILE}*")
    return sorted({p for pattern in patterns for p in folder.glob(pattern) if p.is_file()}, key=lambda p: p.name)


def can_read_events() -> bool:
    """Whether the tensorboard package is there, without loading it."""
    return find_spec("tensorboard") is not None


class EventFile:
    """One file's unread part. A torn last record waits until the rest of it has come.

    ``skipped`` counts records that could not be decoded; after a broken frame nothing more is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.skipped = 0
        self._offset = 0
        self._identity: tuple[int, int] | None = None
        self._broken = False

    def is_replaced(self) -> bool:
        """Whether what was read before is not this file any more."""
        try:
            stat = self.path.stat()
        except OSError:
            return True
        known = self._identity
        return known is not None and (known != (stat.st_dev, stat.st_ino) or stat.st_size < self._offset)

    def read_new(self) -> list[tuple[int, float, str, float]]:
        """(step, wall time, tag, value) of every scalar that was added."""
        stat = self.path.stat()
        self._identity = (stat.st_dev, stat.st_ino)
        if self._broken or stat.st_size <= self._offset:
            return []
        return [scalar for record in self._records() for scalar in self._scalars(record)]

    def _records(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self._offset)
            rest = b""
            while block := file.read(_BLOCK):
                data, place = rest + block, 0
                while (end := self._end_of(data, place)) is not None:
                    yield data[place + _HEAD : end - _FOOT]
                    self._offset += end - place
                    place = end
                if self._broken:
                    return
                rest = data[place:]

    def _end_of(self, data: bytes, place: int) -> int | None:
        """Where the record that begins at ``place`` ends; None where it is not whole yet, or no record at all."""
        if len(data) < place + _HEAD:
            return None
        (length,) = struct.unpack_from("<Q", data, place)
        end: int = place + _HEAD + length + _FOOT
        if length <= _LARGEST and end <= len(data):
            return end
        # Only what does not fit is checked: a true length waits for its record, anything else is no event file.
        (written,) = struct.unpack_from("<I", data, place + 8)
        if length > _LARGEST or written != _masked_crc(data[place : place + 8]):
            self._broken = True
            self.skipped += 1
        return None

    def _scalars(self, record: bytes) -> Iterator[tuple[int, float, str, float]]:
        from google.protobuf.message import DecodeError
        from tensorboard.compat.proto.event_pb2 import Event

        try:
            event = Event.FromString(record)
        except DecodeError:
            self.skipped += 1
            return
        for value in event.summary.value:
            number = _number(value)
            if number is not None:
                yield event.step, event.wall_time, value.tag, number


def metric_name(tag: str) -> str:
    """A tag as a metric's name. HF Trainer writes loss as train/loss and eval_loss as eval/loss: taken back here."""
    if tag.startswith("train/"):
        return tag.removeprefix("train/")
    return f"eval_{tag.removeprefix('eval/')}" if tag.startswith("eval/") else tag


def _number(value: object) -> float | None:
    kind = value.WhichOneof("value")  # type: ignore[attr-defined]  # a protobuf message, which has no types
    if kind == "simple_value":
        return float(value.simple_value)  # type: ignore[attr-defined]
    if kind != "tensor":
        return None
    tensor = value.tensor  # type: ignore[attr-defined]
    if any(d.size != 1 for d in tensor.tensor_shape.dim):
        return None
    listed = tensor.float_val or tensor.double_val
    if listed:
        return float(listed[0])
    form = _SCALAR_TENSORS.get(tensor.dtype)
    content: bytes = tensor.tensor_content
    if form is None or len(content) != struct.calcsize(form):
        return None
    number: float = struct.unpack(form, content)[0]
    return number


def _masked_crc(data: bytes) -> int:
    """TFRecord's checksum: crc32c (Castagnoli), rotated right by 15 bits, plus a constant."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
