"""A model named by its Hub id, brought into the Hub's cache before anything loads it; needs huggingface_hub only."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from Trainers.common.failures import first_line
from Trainers.common.hub_download import Place, download_weights
from Trainers.common.hub_errors import disk_full, is_connection, is_transient, offline, told
from Trainers.common.hub_files import HubFile, needed_files
from Trainers.common.hub_progress import Progress, amount
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter, say
from tuner.core.errors import ErrorCode, TunerError
from tuner.data.hub_cache import cached_model, hub_cache, is_offline

Result = TypeVar("Result")
_here: dict[tuple[str, str | None], Path] = {}
_PATIENCE = 15.0
"""Seconds that the Hub may take to answer what a model is."""


@dataclass(frozen=True, slots=True)
class Hub:
    """How the Hub is reached. ``endpoint`` and ``cache`` None: as the environment says; ``delays`` in seconds."""

    endpoint: str | None = None
    cache: Path | None = None
    delays: Sequence[float] = (1, 2, 4, 8, 16)


def fetched(path: str, revision: str | None, reporter: Reporter) -> str | None:
    """Make sure that a model is here; returns the commit it is at. A local folder has none.

    Raises:
        TunerError: it cannot be had, with the reason and what to do (MODEL_GATED, MODEL_NOT_FOUND, MODEL_INCOMPATIBLE,
            UNAUTHORIZED, ARTIFACT_DOWNLOAD_FAILED, DISK_FULL).
    """
    return None if Path(path).is_dir() else fetched_folder(path, revision, reporter).name


def bring_model(payload: Payload, reporter: Reporter) -> None:
    """Fetch the payload's model, where it names one of the Hub: it may take long, and loading torch can wait.

    Raises:
        TunerError: as ``fetched``.
    """
    model = payload.values.get("model")
    if isinstance(model, dict) and model.get("path"):
        fetched_folder(str(model["path"]), model.get("revision"), reporter)


def fetched_folder(path: str, revision: str | None, reporter: Reporter, hub: Hub | None = None) -> Path:
    """The folder of a model: a local one as it is, else the snapshot in the Hub's cache, whose name is the commit.

    What this process has fetched once is not asked for again.

    Raises:
        TunerError: as ``fetched``.
    """
    if Path(path).is_dir():
        return Path(path)
    if hub is not None:
        return _fetch(path, revision, reporter, hub)
    if (path, revision) not in _here:
        _here[path, revision] = _fetch(path, revision, reporter, Hub())
    return _here[path, revision]


def _fetch(path: str, revision: str | None, reporter: Reporter, hub: Hub) -> Path:
    cache = hub.cache or hub_cache()
    kept = cached_model(path, revision, cache)
    if is_offline():
        if kept is None:
            raise offline(path, revision)
        say(f"{path}: the copy in the cache is used (commit {kept.name[:8]}; HF_HUB_OFFLINE is set)")
        return kept
    return _Download(path, revision, reporter, hub, cache, kept).run()


class _Download:
    """One model's way here."""

    def __init__(
        self, hub_id: str, revision: str | None, reporter: Reporter, hub: Hub, cache: Path, kept: Path | None
    ) -> None:
        from huggingface_hub import HfApi
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()  # the phase tells the bytes; bars would fill the log
        self.hub_id, self.revision, self.reporter = hub_id, revision, reporter
        self.hub, self.cache, self.kept = hub, cache, kept
        self.api = HfApi(endpoint=hub.endpoint)
        self.licence: str | None = None

    def run(self) -> Path:
        try:
            info = self._repeated(self._info, tries=1 if self.kept else None)
        except Exception as error:  # whatever the client raises, told in our words
            if self.kept is not None and is_connection(error):
                return self._go_on_with(self.kept, error)
            raise self._told(error) from error
        files = needed_files(self.hub_id, [_file(s) for s in info.siblings or []])
        place = Place(self.hub_id, str(info.sha), self.cache, self.hub.endpoint)
        try:
            return self._downloaded(place, files)
        except Exception as error:  # as above
            raise self._told(error) from error

    def _info(self) -> Any:
        info = self.api.model_info(self.hub_id, revision=self.revision, files_metadata=True, timeout=_PATIENCE)
        card: Any = info.card_data or {}
        self.licence = card.get("license_name") or card.get("license")
        return info

    def _downloaded(self, place: Place, files: list[HubFile]) -> Path:
        from huggingface_hub import snapshot_download

        weights = [f for f in files if f.is_weights]
        total, have = sum(f.size for f in weights), sum(map(place.downloaded, weights))
        free = _free(self.cache)
        if free is not None and total - have > free:
            raise disk_full(self.hub_id, total - have, free)
        if total > have:
            say(f"downloading {self.hub_id} at commit {place.commit[:8]}: {amount(total - have)} to come")
        with Progress(self.reporter, self.hub_id, total, lambda: sum(map(place.downloaded, weights))):
            self._repeated(partial(download_weights, place, weights))
            folder = self._repeated(
                partial(
                    snapshot_download,
                    self.hub_id,
                    revision=self.revision,
                    cache_dir=self.cache,
                    endpoint=self.hub.endpoint,
                    allow_patterns=[f.name for f in files],
                )
            )
        return Path(folder)

    def _repeated(self, work: Callable[[], Result], tries: int | None = None) -> Result:
        """Do it, and again after each of the delays as long as that may help."""
        delays = list(self.hub.delays)[: None if tries is None else tries - 1]
        for delay in delays:
            try:
                return work()
            except Exception as error:  # what cannot be mended by waiting goes on
                if not is_transient(error):
                    raise
                say(f"downloading {self.hub_id}: {first_line(error)}; again in {delay:g} s")
                time.sleep(delay)
        return work()

    def _go_on_with(self, kept: Path, error: Exception) -> Path:
        from huggingface_hub import constants

        constants.HF_HUB_OFFLINE = True  # nothing else asks the Hub now, and waits for it
        text = f"the Hub cannot be reached; the copy of {self.hub_id} in the cache is used (commit {kept.name[:8]})"
        self.reporter.warn(text, {"reason": first_line(error), "commit": kept.name})
        return kept

    def _told(self, error: Exception) -> TunerError:
        page = f"{self.api.endpoint}/{self.hub_id}"
        made = told(error, self.hub_id, self.revision, page=page, licence=self.licence)
        if made.code is ErrorCode.MODEL_NOT_FOUND and type(error).__name__ == "RevisionNotFoundError":
            made.hint = self._revisions() or made.hint
        return made

    def _revisions(self) -> str:
        try:
            refs = self.api.list_repo_refs(self.hub_id)
        except Exception:  # noqa: BLE001  # a help beside the real finding, which stays as it is without it
            return ""
        names = [r.name for r in (*refs.branches, *refs.tags)]
        listed = ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "")
        return f"it has {listed}; set model.revision to one of them or to a commit" if names else ""


def _file(sibling: Any) -> HubFile:
    lfs = sibling.lfs
    return HubFile(sibling.rfilename, sibling.size or 0, lfs.sha256 if lfs is not None else None)


def _free(folder: Path) -> int | None:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None
