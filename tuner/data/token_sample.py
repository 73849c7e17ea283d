"""The first rows of a dataset in tokens, counted once and kept: an editor asks at every change."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.chat_tokenizer import identity as tokenizer_identity
from tuner.data.chat_tokenizer import load_chat_tokenizer, takes_long
from tuner.data.dataset_files import identity
from tuner.data.report import DatasetReport
from tuner.data.row_texts import Learning
from tuner.data.token_rows import CountedRow, CountedSequence
from tuner.data.tokens import sample_rows
from tuner.data.usable_rows import numbered_rows
from tuner.runs.atomic import write_bytes

SECONDS = 0.25
"""Time that counting may take; reading tokenizer and template comes before it."""
_WORTH_KEEPING = 0.1
_PATIENCE = 60.0
_KEPT, _KEPT_FILES = 8, 64


@dataclass(frozen=True, slots=True)
class Sample:
    """Counted rows; ``sampled`` where there are more in the file."""

    rows: list[CountedRow]
    sampled: bool


class TokenSamples:
    """Samples by what they depend on: files, tokenizer, format and what is learned; not by the sequence length.

    ``folder`` keeps those that took a while, for other processes; it is made when first needed, and nothing is lost
    with it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Sample] = {}

    def sample(self, path: Path, kind: DatasetFormat, learning: Learning, tokenizer_folder: Path) -> Sample:
        """The first rows of a dataset, as many as can be counted in SECONDS.

        Raises:
            DatasetUnreadable, TokenizerUnreadable.
        """
        key = _key(path, kind, learning, tokenizer_folder)
        found = self._known.get(key) or self._read(key)
        if found is None:
            begun = time.monotonic()
            found = _counted(path, kind, learning, tokenizer_folder)
            if time.monotonic() - begun > _WORTH_KEEPING:
                self._write(key, found)
        while len(self._known) >= _KEPT:
            self._known.pop(next(iter(self._known), ""), None)  # several threads of a screen may be here
        self._known[key] = found
        return found

    def _read(self, key: str) -> Sample | None:
        try:
            return _sample((self._folder / f"{key}.json").read_bytes())
        except (OSError, ValueError, LookupError, TypeError, RecursionError):
            return None

    def _write(self, key: str, sample: Sample) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for old in sorted(self._folder.glob("*.json"), key=lambda p: p.stat().st_mtime_ns)[:-_KEPT_FILES]:
                old.unlink(missing_ok=True)
            write_bytes(self._folder / f"{key}.json", _text(sample).encode())
        except OSError:
            return  # a folder that cannot be written costs time, no more


def _counted(path: Path, kind: DatasetFormat, learning: Learning, tokenizer_folder: Path) -> Sample:
    """Count here; from a thread of the screen, which a large tokenizer would stop, in a process of its own."""
    if threading.current_thread() is not threading.main_thread() and takes_long(tokenizer_folder):
        found = _counted_elsewhere(path, kind, learning, tokenizer_folder)
        if found is not None:
            return found
    tokenizer = load_chat_tokenizer(tokenizer_folder)
    if tokenizer.template is not None:
        tokenizer.template.prepare()
    rows = numbered_rows(path, kind, learning.objective, DatasetReport(path))
    return Sample(*sample_rows(tokenizer, rows, learning, seconds=SECONDS))


def _counted_elsewhere(path: Path, kind: DatasetFormat, learning: Learning, tokenizer_folder: Path) -> Sample | None:
    asked = (path, kind.value, learning.objective.value, learning.turns, int(learning.on_inputs), tokenizer_folder)
    root = Path(__file__).resolve().parents[2]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tuner.data.token_sample", *map(str, asked)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=True,
        )
        return _sample(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, LookupError, TypeError):
        return None  # what is wrong shows when it is counted here


def main() -> None:
    """Count for another process: what was asked in argv, the sample as JSON on stdout."""
    path, kind, objective, turns, on_inputs, folder = sys.argv[1:]
    learning = Learning(Objective(objective), "last" if turns == "last" else "all", on_inputs == "1")
    sys.stdout.write(_text(_counted(Path(path), DatasetFormat(kind), learning, Path(folder))))


def _text(sample: Sample) -> str:
    return json.dumps({"rows": sample.rows, "sampled": sample.sampled})


def _sample(text: bytes) -> Sample:
    kept = json.loads(text)
    return Sample([_row(values) for values in kept["rows"]], bool(kept["sampled"]))


def _key(path: Path, kind: DatasetFormat, learning: Learning, tokenizer_folder: Path) -> str:
    parts = (
        str(path),
        repr(identity(path)),
        kind.value,
        learning.objective.value,
        learning.turns,
        learning.on_inputs,
        str(tokenizer_folder),
        tokenizer_identity(tokenizer_folder),
    )
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _row(values: list[object]) -> CountedRow:
    line, sequences, note, refused = values
    if not isinstance(line, int) or not isinstance(sequences, list):
        raise TypeError
    return CountedRow(line, [_sequence(*s) for s in sequences], str(note), str(refused))


def _sequence(tokens: int, spans: list[list[int]], cut: bool) -> CountedSequence:
    return CountedSequence(int(tokens), [(int(a), int(b)) for a, b in spans], bool(cut))


if __name__ == "__main__":
    main()
