"""A model named by its Hub id: downloading it is a phase of the run, with the bytes told."""

from __future__ import annotations

import threading
from pathlib import Path

from Trainers.common.reporting import Reporter
from tuner.core.states import Phase

_WEIGHTS = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "tokenizer*"]


def fetched(path: str, revision: str | None, reporter: Reporter) -> str | None:
    """Download a Hub id, with the bytes told; returns the commit it is at. A local folder has none."""
    if Path(path).is_dir():
        return None
    from huggingface_hub import HfApi, snapshot_download

    info = HfApi().model_info(path, revision=revision, files_metadata=True)
    total = sum(f.size or 0 for f in info.siblings or [] if f.rfilename.endswith((".safetensors", ".json", ".model")))
    done = threading.Event()
    watcher = threading.Thread(target=_watch_download, args=(path, total, reporter, done), daemon=True)
    watcher.start()
    try:
        return Path(snapshot_download(path, revision=revision, allow_patterns=_WEIGHTS)).name
    finally:
        done.set()
        watcher.join()


def _watch_download(repo: str, total: int, reporter: Reporter, done: threading.Event) -> None:
    from huggingface_hub.constants import HF_HUB_CACHE

    folder = Path(HF_HUB_CACHE) / f"models--{repo.replace('/', '--')}" / "blobs"
    while True:
        have = sum(_size(p) for p in folder.glob("*"))
        reporter.phase(
            Phase.DOWNLOADING,
            f"downloading {repo}: {have / 1e9:.2f}/{total / 1e9:.2f} GB",
            progress=round(min(1.0, have / total), 4) if total else None,
        )
        if done.wait(1.0):
            return


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # renamed this very moment; the next look finds it
