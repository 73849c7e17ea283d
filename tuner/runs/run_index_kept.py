"""What is kept of runs from one time to the next; nothing of it is loaded before there is something to keep."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuner.config.workspace import Workspace
from tuner.runs.run_entries import Entry

if TYPE_CHECKING:
    from tuner.runs.run_index_store import IndexStore


class KeptRuns:
    """Entries in the workspace's store, which is opened when it is first needed. For several threads.

    Args:
        workspace: whose runs they are.
        store: where they are kept; None: in its usual place.
    """

    def __init__(self, workspace: Workspace, store: IndexStore | None = None) -> None:
        self._workspace = workspace
        self._store = store
        self._opening = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the store was needed already."""
        return self._store is not None

    def load(self) -> list[Entry]:
        """All that are kept; those that cannot be read are left out."""
        from tuner.runs.run_index_rows import unpack

        rows = self._opened().load()
        found = ((unpack(self._workspace.root, row), row.stamp) for row in rows)
        return [Entry(parts[0], stamp, parts[1]) for parts, stamp in found if parts is not None]

    def save(self, entries: Sequence[Entry]) -> None:
        """Keep these, in place of what was kept of the same runs."""
        from tuner.runs.run_index_rows import pack

        rows = (pack(self._workspace.root, e.folder, e.stamp, e.run) for e in entries)
        self._opened().save(filter(None, rows))

    def forget(self, entries: Sequence[Entry]) -> None:
        """Keep these no longer."""
        store = self._store
        if entries and store is not None:
            from tuner.runs.run_index_rows import place_of

            store.save((), filter(None, (place_of(self._workspace.root, entry.folder) for entry in entries)))

    def close(self) -> None:
        """Let the store go; the next need opens it again."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None

    def _opened(self) -> IndexStore:
        with self._opening:  # two threads never open it twice
            if self._store is None:
                from tuner.runs.run_index_place import index_place
                from tuner.runs.run_index_store import IndexStore

                self._store = IndexStore(index_place(self._workspace))
            return self._store
