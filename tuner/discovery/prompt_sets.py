"""Prompt sets: any file that holds a list of prompts, known ones first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tuner.core.interfaces import IDiscoveryService
from tuner.discovery.repo_root import find_repo_root

_KNOWN_FOLDERS = ("prompts", "Evaluator/prompts", "Evaluator")
_ELSEWHERE = ("", "data", "suites")
_LARGEST = 64 * 1024 * 1024
_QUESTION_KEYS = ("question", "prompt", "messages")

PromptSet = tuple[str, str, int]
"""(name, description, number of cases)"""


class PromptSetDiscovery(IDiscoveryService):
    """Finds prompt sets below ``repo_root``; ``diagnostics`` names files that only looked like one."""

    def __init__(self, repo_root: Path | str | None = None) -> None:
        self.repo_root = Path(repo_root) if repo_root is not None else find_repo_root()
        self.diagnostics: list[str] = []

    def discover(self) -> list[PromptSet]:
        """(name, description, count) of each set; the name is its path below the root, without the ending."""
        self.diagnostics = []
        return [found for path in self._candidates() if (found := self._read(path)) is not None]

    def _candidates(self) -> Iterator[Path]:
        seen: set[Path] = set()
        for folder in (*_KNOWN_FOLDERS, *_ELSEWHERE):
            base = self.repo_root / folder
            paths = sorted(p for p in base.glob("*.json*") if p.suffix in {".json", ".jsonl"}) if base.is_dir() else []
            for path in paths:
                if path.resolve() not in seen:
                    seen.add(path.resolve())
                    yield path

    def _read(self, path: Path) -> PromptSet | None:
        try:
            if path.stat().st_size > _LARGEST:
                self.diagnostics.append(f"{path}: larger than a prompt set ({_LARGEST // 2**20} MiB)")
                return None
            text = path.read_text(encoding="utf-8")
            if path.suffix == ".jsonl":
                value = [json.loads(line) for line in text.split("\n") if line.strip()]
            else:
                value = json.loads(text)
        except (OSError, ValueError, RecursionError) as error:
            self.diagnostics.append(f"{path}: {error}")
            return None
        cases, description = _cases(value)
        if not cases:
            return None
        name = path.relative_to(self.repo_root).with_suffix("").as_posix()
        return name, description or f"{len(cases)} cases", len(cases)


def _cases(value: object) -> tuple[list[object], str]:
    """The cases of a prompt set and its description; no cases where the value is not one."""
    description = ""
    if isinstance(value, dict):
        description = str(value.get("description") or value.get("name") or "")
        value = value.get("prompts", value.get("cases"))
    if not isinstance(value, list) or not value or not all(_is_case(c) for c in value):
        return [], ""
    return value, description


def _is_case(case: object) -> bool:
    if isinstance(case, str):
        return True
    if not isinstance(case, dict) or not any(k in case for k in _QUESTION_KEYS):
        return False
    return not {"completion", "chosen", "label"} & case.keys()  # those are training rows
