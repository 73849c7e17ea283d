"""Metrics written to files, and read back by the libraries that others will use."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.test_compare import view
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode
from tuner.runs.export import ExportedRun, Format, Shape, format_of, write_export
from tuner.runs.export_file import whole_file
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metrics_view import MetricsView
from tuner.runs.series import XAxis

NAN, INF = math.nan, math.inf
TABLES = [Format.CSV, Format.JSON, Format.JSONL, Format.PARQUET]

numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)
names = st.text(min_size=1, max_size=8).filter(lambda n: n not in {"step", "run", "run_id"} and n.isprintable())
columns_of = st.dictionaries(names, st.lists(st.none() | numbers, min_size=1, max_size=12), min_size=1, max_size=4)


def written(kind: Format, *views: MetricsView, shape: Shape | None = None, only: list[str] | None = None) -> bytes:
    out = io.BytesIO()
    runs = [ExportedRun(f"run {i}", v, 2, id=f"id-{i}") for i, v in enumerate(views)]
    listed = only if only is not None else list(dict.fromkeys(n for v in views for n in v.names))
    write_export(out, runs, listed, kind, shape)
    return out.getvalue()


def rows_of(kind: Format, data: bytes) -> list[dict[str, object]]:
    """The rows as a stranger reads them: values that are absent have no key."""
    if kind is Format.CSV:
        rows = list(csv.DictReader(io.StringIO(data.decode(), newline="")))
        return [{k: v if k == "run" else float(v) for k, v in r.items() if v != ""} for r in rows]
    if kind is Format.JSONL:
        return [json.loads(line) for line in data.splitlines()]
    if kind is Format.JSON:
        document = json.loads(data)
        return [dict(zip(document["columns"], row, strict=True)) for row in document["rows"]]
    import pyarrow.parquet as pq

    rows = pq.read_table(io.BytesIO(data)).to_pylist()
    return [{k: v for k, v in r.items() if v is not None} for r in rows]


def same(one: object, other: object) -> bool:
    return one == other or (isinstance(one, float) and isinstance(other, float) and one != one and other != other)


@given(columns_of)
def test_csv_gives_back_every_float_exactly(columns: dict[str, list[float | None]]) -> None:
    history = MetricHistory()
    for index in range(12):
        row = {n: v[index] for n, v in columns.items() if index < len(v) and v[index] is not None}
        if row:
            history.add(MetricRow(index, {n: v for n, v in row.items() if v is not None}))
    shown = MetricsView.of(history)
    if not shown.names:
        return
    header, *rows = csv.reader(io.StringIO(written(Format.CSV, shown).decode(), newline=""))
    assert header == ["step", *shown.names]
    for row in rows:
        for name, text in zip(shown.names, row[1:], strict=True):
            given_value = columns[name][int(row[0])] if int(row[0]) < len(columns[name]) else None
            assert (text == "") if given_value is None else same(float(text), given_value)


@pytest.mark.parametrize("kind", TABLES)
def test_several_runs_stand_below_each_other(kind: Format) -> None:
    rows = rows_of(kind, written(kind, view(loss=[2.0, 1.5]), view(loss=[3.0], kl=[0.1])))
    assert [r["run"] for r in rows] == ["id-0", "id-0", "id-1"]
    assert [r["loss"] for r in rows] == [2.0, 1.5, 3.0]
    assert [r.get("kl") for r in rows] == [None, None, 0.1]


def test_absent_and_not_finite_are_told_apart_as_documented() -> None:
    one = view(loss=[NAN, INF, -INF], kl=[None, 1.0, None])
    lines = written(Format.CSV, one).decode().splitlines()
    assert lines == ["step,loss,kl", "1,nan,", "2,inf,1.0", "3,-inf,"]
    document = json.loads(written(Format.JSON, one))
    assert document == {"columns": ["step", "loss", "kl"], "rows": [[1, None, None], [2, None, 1.0], [3, None, None]],
                        "nonfinite": 3}  # fmt: skip
    assert rows_of(Format.JSONL, written(Format.JSONL, one))[0] == {"step": 1, "loss": None}
    parquet = rows_of(Format.PARQUET, written(Format.PARQUET, one))
    assert math.isnan(float(str(parquet[0]["loss"]))) and "kl" not in parquet[0] and parquet[1]["kl"] == 1.0


@pytest.mark.parametrize("kind", TABLES)
def test_an_axis_is_a_column_more(kind: Format) -> None:
    history = MetricHistory()
    history.add(MetricRow(1, {"loss": 2.0, "timestamp": 1000.0, "epoch": 0.5}))
    history.add(MetricRow(2, {"loss": 1.0, "timestamp": 1060.0, "epoch": 1.0}))
    shown = MetricsView.of(history)
    wall = rows_of(kind, written(kind, shown, shape=Shape(XAxis.WALL)))
    assert [(r["step"], r["timestamp"], r["loss"]) for r in wall] == [(1, 1000.0, 2.0), (2, 1060.0, 1.0)]
    epochs = rows_of(kind, written(kind, shown, shape=Shape(XAxis.EPOCH)))
    assert [r["epoch"] for r in epochs] == [0.5, 1.0]


@pytest.mark.parametrize("kind", TABLES[:3])
def test_half_a_surrogate_pair_in_a_name_is_written_escaped(kind: Format) -> None:
    assert b"odd\\" in written(kind, view(**{"odd\ud800": [1.0]}))


def test_a_metric_that_is_called_run_keeps_its_name() -> None:
    assert written(Format.CSV, view(run=[1.0]), view(run=[2.0])).decode().splitlines()[0] == "run_id,step,run"


def test_long_runs_are_written_from_columns() -> None:
    history = MetricHistory()
    history.extend(MetricRow(i, {"loss": i / 7}) for i in range(100_000))
    import tracemalloc

    shown = MetricsView.of(history)
    tracemalloc.start()
    sizes = {kind: len(written(kind, shown)) for kind in (Format.CSV, Format.PARQUET)}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 100_000 + 4 * sizes[Format.CSV]  # columns of 8 bytes and the buffer; dicts would be 250 a row


@pytest.mark.parametrize("axis", list(XAxis))
@pytest.mark.parametrize("kind", [Format.PNG, Format.SVG])
def test_pictures_are_drawn(kind: Format, axis: XAxis) -> None:
    history = MetricHistory()
    for step in range(1, 40):
        seconds = 1.7e9 + 400 * step
        row = {"loss": 2 / step, "timestamp": seconds, "epoch": step / 10, "num_tokens": 100.0 * step}
        history.add(MetricRow(step, row | ({"eval_loss": 2.5 / step} if step % 10 == 0 else {})))
    shown = MetricsView.of(history)
    shape = Shape(axis, smoothing=0.9, log_y=True, title="$x^2$ <b>\x1b[31m")
    data = written(kind, shown, shown, shape=shape, only=["loss", "eval_loss"])
    if kind is Format.SVG:
        root = ET.fromstring(data)
        assert root.tag.endswith("svg") and len(data) > 5000
        return
    import matplotlib.image

    pixels = matplotlib.image.imread(io.BytesIO(data))
    assert data.startswith(b"\x89PNG") and pixels.shape[0] > 400 and pixels.shape[1] > 600
    assert pixels.std() > 0.02 and len({tuple(p) for p in pixels[::7, ::7].reshape(-1, pixels.shape[2]).tolist()}) > 10


def test_a_picture_of_one_run_with_gaps_and_many_points() -> None:
    long = view(loss=[math.sin(i) if i % 500 else NAN for i in range(9000)], _odd=[1.0], eval__odd=[2.0])
    assert written(Format.PNG, long, shape=Shape(smoothing=0.5)).startswith(b"\x89PNG")
    assert len(written(Format.SVG, long, only=["loss"])) < 1_000_000
    wide = view(**{f"m{i}": [1.0, 2.0] for i in range(7)})
    assert written(Format.PNG, wide).startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_told() -> None:
    with pytest.raises(ConfigurationError, match="nothing to draw over wall time"):
        written(Format.PNG, view(loss=[1.0]), shape=Shape(XAxis.WALL))
    with pytest.raises(ConfigurationError, match="25 charts do not fit"):
        written(Format.PNG, view(**{f"m{i}": [1.0] for i in range(25)}))
    with pytest.raises(ConfigurationError, match="for pictures"):
        written(Format.CSV, view(loss=[1.0]), shape=Shape(smoothing=0.5))
    with pytest.raises(ConfigurationError, match="no metric"):
        written(Format.CSV, view(loss=[1.0]), only=[])


@pytest.mark.parametrize(("kind", "library"), [(Format.PARQUET, "pyarrow"), (Format.PNG, "matplotlib")])
def test_a_missing_library_says_how_to_install_it(kind: Format, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n == library or n.startswith(f"{library}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(BackendError, match=library) as caught:
        written(kind, view(loss=[1.0]))
    assert caught.value.code is ErrorCode.MISSING_LIBRARY and "tuner-workbench[export]" in caught.value.hint


def test_the_suffix_says_the_format() -> None:
    assert [format_of(Path(n)) for n in ("a.CSV", "b.parquet", "c.x.svg")] == [Format.CSV, Format.PARQUET, Format.SVG]
    with pytest.raises(ConfigurationError, match="does not say"):
        format_of(Path("runs"))


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with pytest.raises(RuntimeError, match="halfway"), whole_file(path) as file:
        file.write(b"half")
        raise RuntimeError("halfway")
    assert list(tmp_path.iterdir()) == []
    with whole_file(path) as file:
        file.write(b"all")
        assert not path.exists()
    assert path.read_bytes() == b"all"
    with pytest.raises(ConfigurationError, match="is there already"), whole_file(path):
        pass
    with whole_file(path, replace=True) as file:
        file.write(b"other")
    assert path.read_bytes() == b"other"
    for wrong, why in ((tmp_path / "no" / "x.csv", "not a folder"), (tmp_path, "is a folder")):
        with pytest.raises(ConfigurationError, match=why), whole_file(wrong, replace=True):
            pass
