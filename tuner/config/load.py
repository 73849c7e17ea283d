"""From YAML text (and ``--set``) to a JobConfiguration with its issues, each with the line it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tuner.config.overrides import apply_override
from tuner.config.yaml_text import Lines, YamlProblem, dump, parse_mapping, read_text
from tuner.core.aliases import normalise_aliases
from tuner.core.issues import Issue, Severity, has_errors
from tuner.core.job import JobConfiguration
from tuner.core.job_issues import parse_job


@dataclass(frozen=True, slots=True)
class LoadedJob:
    """What a text said. ``job`` is None where an issue is an error."""

    job: JobConfiguration | None
    issues: list[Issue] = field(default_factory=list)


def load_job(path: Path, sets: Sequence[str] = ()) -> LoadedJob:
    """Read a configuration file.

    Raises:
        ConfigurationError: the file cannot be read, or a ``--set`` is malformed.
    """
    return parse_job_text(read_text(path), sets)


def parse_job_text(text: str, sets: Sequence[str] = ()) -> LoadedJob:
    """Read a configuration's text; ``sets`` are path=value, laid over it."""
    try:
        tree, lines = parse_mapping(text)
    except YamlProblem as error:
        return LoadedJob(None, [_syntax(error)])
    told: list[Issue] = []
    if sets:  # they rule over the text, whichever of its names a parameter has there
        tree, told = normalise_aliases(tree)
        for item in sets:
            apply_override(tree, item)
        if has_errors(told):
            return LoadedJob(None, with_lines(told, lines))
    job, issues = parse_job(tree)
    return LoadedJob(job, with_lines([*told, *issues], lines))


def with_lines(issues: Sequence[Issue], lines: Lines) -> list[Issue]:
    """The issues with the line of their key, or of the nearest section that stands in the text."""
    return [i.model_copy(update={"line": _line(i.path, lines)}) if i.line is None else i for i in issues]


def lines_of(text: str) -> Lines:
    """The line of each dotted key; empty where the text is not YAML."""
    try:
        return parse_mapping(text)[1]
    except YamlProblem:
        return {}


def dump_job(job: JobConfiguration, *, sparse: bool = False) -> str:
    """A configuration as YAML; ``sparse`` leaves out what is at its default."""
    return dump(job.model_dump(mode="json", exclude_defaults=sparse))


def _line(path: str, lines: Lines) -> int | None:
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        line = lines.get(".".join(parts[:length]))
        if line is not None:
            return line
    return None


def _syntax(error: YamlProblem) -> Issue:
    return Issue(
        path="",
        severity=Severity.ERROR,
        code="YAML_SYNTAX",
        message=f"not valid YAML: {error.message}",
        hint="check indentation, colons and quotes on that line",
        line=error.line,
    )
