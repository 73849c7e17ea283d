"""The file behind the index: SQLite, shared by several processes, thrown away and made anew when anything is wrong."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

from tuner.runs.run_index_rows import SCHEMA, Row

_TABLE = """
CREATE TABLE runs (
    place TEXT PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, stamp BLOB NOT NULL, packed BLOB NOT NULL
)
"""
_PATIENCE = 2.0
"""Seconds to wait for another process that writes."""

log = logging.getLogger(__name__)


class IndexStore:
    """Rows by place, for several threads.

    Nothing here raises: what cannot be kept is read from the runs themselves the next time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._connection = self._opened()

    @property
    def is_kept(self) -> bool:
        """Whether there is a file; else everything is forgotten with this object."""
        return self._connection is not None

    def load(self) -> list[Row]:
        """All rows; [] where there are none, or they cannot be read."""
        with self._lock:
            if self._connection is None:
                return []
            try:
                found = self._connection.execute("SELECT place, id, source, stamp, packed FROM runs")
                return list(map(Row._make, found))
            except sqlite3.DatabaseError as error:
                self._give_up(error)
                return []

    def save(self, changed: Iterable[Row], gone: Iterable[str] = ()) -> None:
        """Write rows, and remove those at the places that are gone, in one step."""
        with self._lock:
            if self._connection is None:
                return
            try:
                with self._connection:
                    self._connection.executemany("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)", changed)
                    self._connection.executemany("DELETE FROM runs WHERE place = ?", [(place,) for place in gone])
            except sqlite3.OperationalError as error:  # another one writes for long, the disk is full
                log.info("the index of runs was not written: %s", error)
            except sqlite3.DatabaseError as error:
                self._give_up(error)

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> sqlite3.Connection | None:
        for again in (False, True):
            try:
                return self._connected(anew=again)
            except (sqlite3.Error, OSError) as error:
                log.info("the index of runs %s cannot be opened: %s", self.path, error)
                if isinstance(error, sqlite3.OperationalError | OSError):
                    return None  # read-only, locked for long, or no place for it: not broken
        return None

    def _connected(self, *, anew: bool) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if anew:
            self._remove()
        connection = sqlite3.connect(self.path, timeout=_PATIENCE, check_same_thread=False)
        try:
            connection.execute("PRAGMA synchronous=OFF")  # it can be made anew
            if not _is_present(connection):
                connection.execute("PRAGMA journal_mode=WAL")
                with connection:
                    connection.execute("BEGIN IMMEDIATE")
                    if not _is_present(connection):  # or another process made it meanwhile
                        connection.execute("DROP TABLE IF EXISTS runs")
                        connection.execute(_TABLE)
                        connection.execute(f"PRAGMA user_version={SCHEMA}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        """A file that turns out broken is made anew by the next one who opens it."""
        log.info("the index of runs %s is broken: %s", self.path, error)
        self._close()
        try:
            self._remove()
        except OSError:
            log.info("the index of runs cannot be removed", exc_info=True)

    def _remove(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


def _is_present(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA)
