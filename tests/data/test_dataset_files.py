"""Which files a name means: a file, a folder of shards, a pattern, the Hub."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.dataset_files import dataset_files, dataset_sha256, exists, file_sha256, identity
from tuner.data.hub_name import HubName, may_be_hub_id
from tuner.data.inspect import inspect_dataset
from tuner.data.records import DatasetUnreadable, read_lines


def shard(folder: Path, name: str, *texts: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return path


def texts(path: Path) -> list[object]:
    return [line.record["text"] if line.record else line.problem for line in read_lines(path)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shard(tmp_path, "part-10.jsonl", "c")
    shard(tmp_path, "part-2.jsonl", "a", "b")
    shard(tmp_path, ".hidden.jsonl", "x")
    shard(tmp_path, ".cache/part-1.jsonl", "x")
    shard(tmp_path, "dataset_info.json", "x")
    shard(tmp_path, "README.md", "x")
    return tmp_path


def test_a_folder_is_its_shards_in_order(folder: Path) -> None:
    assert texts(folder) == ["a", "b", "c"]
    assert [(line.number, line.file) for line in read_lines(folder)] == [
        (1, "part-2.jsonl"),
        (2, "part-2.jsonl"),
        (1, "part-10.jsonl"),
    ]


def test_problems_in_a_folder_name_the_file(folder: Path) -> None:
    (folder / "part-10.jsonl").write_text("{\n", encoding="utf-8")
    (problem,) = inspect_dataset(folder, DatasetFormat.AUTO, Objective.SFT).problems
    assert problem.line == 1
    assert problem.message.startswith("part-10.jsonl: not valid JSON")


def test_a_pattern(folder: Path) -> None:
    assert texts(folder / "part-?.jsonl") == ["a", "b"]
    assert exists(folder / "part-*.jsonl")
    assert not exists(folder / "none-*.jsonl")
    with pytest.raises(DatasetUnreadable, match="No such file"):
        texts(folder / "none-*.jsonl")


def test_what_is_not_plain_is_refused(folder: Path) -> None:
    shard(folder, "x.csv", "x")
    with pytest.raises(DatasetUnreadable, match="several kinds") as caught:
        texts(folder)
    assert caught.value.hint == f"name one, as {folder}/*.csv"
    (folder / "x.csv").unlink()
    shard(folder, "data/test-00.jsonl", "x")
    with pytest.raises(DatasetUnreadable, match=r"more than one split \(test\)"):
        texts(folder)
    shard(folder / "other", "train-00.jsonl", "y")
    shard(folder / "other", "validation-00.jsonl", "z")
    with pytest.raises(DatasetUnreadable, match=r"train, validation"):
        texts(folder / "other")
    assert texts(folder / "data") == ["x"]


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    with pytest.raises(DatasetUnreadable, match="holds no dataset file"):
        texts(tmp_path / "x")


def test_sizes_times_and_hashes(folder: Path) -> None:
    files = dataset_files(folder)
    os.utime(files[0], (1, 2_000_000_000))
    assert identity(folder).bytes == sum(f.stat().st_size for f in files)
    assert identity(folder).mtime == 2_000_000_000
    assert dataset_sha256(files[0]) == file_sha256(files[0]) == hashlib.sha256(files[0].read_bytes()).hexdigest()
    before = dataset_sha256(folder)
    shard(folder, "part-2.jsonl", "other")
    assert dataset_sha256(folder) != before
    assert dataset_sha256(Path("hub:a/b")) == ""
    assert identity(Path("hub:a/b")).bytes == 0
    with pytest.raises(DatasetUnreadable, match="No such file"):
        identity(folder / "none.jsonl")


def test_nulls_of_parquet_are_keys_that_are_not_there(tmp_path: Path) -> None:
    rows = [
        {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "label": None},
        {"messages": [{"role": "assistant", "content": None, "tool_calls": [{"name": "f", "x": None}]}], "label": True},
    ]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "x.parquet")
    first, second = read_lines(tmp_path / "x.parquet")
    assert first.record == {"messages": rows[0]["messages"]}
    assert second.record == {"messages": [{"role": "assistant", "tool_calls": [{"name": "f"}]}], "label": True}
    assert second.at == (tmp_path / "x.parquet").stat().st_size


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hub:owner/name", HubName("owner/name")),
        ("hub:owner/name@main:config#split", HubName("owner/name", "main", "config", "split")),
        ("hub:name#train", HubName("name", split="train")),
        ("hub:", None),
        ("data/x.jsonl", None),
    ],
)
def test_names_of_the_hub(text: str, name: HubName | None) -> None:
    assert HubName.parse(text) == name
    if name is not None:
        assert str(name) == text
        assert exists(Path(text))


@pytest.mark.parametrize(
    ("text", "may_be"),
    [("owner/name", True), ("owner/name@v1#test", True), ("name", False), ("a/b.jsonl", False), ("../b", False)],
)
def test_what_can_be_an_id_of_the_hub(text: str, may_be: bool) -> None:
    assert may_be_hub_id(text) is may_be
