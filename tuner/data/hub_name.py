"""Names of datasets on the Hugging Face Hub: ``hub:ID[@REVISION][:CONFIG][#SPLIT]``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(r"hub:(?P<id>[^@:#]+)(?:@(?P<revision>[^:#]+))?(?::(?P<config>[^#]+))?(?:#(?P<split>.+))?")
_ID = re.compile(r"[\w-][\w.-]*/[\w.-]+(?:[@:#].*)?")


@dataclass(frozen=True, slots=True)
class HubName:
    """A dataset of the Hub. ``split`` None: train, or the only one there is."""

    id: str
    revision: str | None = None
    config: str | None = None
    split: str | None = None

    @classmethod
    def parse(cls, text: str) -> HubName | None:
        """The name; None where the text is a path."""
        found = _NAME.fullmatch(text)
        return cls(**found.groupdict()) if found else None

    def __str__(self) -> str:
        parts = (("@", self.revision), (":", self.config), ("#", self.split))
        return f"hub:{self.id}" + "".join(f"{mark}{part}" for mark, part in parts if part)


def may_be_hub_id(text: str) -> bool:
    """Whether a name that no file has can be an id of the Hub: ``owner/name``, without a file's suffix."""
    return _ID.fullmatch(text) is not None and not re.search(r"\.(jsonl|ndjson|json|csv|parquet|txt)$", text)
