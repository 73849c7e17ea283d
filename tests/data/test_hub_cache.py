"""The Hub's cache as this machine has it, and what is said of a Hub id before anything starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.subprocesses import run_python
from tuner.core.job import JobConfiguration
from tuner.data.checks import model_issues
from tuner.data.hub_cache import cached_model, cached_revisions, cached_snapshot, hub_cache, is_offline
from tuner.data.hub_issues import model_folder

COMMIT = "a" * 40


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "hub"


def put(cache: Path, *, whole: bool = True, refs: tuple[str, ...] = ("main", "v1"), template: bool = True) -> Path:
    """somebody/tiny as the Hub's client lays it out."""
    folder = cache / "models--somebody--tiny"
    snapshot = folder / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir()
    for name in refs:
        (folder / "refs" / name).write_text(COMMIT)
    (snapshot / "config.json").write_text(json.dumps({"model_type": "llama", "max_position_embeddings": 64}))
    if template:
        (snapshot / "chat_template.jinja").write_text("{{ messages }}")
    header = b"{}"
    if whole:
        (snapshot / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    return snapshot


def job(**model: object) -> JobConfiguration:
    return JobConfiguration.model_validate(
        {"objective": "sft", "model": {"base_model": "somebody/tiny", **model}, "datasets": {"training": "x.jsonl"}}
    )


def codes(found: JobConfiguration) -> list[tuple[str, str]]:
    return [(i.path, i.code) for i in model_issues(found)]


@pytest.mark.parametrize("revision", [None, "main", "v1", COMMIT])
def test_a_snapshot_is_found_by_branch_tag_and_commit(cache: Path, revision: str | None) -> None:
    snapshot = put(cache)
    assert cached_snapshot("somebody/tiny", revision) == snapshot
    assert cached_model("somebody/tiny", revision) == snapshot
    assert cached_revisions("somebody/tiny") == ["main", "v1"]


@pytest.mark.parametrize("named", ["somebody/other", "../tiny", "/abs/path", "a/b/c"])
def test_what_is_not_there_or_no_id(cache: Path, named: str) -> None:
    put(cache)
    assert cached_snapshot(named) is None
    assert cached_model("somebody/tiny", "v2") is None
    assert cached_revisions(named) == []


def test_a_half_downloaded_model_is_none(cache: Path) -> None:
    snapshot = put(cache, whole=False)
    assert cached_snapshot("somebody/tiny") == snapshot
    assert cached_model("somebody/tiny") is None


def test_where_the_cache_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert hub_cache() == tmp_path / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert hub_cache() == tmp_path / "caches" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", "~/hf")
    assert hub_cache() == tmp_path / "hf" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "named"))
    assert hub_cache() == tmp_path / "named"


def test_the_client_looks_at_the_same_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "yes")
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    code = "from huggingface_hub import constants as c; print(c.HF_HUB_CACHE, c.HF_HUB_OFFLINE)"
    assert run_python(code).stdout.split() == [str(hub_cache()), str(is_offline())]


def test_a_model_that_may_not_be_fetched_stops_the_launch(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert codes(job()) == []
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert codes(job()) == [("model.base_model", "MODEL_NOT_FOUND")]
    put(cache)
    assert codes(job(revision="main")) == [("schedule.sequence_length", "CONTEXT_LENGTH")]
    (issue,) = model_issues(job(revision="v9"))
    assert (issue.path, issue.code) == ("model.revision", "MODEL_NOT_FOUND")
    assert "main, v1" in issue.message and "HF_HUB_OFFLINE" in issue.hint


def test_a_cached_model_is_looked_at_like_a_folder(cache: Path) -> None:
    snapshot = put(cache, template=False)
    assert model_folder(job()) == snapshot
    assert ("model.base_model", "MODEL_INCOMPATIBLE") in codes(job())
    assert model_folder(JobConfiguration.model_validate({"objective": "sft"})) is None


def test_needs_the_standard_library_only() -> None:
    assert run_python("import tuner.data.hub_cache", standard_library_only=True).returncode == 0
