"""Weights from the Hub into its client's cache, going on where an earlier attempt broke off.

The client itself (huggingface_hub 1.33 and 2.4) goes on within one call only, and throws a part away when that fails or
the process ends. Files of its chunk store (Xet) are left to it: it splits, repeats and verifies them itself.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from Trainers.common.hub_errors import Damaged
from Trainers.common.hub_files import HubFile
from tuner.data.hub_cache import repository_folder

PART = ".tuner-part"
_AT_ONCE = 4
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Place:
    """A model at a commit, and the cache it goes to. ``endpoint`` None: the client's own."""

    hub_id: str
    commit: str
    cache: Path
    endpoint: str | None = None

    @property
    def blobs(self) -> Path:
        return repository_folder(self.hub_id, self.cache) / "blobs"

    def downloaded(self, file: HubFile) -> int:
        """How many bytes of a file are there: whole under its hash, or as a part of ours or the client's."""
        if file.sha256 is None:
            return 0
        return min(file.size, max((_bytes(p) for p in self.blobs.glob(f"{file.sha256}*")), default=0))


def download_weights(place: Place, files: Sequence[HubFile]) -> None:
    """Fetch the weights that the cache lacks, a few at once, and verify each by the hash that the Hub tells.

    Raises:
        Damaged: a file is not what its hash says; it was thrown away.
        OSError: a full disk, or what the client raises when the Hub refuses or the connection broke.
    """
    place.blobs.mkdir(parents=True, exist_ok=True)
    wanted = [f for f in files if f.is_weights and f.sha256 and not (place.blobs / f.sha256).exists()]
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        for done in [pool.submit(_download, place, f) for f in wanted]:
            done.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _download(place: Place, file: HubFile) -> None:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import get_hf_file_metadata
    from huggingface_hub.utils import build_hf_headers

    headers = build_hf_headers()
    url = hf_hub_url(place.hub_id, file.name, revision=place.commit, endpoint=place.endpoint)
    found = get_hf_file_metadata(url, headers=headers, endpoint=place.endpoint)
    if found.xet_file_data is not None and _has_xet():
        return
    if urlsplit(found.location).netloc != urlsplit(url).netloc:
        headers.pop("authorization", None)  # the storage behind a redirect has a signed address, and no use for a token
    _fetch(found.location, headers, file, place.blobs / str(file.sha256))


def _fetch(url: str, headers: dict[str, Any], file: HubFile, blob: Path) -> None:
    from huggingface_hub.file_download import http_get

    part = blob.with_name(blob.name + PART)
    while not blob.exists():
        with part.open("ab") as out:
            fcntl.flock(out, fcntl.LOCK_EX)  # another process of this run, or another run, may fetch the same file
            if not _is_at(out, part):
                continue  # while this waited, the other one put it in its place, or threw it away
            have = out.seek(0, os.SEEK_END)
            if have > file.size:
                have = out.truncate(0)
            http_get(url, out, resume_size=have, headers=headers, expected_size=file.size)
            out.flush()
            if _sha256(part) != file.sha256:
                part.unlink()
                raise Damaged(f"{file.name} came damaged: its SHA-256 is not the one that the Hub tells")
            part.replace(blob)


def _is_at(file: BinaryIO, path: Path) -> bool:
    """Whether an open file is the one that has this name now."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _has_xet() -> bool:
    from huggingface_hub.utils import is_xet_available

    return bool(is_xet_available())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _bytes(path: Path) -> int:
    """What a file holds: a part that was laid out in full counts with what was written of it."""
    try:
        stat = path.stat()
    except OSError:
        return 0  # renamed this very moment; the next look finds it
    return min(stat.st_size, stat.st_blocks * 512)
