"""The records of a dataset on the Hub, streamed through the package ``datasets``, here or in another interpreter."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, cast

from tuner.data.hub_name import HubName
from tuner.data.json_decoding import as_line, decoder
from tuner.data.line import DatasetUnreadable, Line, Record
from tuner.data.parquet_records import without_nulls

_NEEDS = "reading a dataset of the Hub needs the package datasets (pip install datasets); or name a downloaded file"
_HINT = "the name is hub:ID[@REVISION][:CONFIG][#SPLIT]; a downloaded file needs no connection"
_ROOT = Path(__file__).resolve().parents[2]


def hub_rows(name: HubName, python: str = "") -> Iterator[Line]:
    """A record a row, in this interpreter where it has ``datasets``, else in ``python``.

    Raises:
        DatasetUnreadable: neither has the package, the Hub cannot be reached, or has no such dataset.
    """
    if importlib.util.find_spec("datasets") is not None:
        yield from _streamed(name)
    elif python and python != sys.executable:
        yield from _from_process(name, python)
    else:
        raise DatasetUnreadable(f"{name}: {_NEEDS}", _HINT)


class _Library(Protocol):
    """Of the package ``datasets``, which is untyped for us."""

    def load_dataset(
        self, path: str, name: str | None, *, revision: str | None, streaming: bool
    ) -> Mapping[str, Iterable[Record]]: ...


def _streamed(name: HubName) -> Iterator[Line]:
    datasets = importlib.import_module("datasets")
    broken: tuple[type[Exception], ...] = (
        OSError,
        ValueError,
        TypeError,
        datasets.exceptions.DatasetsError,
        *_network(),
    )
    try:
        library = cast(_Library, datasets)  # the module satisfies it
        splits = library.load_dataset(name.id, name.config, revision=name.revision, streaming=True)
        for number, record in enumerate(splits[_split(name, list(splits))], 1):
            yield Line(number, {k: without_nulls(v) for k, v in record.items() if v is not None})
    except broken as error:
        raise DatasetUnreadable(f"{name}: {_reason(error)}", _HINT) from error


def _network() -> tuple[type[Exception], ...]:
    """The errors of the package that downloads, which are no OSError."""
    if importlib.util.find_spec("httpx") is None:
        return ()
    return (importlib.import_module("httpx").HTTPError,)


def _split(name: HubName, splits: list[str]) -> str:
    wanted = name.split or ("train" if "train" in splits else splits[0] if len(splits) == 1 else None)
    if wanted not in splits:
        missing = f"has no split {wanted!r}" if wanted else "has several splits and none is called train"
        raise DatasetUnreadable(
            f"{name}: {missing}; there are: {', '.join(splits)} (name one: hub:{name.id}#{splits[0]})", _HINT
        )
    return wanted


def _reason(error: Exception) -> str:
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if isinstance(error, ConnectionError) or "offline" in first.lower():
        return f"the Hub cannot be reached ({first}): connect, or name a file on this machine"
    return first


def _from_process(name: HubName, python: str) -> Iterator[Line]:
    decode = decoder()
    paths = [str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        process = subprocess.Popen(
            [python, "-m", "tuner.data.hub_records", str(name)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
    except OSError as error:
        raise DatasetUnreadable(f"{name}: {_NEEDS}; {python}: {error.strerror or error}", _HINT) from error
    assert process.stdout is not None  # asked for
    ended = ""
    try:
        for number, source in enumerate(process.stdout, 1):
            try:
                value = decode(source)
            except (ValueError, RecursionError):
                break  # it was ended in the middle of a line
            if isinstance(value, dict):
                yield as_line(number, value, 0)
            else:
                ended = str(value)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    if ended != _END:
        raise DatasetUnreadable(ended or f"{name}: {_NEEDS}; {python} could not read it", _HINT)


_END = "end"


def main() -> None:
    """Write the rows of the dataset named as an argument to stdout: objects, then "end", or why there are no more."""
    name = HubName.parse(sys.argv[1])
    assert name is not None  # our own call
    out = sys.stdout
    sys.stdout = sys.stderr  # what the library says is no row
    end = _END
    try:
        for line in hub_rows(name):
            out.write(json.dumps(line.record, default=str) + "\n")
    except DatasetUnreadable as error:
        end = str(error)
    out.write(json.dumps(end) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
