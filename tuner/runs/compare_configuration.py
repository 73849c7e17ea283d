"""The difference of several runs' configurations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuner.runs.run_configuration import ABSENT, Origin, Setting


@dataclass(frozen=True, slots=True)
class ConfigurationRow:
    """One path with a setting for each run, in the order of the runs; the first is what the others are held against."""

    path: str
    settings: tuple[Setting, ...]

    @property
    def changed(self) -> tuple[bool, ...]:
        """For each run, whether its value differs from the first one's."""
        first = self.settings[0]
        return tuple(not _same(first, s) for s in self.settings)

    @property
    def is_equal(self) -> bool:
        """Whether all runs have the same value, however they came to it."""
        return not any(self.changed)


def compare_configurations(runs: Sequence[Mapping[str, Setting]]) -> list[ConfigurationRow]:
    """All paths that any run knows: the first run's in its own order, then what only later ones have."""
    paths = dict.fromkeys(path for run in runs for path in run)
    return [ConfigurationRow(path, tuple(run.get(path, ABSENT) for run in runs)) for path in paths]


def _same(one: Setting, other: Setting) -> bool:
    if (one.origin is Origin.ABSENT) != (other.origin is Origin.ABSENT):
        return False
    a, b = one.value, other.value
    if isinstance(a, bool) != isinstance(b, bool):
        return False  # Python takes True for 1
    return a == b or (a != a and b != b)  # nan is like nan here
