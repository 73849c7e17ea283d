"""A model from the Hub through its real client: what is fetched, what goes wrong, and how each is told."""

from __future__ import annotations

import fcntl
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import pytest

from tests.support.hub import COMMIT, Faults, hub
from tests.support.waiting import wait_for
from Trainers.common.hub_models import Hub, fetched_folder
from Trainers.common.reporting import Reporter
from tuner.core.errors import ErrorCode, FailureClass, TunerError
from tuner.data.hub_cache import repository_folder
from tuner.runs.atomic import write_json
from tuner.runs.events import read_events
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import initial_state, read_state

ID = "somebody/tiny"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A repository with more in it than a training needs."""
    folder = tmp_path / "remote"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "tokenizer.json").write_text("{}")
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    (folder / "model.safetensors").write_bytes(weights(200_000))
    (folder / "consolidated.safetensors").write_bytes(weights(300_000))
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "README.md").write_text("# tiny")
    return folder


@pytest.fixture
def reporter(tmp_path: Path) -> Reporter:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    write_json(RunPaths(run_dir).state, initial_state())
    return Reporter(run_dir)


@pytest.fixture(autouse=True)
def _plain_client(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No token, no offline mode, no second between the client's own tries, and small pieces: models here are small."""
    from huggingface_hub import constants, file_download

    for name in ("HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1000)
    monkeypatch.setattr(file_download, "time", SimpleNamespace(sleep=lambda seconds: None, time=time.time))
    yield


def weights(size: int) -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [size], "data_offsets": [0, size]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(i % 251 for i in range(size))


def fetch(
    reporter: Reporter, endpoint: str, tmp_path: Path, *, hub_id: str = ID, revision: str | None = None, tries: int = 3
) -> Path:
    where = Hub(endpoint, tmp_path / "cache", delays=(0.0,) * (tries - 1))
    return fetched_folder(hub_id, revision, reporter, where)


def failure(reporter: Reporter, endpoint: str, tmp_path: Path, **more: object) -> TunerError:
    with pytest.raises(TunerError) as caught:
        fetch(reporter, endpoint, tmp_path, **more)  # type: ignore[arg-type]  # as fetch takes them
    return caught.value


def test_only_what_a_training_needs_is_fetched(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    faults = Faults()
    with hub(ID, remote, faults=faults) as endpoint:
        folder = fetch(reporter, endpoint, tmp_path)
    assert folder.name == COMMIT
    found = sorted(p.name for p in folder.iterdir())
    assert found == ["chat_template.jinja", "config.json", "model.safetensors", "tokenizer.json"]
    assert sorted(faults.served) == found
    assert (folder / "model.safetensors").read_bytes() == (remote / "model.safetensors").read_bytes()
    state = read_state(reporter.run_dir)
    assert (state.phase, state.progress, state.eta_seconds) == ("preparing", None, None)


def test_what_is_there_is_not_fetched_again(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote) as endpoint:
        first = fetch(reporter, endpoint, tmp_path)
    faults = Faults()
    with hub(ID, remote, faults=faults) as endpoint:
        assert fetch(reporter, endpoint, tmp_path) == first
    assert faults.served == []


def test_a_download_that_breaks_off_goes_on_where_it_was(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    faults = Faults(cut=1)
    with hub(ID, remote, faults=faults) as endpoint:
        folder = fetch(reporter, endpoint, tmp_path)
    half = (remote / "model.safetensors").stat().st_size // 2
    assert faults.ranges == ["", f"bytes={half - half % 1000}-"]
    assert (folder / "model.safetensors").read_bytes() == (remote / "model.safetensors").read_bytes()


def test_given_up_in_one_message_and_gone_on_with_the_next_time(
    remote: Path, reporter: Reporter, tmp_path: Path
) -> None:
    faults = Faults(cut=10_000)
    size = (remote / "model.safetensors").stat().st_size
    with hub(ID, remote, faults=faults) as endpoint:
        told = failure(reporter, endpoint, tmp_path, tries=2)
        assert (told.code, told.failure_class) == (ErrorCode.ARTIFACT_DOWNLOAD_FAILED, FailureClass.TRANSIENT)
        assert ID in told.message and "trying again" in told.message
        assert f"{endpoint}/{ID}" in told.hint and "kept" in told.hint
        (part,) = (repository_folder(ID, tmp_path / "cache") / "blobs").glob("*.tuner-part")
        assert size // 2 <= part.stat().st_size < size
        faults.cut, before = 0, part.stat().st_size
        faults.ranges.clear()
        fetch(reporter, endpoint, tmp_path)
    assert faults.ranges == [f"bytes={before}-"]


def test_a_damaged_file_is_fetched_again(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    faults = Faults(damaged=1)
    with hub(ID, remote, faults=faults) as endpoint:
        folder = fetch(reporter, endpoint, tmp_path)
    assert faults.ranges == ["", ""]
    assert (folder / "model.safetensors").read_bytes() == (remote / "model.safetensors").read_bytes()


@pytest.mark.parametrize("damaged", [0, 1])
def test_two_runs_that_want_the_same_file_fetch_it_once(
    remote: Path, reporter: Reporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: int
) -> None:
    """Also where what the first one fetched is thrown away, while the second one waits with it open."""
    asked, lock = threading.Semaphore(0), fcntl.flock

    def flock(file: BinaryIO, how: int) -> None:
        asked.release()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    faults, hold = Faults(damaged=damaged), threading.Event()
    with hub(ID, remote, hold, faults) as endpoint, ThreadPoolExecutor(2) as pool:
        both = [pool.submit(fetch, reporter, endpoint, tmp_path) for _ in range(2)]
        for _ in both:
            assert asked.acquire(timeout=30)
        hold.set()
        folders = [each.result(30) for each in both]
    assert faults.ranges == [""] * (1 + damaged)
    for folder in folders:
        assert (folder / "model.safetensors").read_bytes() == (remote / "model.safetensors").read_bytes()


def test_a_file_that_stays_damaged_is_never_used(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote, faults=Faults(damaged=99)) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert told.code is ErrorCode.ARTIFACT_DOWNLOAD_FAILED
    assert "model.safetensors came damaged" in told.message
    assert list((repository_folder(ID, tmp_path / "cache") / "blobs").iterdir()) == []


def test_a_busy_hub_is_asked_again(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote, faults=Faults(busy=2)) as endpoint:
        assert fetch(reporter, endpoint, tmp_path).name == COMMIT


@pytest.mark.parametrize(("status", "token"), [(401, None), (403, "hf_canary")])
def test_gated(
    status: int,
    token: str | None,
    remote: Path,
    reporter: Reporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if token:
        monkeypatch.setenv("HF_TOKEN", token)
    with hub(ID, remote, faults=Faults(gated=status)) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
        assert (told.code, told.failure_class) == (ErrorCode.MODEL_GATED, FailureClass.USER)
        assert f"accept its licence (tiny-licence-1) at {endpoint}/{ID}" in told.hint
    assert ("hf auth login" in told.hint) is (token is None)
    assert "hf_canary" not in told.message + told.hint


def test_a_model_that_nobody_may_see(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote, faults=Faults(missing=True)) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert told.code is ErrorCode.MODEL_NOT_FOUND
    assert "not on the Hub, or is private" in told.message
    assert "model.base_model" in told.hint and "hf auth login" in told.hint


def test_a_token_that_the_hub_does_not_know(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote, faults=Faults(private_token=True)) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert told.code is ErrorCode.UNAUTHORIZED
    assert "HF_TOKEN" in told.hint


def test_a_wrong_revision_says_which_there_are(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote, faults=Faults(revisions=("main", "step-1000"))) as endpoint:
        told = failure(reporter, endpoint, tmp_path, revision="v9")
        assert fetch(reporter, endpoint, tmp_path, revision="step-1000").name == COMMIT
    assert told.code is ErrorCode.MODEL_NOT_FOUND
    assert "'v9'" in told.message
    assert "main, step-1000" in told.hint


def test_pickles_are_refused(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    for path in remote.glob("*.safetensors"):
        path.unlink()
    faults = Faults()
    with hub(ID, remote, faults=faults) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert told.code is ErrorCode.MODEL_INCOMPATIBLE
    assert "pickles" in told.message and "safetensors" in told.hint
    assert faults.served == []


def test_a_name_that_is_no_id(reporter: Reporter, tmp_path: Path) -> None:
    told = failure(reporter, "http://127.0.0.1:9", tmp_path, hub_id="a/b/c")
    assert told.code is ErrorCode.MODEL_NOT_FOUND
    assert "owner/name" in told.hint


def test_without_a_connection(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    with hub(ID, remote) as endpoint:
        first = failure(reporter, "http://127.0.0.1:9", tmp_path)
        there = fetch(reporter, endpoint, tmp_path)
    assert (first.code, first.failure_class) == (ErrorCode.ARTIFACT_DOWNLOAD_FAILED, FailureClass.TRANSIENT)
    assert fetch(reporter, endpoint, tmp_path) == there
    (event,) = read_events(reporter.run_dir)
    assert event.type == "warning"
    assert "the copy of somebody/tiny in the cache is used" in event.message


def test_offline_by_choice(
    remote: Path,
    reporter: Reporter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with hub(ID, remote) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
        assert told.code is ErrorCode.MODEL_NOT_FOUND
        assert "HF_HUB_OFFLINE" in told.message and "hf download somebody/tiny" in told.hint
        monkeypatch.delenv("HF_HUB_OFFLINE")
        there = fetch(reporter, endpoint, tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert fetch(reporter, endpoint, tmp_path) == there
    assert "the copy in the cache is used" in capsys.readouterr().out


def test_a_disk_that_fills_up_on_the_way(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    import hashlib

    sha = hashlib.sha256((remote / "model.safetensors").read_bytes()).hexdigest()
    blobs = repository_folder(ID, tmp_path / "cache") / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{sha}.tuner-part").symlink_to("/dev/full")
    with hub(ID, remote) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert (told.code, told.failure_class) == (ErrorCode.DISK_FULL, FailureClass.TRANSIENT)
    assert "HF_HOME" in told.hint


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(
    remote: Path, reporter: Reporter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("Trainers.common.hub_models._free", lambda folder: 1000)
    faults = Faults()
    with hub(ID, remote, faults=faults) as endpoint:
        told = failure(reporter, endpoint, tmp_path)
    assert told.code is ErrorCode.DISK_FULL
    assert faults.served == []


def test_a_local_folder_is_taken_as_it_is(reporter: Reporter, tmp_path: Path) -> None:
    assert fetched_folder(str(tmp_path), None, reporter) == tmp_path


def test_the_bytes_are_told_while_they_come(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    hold = threading.Event()
    with hub(ID, remote, hold) as endpoint:
        worker = threading.Thread(target=fetch, args=(reporter, endpoint, tmp_path))
        worker.start()
        try:
            state = wait_for(
                lambda: (s := read_state(reporter.run_dir)).phase == "downloading" and (s.progress or 0) > 0 and s,
                what="bytes of the download",
            )
        finally:
            hold.set()
            worker.join()
    assert state.progress is not None and 0 < state.progress < 1
    assert state.message.startswith("downloading somebody/tiny: ") and "/200 kB" in state.message


def test_the_cache_may_be_shared_with_the_client(remote: Path, reporter: Reporter, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    with hub(ID, remote) as endpoint:
        folder = fetch(reporter, endpoint, tmp_path)
    name = "model.safetensors"
    assert hf_hub_download(ID, name, cache_dir=tmp_path / "cache", local_files_only=True) == str(folder / name)
    assert (folder / name).readlink().parts[:3] == ("..", "..", "blobs")
