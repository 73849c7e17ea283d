"""Every run folder that a workspace shows: its own, other tools' below it, and those of its sources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tuner.config.workspace import Workspace
from tuner.discovery.folder_scan import FolderScan
from tuner.discovery.foreign_layouts import foreign_runs
from tuner.runs.layout import RUN_ID, slugify

OURS = "tuner"
_SHORT, _LONG = 4, 12
_NAMELESS = re.compile(
    r"(v\d+-)?[\d_T:.-]+|out|outputs?|results?|runs?|logs?|adapters?|checkpoints?|models?|version_\d+|tensorboard|tb",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run lies. ``id`` is unique in the workspace: ours is the folder's name, another tool's is made from its
    path and stays the same. ``source`` names the maker: tuner, huggingface, llama-factory, ms-swift, mlx-lm,
    synaptic-tuner, tensorboard.
    """

    id: str
    path: Path
    source: str = OURS

    @property
    def is_ours(self) -> bool:
        """Whether it may be written: other tools' runs are read-only until adopted."""
        return self.source == OURS

    @property
    def given_name(self) -> str:
        """What the folder is called: with its parent's name where its own says nothing (``output``, a time)."""
        own = self.path.name or str(self.path)
        return f"{self.path.parent.name}/{own}" if self.path.parent.name and _NAMELESS.fullmatch(own) else own


class RunFolders:
    """Finds the run folders of one workspace again and again; what did not change is not listed anew.

    ``diagnostics`` says, after a look, which sources are missing and where too much lies to look through.
    """

    def __init__(self, workspace: Workspace, sources: Sequence[Path] = ()) -> None:
        self.workspace = workspace
        self.sources = tuple(sources)
        self.diagnostics: list[str] = []
        self._scan = FolderScan()

    def find(self) -> list[RunFolder]:
        """Ours first, newest first; then the others by path."""
        ours = our_folders(self.workspace)
        return [*ours, *self.others({folder.id for folder in ours})]

    def others(self, taken: Iterable[str] = ()) -> list[RunFolder]:
        """Other tools' runs below the workspace and in its sources, by path; no id is one of ``taken``."""
        self.diagnostics = []
        found: dict[Path, str] = {}
        for root in (self.workspace.root, *self.sources):
            if root is not self.workspace.root and not root.is_dir():
                self.diagnostics.append(f"source {root} is not there; `tuner sources remove {root}` forgets it")
                continue
            for path, source in foreign_runs(root, self.diagnostics, self._scan):
                found.setdefault(path, source)
        return _with_ids(self.workspace.root, found, set(taken))


def run_folders_in(workspace: Workspace, sources: Sequence[Path] = ()) -> list[RunFolder]:
    """Every run folder of a workspace: ours first, newest first, then other tools' by path.

    Args:
        sources: absolute folders elsewhere in which to look as well; missing ones are passed over.
    """
    return RunFolders(workspace, sources).find()


def our_folders(workspace: Workspace) -> list[RunFolder]:
    """Our run directories, newest first."""
    try:
        names = [p.name for p in workspace.runs.iterdir() if RUN_ID.fullmatch(p.name)]
    except OSError:
        return []
    return [RunFolder(name, workspace.runs / name) for name in sorted(names, reverse=True)]


def _with_ids(root: Path, found: dict[Path, str], taken: set[str]) -> list[RunFolder]:
    """Ids from the folders' names and paths; below the workspace its own place does not matter, so it may be moved."""
    short = {path: _id(root, path, _SHORT) for path in sorted(found)}
    times = Counter(short.values())
    return [
        RunFolder(
            id_ if times[id_] == 1 and id_ not in taken else _id(root, path, _LONG),
            path,
            found[path],
        )
        for path, id_ in short.items()
    ]


def _id(root: Path, path: Path, digits: int) -> str:
    import hashlib  # only where there are runs of other tools

    place = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    digest = hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{slugify(path.name)}-{digest[:digits]}"
