"""Writes docs/configuration.md from the schema and PARAMETER_RANGES, the single sources; ``--check`` only compares."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tuner.core.aliases import ALIASES
from tuner.core.job import JobConfiguration
from tuner.core.ranges import PARAMETER_RANGES, PRETRAIN_RANGES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"

HEAD = """# The configuration

Made by `tools/configuration_page.py` from the schema; edit the schema, not this page.

One file describes one run. Unknown keys are errors with a "did you mean"; `2e-4` is a number; relative paths mean the
workspace. `tuner config new FILE --preset NAME` starts one, `tuner config validate FILE` checks it, `--set path=value`
overrides a value.

A value beyond a hard range is refused unless `metadata.override_ranges` lists that very parameter. Pretraining has wider
ranges where a second one is given.

| parameter | default | range or values | what it is |
|---|---|---|---|
"""


def page() -> str:
    rows = "\n".join(_rows(JobConfiguration, ""))
    aliases = "\n".join(f"| `{alias}` | `{path}` |" for alias, path in sorted(ALIASES.items()))
    return (
        f"{HEAD}{rows}\n\n## Names of other trainers that are understood\n\n| name | read as |\n|---|---|\n{aliases}\n"
    )


def _rows(model: type[BaseModel], place: str) -> list[str]:
    rows = []
    for name, field in model.model_fields.items():
        path = f"{place}.{name}" if place else name
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            rows += _rows(inner, path)
            continue
        rows.append(
            f"| `{path}` | {_default(field)} | {_values(path, field)} | {(field.description or '').replace('|', chr(92) + '|')} |"
        )
    return rows


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "–"
    return f"`{value.value if isinstance(value, Enum) else value}`"


def _values(path: str, field: FieldInfo) -> str:
    allowed = PARAMETER_RANGES.get(path)
    if allowed is not None:
        wider = PRETRAIN_RANGES[path]
        return str(allowed) if wider == allowed else f"{allowed}; pretrain {wider}"
    members = [a for a in (field.annotation, *getattr(field.annotation, "__args__", ())) if isinstance(a, type)]
    enum = next((m for m in members if issubclass(m, Enum)), None)
    return ", ".join(str(m.value) for m in enum) if enum is not None else ""


def main() -> int:
    text = page()
    if "--check" in sys.argv:
        return 0 if PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
