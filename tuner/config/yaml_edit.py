"""Single values of a configuration's text changed where they stand; every other character stays.

An edit is tried as a person would type it, then read back: only a text that says what was meant, and that lost no
comment, is returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from tuner.config.yaml_nodes import Entry, comments_of, end_of, entries, line_end, line_start, root_of
from tuner.config.yaml_text import Tree, YamlProblem, parse_mapping
from tuner.config.yaml_values import written
from tuner.core.errors import ConfigurationError

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Default:
    """Instead of a value: the key is taken out. Where a comment stands beside it, it stays and gets the default."""

    value: object


def set_values(text: str, values: Mapping[Keys, object], *, order: tuple[str, ...] = ()) -> str:
    """The text with other values at some paths of keys, or their ``Default``. Comments, order and all else stay.

    ``order``: the top-level keys in the order in which new ones are put.

    Raises:
        ConfigurationError: the text is no YAML, or is written so that the value cannot be changed in its place.
    """
    for keys, value in values.items():
        text = _set(text, keys, value, order)
    return text


def _set(text: str, keys: Keys, value: object, order: tuple[str, ...]) -> str:
    try:
        tree = _says(text)
    except YamlProblem as error:
        place = f"line {error.line}: " if error.line else ""
        raise ConfigurationError(f"{place}{error.message}", hint="mend the YAML there") from error
    before = comments_of(text)
    for tried, meant in _ways(text, keys, value, order):
        try:
            says = _says(tried)
        except YamlProblem:
            continue
        if says == _with(tree, keys, meant) and comments_of(tried) == before:
            return tried
    raise ConfigurationError(f"{'.'.join(keys)} cannot be changed in its place", hint="change it in the YAML text")


def _ways(text: str, keys: Keys, value: object, order: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    """The text edited in one way after another, the nicest first, and what shall stand there then (None: nothing)."""
    here: Node | None = root_of(text)
    chain: list[tuple[MappingNode, Entry]] = []
    for key in keys:
        entry = entries(here).get(key)
        if entry is None or not isinstance(here, MappingNode):
            break
        chain.append((here, entry))
        here = entry.value
    if isinstance(value, Default):
        if len(chain) < len(keys) or here is None:
            yield text, None
            return
        whole = next(
            (n for n in reversed(range(len(chain))) if len(chain[n][0].value) > 1), 0
        )  # no empty section stays
        yield _without(text, *chain[whole]), None
        yield _replaced(text, here, value.value), value.value
    elif here is None:
        yield f"{text.rstrip()}\n{_nested(keys, value)}".lstrip("\n"), value
    elif len(chain) < len(keys):
        left = keys[len(chain) :]
        if not isinstance(here, MappingNode):
            yield _begun(text, chain[-1][1].key, left, value), value
        else:
            yield _added(text, here, left, value, order), value
    else:
        yield from ((tried, value) for tried in _listed(text, here, value))
        yield _replaced(text, here, value), value
        at = _after_colon(text, chain[-1][1].key)  # named and left empty
        yield f"{text[:at]} {written(value)}{text[at:]}", value


def _replaced(text: str, node: Node, value: object) -> str:
    end = end_of(node) if node.value else node.end_mark.index
    return text[: node.start_mark.index] + written(value) + text[end:]


def _listed(text: str, node: Node, value: object) -> Iterator[str]:
    """A list with an item a line: its lines taken out and put in, one by one."""
    if not isinstance(node, SequenceNode) or node.flow_style or not isinstance(value, list):
        return
    first = node.value[0]
    begin = line_start(text, first.start_mark.index)
    head = text[begin : first.start_mark.index]
    kept = list(node.value)
    for item in reversed(node.value):
        if item.value not in value:
            kept.remove(item)
            text = text[: line_start(text, item.start_mark.index)] + text[line_end(text, end_of(item)) :]
    at = line_end(text, end_of(kept[-1])) if kept else begin
    before = "\n" if at and text[at - 1] != "\n" else ""
    new = [v for v in value if v not in [item.value for item in kept]]
    yield text[:at] + before + "".join(f"{head}{written(v)}\n" for v in new) + text[at:]


def _without(text: str, parent: MappingNode, entry: Entry) -> str:
    start, end = int(entry.key.start_mark.index), end_of(entry.value)
    if not parent.flow_style:
        return text[: line_start(text, start)] + text[line_end(text, end) :]
    rest = text[end:]
    if rest.lstrip().startswith(","):
        return text[:start] + rest.lstrip()[1:].lstrip(" ")
    return text[:start].rstrip().removesuffix(",").rstrip() + rest


def _begun(text: str, key: Node, keys: Keys, value: object) -> str:
    """A section that is named and left empty gets its first value."""
    at = _after_colon(text, key)
    return f"{text[:at]} {{{_inline(keys, value)}}}{text[at:]}"


def _after_colon(text: str, key: Node) -> int:
    return text.index(":", key.end_mark.index) + 1


def _added(text: str, node: MappingNode, keys: Keys, value: object, order: tuple[str, ...]) -> str:
    if node.flow_style:
        at = node.end_mark.index - 1
        return text[:at].rstrip() + (", " if node.value else "") + _inline(keys, value) + text[at:]
    column = node.value[0][0].start_mark.column
    at = line_end(text, end_of(_before(node, keys[0], order)))
    before = "\n" if at and text[at - 1] != "\n" else ""
    return text[:at] + before + _nested(keys, value, " " * column) + text[at:]


def _before(node: MappingNode, key: str, order: tuple[str, ...]) -> Node:
    """The node behind which a new key is put."""
    known = entries(node)
    earlier = [k for k in order[: order.index(key)] if k in known] if key in order else []
    last = known[earlier[-1]].value if earlier else node.value[-1][1]
    return last if end_of(last) > last.start_mark.index else node.value[-1][1]


def _inline(keys: Keys, value: object) -> str:
    inner = f"{keys[-1]}: {written(value)}"
    for key in reversed(keys[:-1]):
        inner = f"{key}: {{{inner}}}"
    return inner


def _nested(keys: Keys, value: object, indent: str = "") -> str:
    lines = [f"{indent}{'  ' * n}{key}:" for n, key in enumerate(keys)]
    return "\n".join(lines) + f" {written(value)}\n"


@lru_cache(4)
def _says(text: str) -> Tree:
    """What a text says, to be read only; it is asked for again with the next edit."""
    return _filled(parse_mapping(text)[0])


def _with(tree: Tree, keys: Keys, value: object) -> Tree:
    """What the text shall say: the tree with the value, without keys and sections that are empty."""
    key, *rest = keys
    inner = tree.get(key)
    return _filled(
        {**tree, key: _with(inner if isinstance(inner, dict) else {}, tuple(rest), value) if rest else value}
    )


def _filled(tree: Tree) -> Tree:
    found: Tree = {}
    for key, value in tree.items():
        kept = _filled(value) if isinstance(value, dict) else value
        if kept is not None and kept != {}:
            found[key] = kept
    return found
