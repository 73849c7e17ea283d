"""What the Hugging Face cache on this machine holds, found without the Hub's client (standard library only).

Layout: ``<cache>/models--<owner>--<name>/{refs/<revision>, snapshots/<commit>/…, blobs/…}``.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from tuner.data.weights import weights_problem

_HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_YES = {"1", "ON", "YES", "TRUE"}


def looks_like_hub_id(name: str) -> bool:
    """Whether a name could be a model on the Hub (owner/name): nothing that names a place on this machine."""
    return bool(_HUB_ID.fullmatch(name)) and not name.startswith(".")


def is_offline() -> bool:
    """Whether the environment forbids the Hub (HF_HUB_OFFLINE, as its client reads it)."""
    return any(os.environ.get(name, "").upper() in _YES for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


def hub_home() -> Path:
    """Where the Hub's client keeps what it has, the token too: HF_HOME, else ~/.cache/huggingface."""
    home = os.environ.get("HF_HOME")
    if home:
        return Path(os.path.expandvars(home)).expanduser()
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache").expanduser() / "huggingface"


def hub_cache() -> Path:
    """Where the Hub's client keeps what it downloaded: HF_HUB_CACHE, else below its home."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    return Path(os.path.expandvars(named)).expanduser() if named else hub_home() / "hub"


def repository_folder(hub_id: str, cache: Path | None = None) -> Path:
    """Where the cache keeps a model, whether it is there or not."""
    return (cache or hub_cache()) / f"models--{hub_id.replace('/', '--')}"


def cached_snapshot(hub_id: str, revision: str | None = None, cache: Path | None = None) -> Path | None:
    """The folder of a model at a revision (branch, tag or commit; None: main); None where it was never downloaded.

    The folder may be partial: ``cached_model`` asks for the weights too.
    """
    wanted = revision or "main"
    if not looks_like_hub_id(hub_id) or ".." in wanted.split("/") or "\0" in wanted:
        return None
    folder = repository_folder(hub_id, cache)
    commit = wanted
    if not _COMMIT.fullmatch(wanted):
        try:
            commit = (folder / "refs" / wanted).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None
    snapshot = folder / "snapshots" / commit
    return snapshot if _COMMIT.fullmatch(commit) and snapshot.is_dir() else None


def cached_model(hub_id: str, revision: str | None = None, cache: Path | None = None) -> Path | None:
    """The snapshot, where configuration and weights are whole."""
    snapshot = cached_snapshot(hub_id, revision, cache)
    if snapshot is None or not (snapshot / "config.json").is_file() or weights_problem(snapshot):
        return None
    return snapshot


def cached_revisions(hub_id: str, cache: Path | None = None) -> list[str]:
    """The branches and tags of a model that the cache knows, sorted."""
    refs = repository_folder(hub_id, cache) / "refs"
    return sorted(p.relative_to(refs).as_posix() for p in refs.rglob("*") if p.is_file()) if refs.is_dir() else []
