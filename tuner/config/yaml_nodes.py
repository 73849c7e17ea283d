"""Where each key and value of a YAML text stands: its nodes, found by a path of keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_HASH = re.compile(r"(?:^|(?<=\s))#", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value, as nodes with their marks in the text."""

    key: Node
    value: Node


@lru_cache(4)
def root_of(text: str) -> MappingNode | None:
    """The text's mapping; None where it is empty or no mapping."""
    try:
        node = YAML(typ="rt", pure=True).compose(text)
    except (YAMLError, ValueError, RecursionError):
        return None
    return node if isinstance(node, MappingNode) else None


def comments_of(text: str) -> list[str]:
    """The comments, in their order: from each # that is no part of a value up to the end of its line."""
    root = root_of(text)
    spans = sorted(_spans(root)) if root is not None else []
    found, at = [], 0
    for match in _HASH.finditer(text):
        start = match.end() - 1
        if start < at:
            continue  # within a comment
        while spans and spans[0][1] <= start:
            spans.pop(0)
        if not spans or start < spans[0][0]:
            at = line_end(text, start)
            found.append(text[start:at].rstrip())
    return found


def _spans(node: Node) -> Iterator[tuple[int, int]]:
    """From where up to where each key and plain value stands."""
    if isinstance(node, ScalarNode):
        yield int(node.start_mark.index), int(node.end_mark.index)
        return
    for item in node.value:
        for inner in item if isinstance(item, tuple) else (item,):
            yield from _spans(inner)


def entries(node: Node | None) -> dict[str, Entry]:
    """A mapping's entries by their keys; {} where the node is none."""
    if not isinstance(node, MappingNode):
        return {}
    return {str(k.value): Entry(k, v) for k, v in node.value if isinstance(k, ScalarNode)}


def end_of(node: Node) -> int:
    """The index just behind a node's last character that is its own, not that of what follows."""
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]  # a block that is empty does not exist
    return end_of(last[1] if isinstance(last, tuple) else last)


def line_end(text: str, index: int) -> int:
    """The index behind the newline that ends the line of ``index``; the text's end where there is none."""
    at = text.find("\n", index)
    return len(text) if at < 0 else at + 1


def line_start(text: str, index: int) -> int:
    """The index at which the line of ``index`` begins."""
    return text.rfind("\n", 0, index) + 1
