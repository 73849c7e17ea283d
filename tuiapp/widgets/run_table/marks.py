"""Runs that are marked: to be compared, or for one action to be done to all of them."""

from __future__ import annotations

from collections.abc import Collection

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BEYOND = "✚"


class Marks:
    """Ids in the order in which they were marked; the first is A, as in the charts' legend."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def toggle(self, run_id: str) -> None:
        if run_id in self.ids:
            self.ids.remove(run_id)
        else:
            self.ids.append(run_id)

    def clear(self) -> None:
        self.ids.clear()

    def keep(self, present: Collection[str]) -> bool:
        """Forget those that are gone; whether there were any."""
        kept = [i for i in self.ids if i in present]
        changed = len(kept) != len(self.ids)
        self.ids = kept
        return changed

    def letter(self, run_id: str) -> str:
        """A run's letter; "" where it is not marked."""
        if run_id not in self.ids:
            return ""
        at = self.ids.index(run_id)
        return _LETTERS[at] if at < len(_LETTERS) else _BEYOND
