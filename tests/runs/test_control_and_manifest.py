"""control.json and manifest.json: read with care, written whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.run_builder import build_run
from tests.support.subprocesses import let_go, start_python
from tuner.runs.control import Request, clear_request, read_request, write_request
from tuner.runs.json_file import UnreadableFile
from tuner.runs.layout import RunPaths
from tuner.runs.manifest_file import merged, patch_manifest, read_manifest


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return build_run(tmp_path)


@pytest.mark.parametrize("request_", list(Request))
def test_a_request_is_read_until_it_is_cleared(run: Path, request_: Request) -> None:
    assert read_request(run) is None
    write_request(run, request_)
    assert read_request(run) is request_
    assert json.loads(RunPaths(run).control.read_bytes())["ts"].endswith("Z")
    clear_request(run)
    clear_request(run)
    assert read_request(run) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"request": "explode"}', '{"request": null}'])
def test_what_is_no_request_asks_for_nothing(run: Path, text: str) -> None:
    RunPaths(run).control.write_text(text, encoding="utf-8")
    assert read_request(run) is None


def test_a_patch_merges_key_by_key(run: Path) -> None:
    patch_manifest(run, {"results": {"steps": 5, "best": {"step": 5}}})
    patch_manifest(run, {"results": {"best": {"why": "lowest"}}, "artifacts": [1], "new": "x"})
    manifest = read_manifest(run)
    assert manifest["results"] == {"steps": 5, "best": {"step": 5, "why": "lowest"}}
    assert (manifest["artifacts"], manifest["new"], manifest["objective"]) == ([1], "x", "sft")


def test_an_older_schema_is_brought_up_to_date_on_reading(run: Path) -> None:
    old = {"type": "tokenizer", "run_id": "r"}
    RunPaths(run).manifest.write_text(json.dumps(old), encoding="utf-8")
    manifest = read_manifest(run)
    assert (manifest["kind"], manifest["artifacts"], manifest["schema_version"]) == ("tokenizer", [], 1)
    assert json.loads(RunPaths(run).manifest.read_bytes()) == old
    patch_manifest(run, {"tags": []})
    assert json.loads(RunPaths(run).manifest.read_bytes())["schema_version"] == 1


@pytest.mark.parametrize("version", [2, "1", None])
def test_a_newer_schema_is_not_guessed_at(run: Path, version: object) -> None:
    text = json.dumps({"schema_version": version, "kind": "train"})
    RunPaths(run).manifest.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="newer than this Tuner"):
        read_manifest(run)
    with pytest.raises(UnreadableFile, match="newer than this Tuner"):
        patch_manifest(run, {"kind": "eval"})
    assert RunPaths(run).manifest.read_text(encoding="utf-8") == text


KEYS = st.sampled_from("abc")
TREES = st.dictionaries(
    KEYS, st.recursive(st.integers(), lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6)
)


@given(TREES, TREES)
def test_merging(old: dict[str, object], new: dict[str, object]) -> None:
    result = merged(old, new)
    assert merged(old, {}) == old
    assert merged(result, new) == result
    assert set(result) == set(old) | set(new)
    assert all(result[k] == v for k, v in new.items() if not isinstance(v, dict))


PATCHER = """
import sys
from pathlib import Path
from tuner.runs.manifest_file import patch_manifest
sys.stdin.readline()
for number in range(20):
    patch_manifest(Path(sys.argv[1]), {"results": {f"{sys.argv[2]}-{number}": number}})
"""


def test_patches_of_several_processes_lose_nothing(run: Path) -> None:
    patchers = [start_python(PATCHER, str(run), name) for name in ("a", "b", "c")]
    let_go(patchers)
    results = read_manifest(run)["results"]
    assert results == {f"{name}-{n}": n for name in ("a", "b", "c") for n in range(20)}
