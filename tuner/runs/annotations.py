"""What people add to runs: tags, a note, a name, pinned, archived; and which checkpoints are to be kept.

Ours are kept in the run's manifest. Other tools' runs are read-only, so theirs are kept in the workspace's
.tuner/annotations.json, by path: relative where the run lies below the workspace, so that it may be moved.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from tuner.config.workspace import Workspace, cannot_write
from tuner.core.errors import ConfigurationError
from tuner.runs.atomic import write_json
from tuner.runs.json_file import JsonObject, UnreadableFile, read_object, read_object_or_none
from tuner.runs.layout import RunPaths
from tuner.runs.lock import run_lock
from tuner.runs.manifest_file import pinned_checkpoints, read_manifest
from tuner.runs.text_tail import inert

if TYPE_CHECKING:
    from tuner.discovery.run_folders import RunFolder
    from tuner.runs.summary import RunSummary

_LONGEST = {"name": 120, "tag": 60, "note": 10_000}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become different; None leaves a thing as it is. ``tags`` come before ``add`` and ``remove``."""

    tags: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    note: str | None = None
    pinned: bool | None = None
    archived: bool | None = None
    name: str | None = None
    pin: tuple[int, ...] = ()
    unpin: tuple[int, ...] = ()

    def applied(self, values: Mapping[str, object]) -> JsonObject:
        """The values with the change made."""
        found = dict(values)
        if self.tags is not None or self.add or self.remove:
            before = self.tags if self.tags is not None else _texts(values.get("tags"))
            gone = {t.casefold() for t in self.remove}
            found["tags"] = [t for t in dict.fromkeys((*before, *self.add)) if t.casefold() not in gone]
        if self.pin or self.unpin:
            kept = {*pinned_checkpoints(values), *self.pin} - {*self.unpin}
            found["pinned_checkpoints"] = sorted(kept)
        plain = {"note": self.note, "pinned": self.pinned, "archived": self.archived, "name": self.name}
        return {**found, **{key: value for key, value in plain.items() if value is not None}}


class Said(TypedDict, total=False):
    """What is to be said of a run from now on; what is left out stays.

    ``tags`` are all of them; ``add_tags`` and ``remove_tags`` change those there are, whoever else does so too.
    """

    tags: Iterable[str]
    add_tags: Iterable[str]
    remove_tags: Iterable[str]
    note: str
    pinned: bool
    archived: bool
    name: str
    pin_checkpoints: Iterable[int]
    unpin_checkpoints: Iterable[int]


def annotate(folder: RunFolder, workspace: Workspace, **said: Unpack[Said]) -> None:
    """Change what is said of a run. An empty note is no note.

    Raises:
        ConfigurationError: a text is empty, too long or spans lines where it may not; the place cannot be written, or
            holds something that cannot be read.
    """
    change = Change(
        tags=tuple(_checked("tag", t) for t in said["tags"]) if "tags" in said else None,
        add=tuple(_checked("tag", t) for t in said.get("add_tags", ())),
        remove=tuple(said.get("remove_tags", ())),
        note=_checked("note", said["note"]) if "note" in said else None,
        pinned=said.get("pinned"),
        archived=said.get("archived"),
        name=_checked("name", said["name"]) if "name" in said else None,
        pin=tuple(said.get("pin_checkpoints", ())),
        unpin=tuple(said.get("unpin_checkpoints", ())),
    )
    path = RunPaths(folder.path).manifest if folder.is_ours else _path(workspace)
    try:
        if folder.is_ours:
            with run_lock(folder.path):
                write_json(path, change.applied(read_manifest(folder.path)))
            return
        workspace.make_folder(workspace.hidden)
        with run_lock(workspace.hidden):
            runs = _runs(read_object_or_none(path) or {})
            key = _key(folder.path, workspace)
            runs[key] = change.applied(_object(runs.get(key)))
            write_json(path, {"schema_version": 1, "runs": runs})
    except UnreadableFile as error:
        raise ConfigurationError(str(error), hint=f"restore {path.name} from a backup, or move it away") from error
    except OSError as error:
        raise cannot_write(path, error) from error


class Annotations:
    """What is said of other tools' runs, read again only where the file changed. Safe for several threads."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._runs: JsonObject = {}

    def refresh(self) -> bool:
        """Look at the file. Returns whether it changed; one that cannot be read is as if it were empty."""
        path = _path(self._workspace)
        with self._lock:
            try:
                stat = path.stat()
                stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            except OSError:
                stamp = None
            if stamp == self._stamp:
                return False
            self._stamp, self._runs = stamp, {}
            try:
                self._runs = _runs(read_object(path)) if stamp else {}
            except UnreadableFile as error:
                log.warning("what was said of other tools' runs cannot be read: %s", error)
            return True

    def put_on(self, run: RunSummary) -> RunSummary:
        """The run with what is said of it; one of ours says so itself."""
        found = _object(self._runs.get(_key(run.path, self._workspace))) if self._runs else {}
        if not found or run.source == "tuner":
            return run
        name = found.get("name")
        return replace(
            run,
            name=inert(name) if isinstance(name, str) and name else run.name,
            tags=[inert(t) for t in _texts(found.get("tags"))] or run.tags,
            note=note_of(found),
            pinned=found.get("pinned") is True,
            archived=found.get("archived") is True,
        )


def note_of(values: Mapping[str, object]) -> str:
    """The note in a manifest or in an annotation; "" where there is none."""
    note = values.get("note")
    return note if isinstance(note, str) else ""


def _checked(what: str, text: str) -> str:
    kept = "\n".join(inert(line).rstrip() for line in text.splitlines()).strip()
    if what != "note" and "\n" in kept:
        raise ConfigurationError(f"a {what} is one line", hint=f"write a shorter {what}; a note may have lines")
    if not kept and what != "note":
        raise ConfigurationError(f"a {what} cannot be empty", hint=f"write a {what} of up to {_LONGEST[what]} letters")
    if len(kept) > _LONGEST[what]:
        raise ConfigurationError(f"a {what} of {len(kept)} letters", hint=f"at most {_LONGEST[what]}")
    return kept


def _path(workspace: Workspace) -> Path:
    return workspace.hidden / "annotations.json"


def _key(path: Path, workspace: Workspace) -> str:
    return str(path.relative_to(workspace.root) if path.is_relative_to(workspace.root) else path)


def _runs(values: JsonObject) -> JsonObject:
    return _object(values.get("runs"))


def _object(value: object) -> JsonObject:
    return dict(value) if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []
