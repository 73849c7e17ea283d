"""YAML 1.2 (``2e-4`` is a number), safe loading only, with the line of each key."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from tuner.core.errors import ConfigurationError

Tree = dict[str, object]
Lines = dict[str, int]

_MOST_VALUES = 100_000
"""Aliases of aliases can stand for more values than any memory holds."""


class YamlProblem(Exception):
    """Text that is not YAML, or not a mapping; ``line`` is 1-based, None where the whole text is meant."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message, self.line = message, line


def parse_mapping(text: str) -> tuple[Tree, Lines]:
    """Read a mapping and the line of each dotted key.

    Raises:
        YamlProblem: with the place of the mistake.
    """
    try:
        value = YAML(typ="rt", pure=True).load(text)
        if value is None:
            return {}, {}
        if not isinstance(value, CommentedMap):
            raise YamlProblem("expected keys and values, such as `objective: sft`", 1)
        plain = _Plain()
        return plain.mapping(value, ""), plain.lines
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or str(error)).strip()
        raise YamlProblem(problem, mark.line + 1 if mark is not None else None) from error
    except RecursionError as error:
        raise YamlProblem("nested too deeply, or a section that contains itself", None) from error
    except (YAMLError, ValueError) as error:  # ruamel raises ValueError for e.g. impossible dates
        first = str(error).strip().splitlines()
        raise YamlProblem(first[0] if first else type(error).__name__, None) from error


def read_mapping(path: Path) -> Tree:
    """Read a YAML file that must hold a mapping.

    Raises:
        ConfigurationError: the file is missing, unreadable or not such a file.
    """
    try:
        return parse_mapping(read_text(path))[0]
    except YamlProblem as error:
        where = f"{path}:{error.line}" if error.line else str(path)
        raise ConfigurationError(f"{where}: {error.message}", hint="mend the YAML there") from error


def read_text(path: Path) -> str:
    """Read a configuration file's text.

    Raises:
        ConfigurationError: it is missing, a folder, unreadable or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{path}: no such file", hint="name a YAML file, or a preset from `tuner config new --list`"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise ConfigurationError(f"{path}: {reason}", hint="name a readable YAML file") from error


def dump(values: Mapping[str, object]) -> str:
    """Write a mapping as YAML, keys in the order given."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 110
    stream = io.StringIO()
    yaml.dump(_without_tuples(values), stream)
    return stream.getvalue()


def edited(text: str, values: Mapping[str, object], where: str) -> str:
    """The text with some top-level keys set to other values; comments, order and all else stay.

    Raises:
        ConfigurationError: the text is no YAML mapping; ``where`` says whose it is.
    """
    yaml = YAML(typ="rt", pure=True)
    yaml.preserve_quotes = True
    yaml.width = 4096
    if re.search(r"^ +- ", text, re.MULTILINE):  # lists are indented here
        yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        parse_mapping(text)
    except YamlProblem as error:
        place = f"{where}:{error.line}" if error.line else where
        raise ConfigurationError(f"{place}: {error.message}", hint="mend the YAML there") from error
    if text.strip() and all(not ln.strip() or ln.lstrip().startswith("#") for ln in text.splitlines()):
        return text.rstrip("\n") + "\n" + dump(values)  # nothing but comments, which belong to no key
    tree = yaml.load(text) if text.strip() else CommentedMap()
    for key, value in values.items():
        old = tree.get(key)
        if isinstance(old, CommentedSeq) and isinstance(value, list):
            for index in reversed([i for i, item in enumerate(old) if item not in value]):
                del old[index]
            old.extend(item for item in value if item not in old)
        else:
            tree[key] = value
    stream = io.StringIO()
    yaml.dump(tree, stream)
    return stream.getvalue()


class _Plain:
    """Ruamel's nodes as plain values; ``lines`` collects the line of each key."""

    def __init__(self) -> None:
        self.lines: Lines = {}
        self._left = _MOST_VALUES

    def mapping(self, node: CommentedMap, place: str) -> Tree:
        result: Tree = {}
        for key, value in node.items():
            path = f"{place}.{key}" if place else str(key)
            position = node.lc.data.get(key) if node.lc.data else None
            if position:
                self.lines[path] = position[0] + 1
            result[str(key)] = self._value(value, path)
        return result

    def _value(self, value: object, path: str) -> object:
        self._left -= 1
        if self._left < 0:
            raise YamlProblem(f"stands for too many values (more than {_MOST_VALUES})", None)
        if isinstance(value, CommentedMap):
            return self.mapping(value, path)
        if isinstance(value, CommentedSeq):
            return [self._value(item, f"{path}.{i}") for i, item in enumerate(value)]
        if isinstance(value, bool):
            return value
        for kind in (int, float, str):  # ruamel's own scalar classes carry formatting; the plain ones do not
            if isinstance(value, kind):
                return kind(value)
        return value


def _without_tuples(value: object) -> object:
    if isinstance(value, Mapping):
        return {k: _without_tuples(v) for k, v in value.items()}
    return [_without_tuples(v) for v in value] if isinstance(value, list | tuple) else value
