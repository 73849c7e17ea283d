"""One finding of the doctor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One finding. ``needed``: nothing can be trained without it."""

    name: str
    ok: bool
    message: str
    hint: str = ""
    needed: bool = False

    def as_dict(self) -> dict[str, object]:
        return {"name": self.name, "ok": self.ok, "message": self.message, "hint": self.hint, "needed": self.needed}
