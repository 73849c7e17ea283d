"""``--set path=value``: the value is YAML, so numbers, lists and null mean what they mean in a file."""

from __future__ import annotations

from tuner.config.yaml_text import Tree, YamlProblem, parse_mapping
from tuner.core.aliases import real_path
from tuner.core.errors import ConfigurationError


def apply_override(tree: Tree, item: str) -> None:
    """Lay one path=value over the tree; the path may end in another trainer's name for a parameter.

    Raises:
        ConfigurationError: there is no "=", the path runs through a plain value, or the value is not YAML.
    """
    path, equals, text = item.partition("=")
    path = path.strip()
    if not equals or not path:
        raise ConfigurationError(f"--set {item!r}: expected path=value", hint="e.g. --set schedule.epochs=2")
    try:
        tree_of_value = parse_mapping(f"value: {text}")[0]
    except YamlProblem as error:
        raise ConfigurationError(f"--set {path}: {error.message}", hint="quote the value") from error
    if len(tree_of_value) != 1:
        raise ConfigurationError(f"--set {path}: the value is more than one", hint="use one --set for each parameter")
    *parents, last = real_path(path).split(".")
    here = tree
    for key in parents:
        inner = here.get(key)
        if inner is None:
            inner = here[key] = {}
        if not isinstance(inner, dict):
            raise ConfigurationError(f"--set {path}: {key} is a value, not a section", hint="shorten the path")
        here = inner
    here[last] = tree_of_value["value"]
