"""One value as YAML writes it, short enough for one line."""

from __future__ import annotations

from tuner.config.yaml_text import YamlProblem, parse_mapping


def written(value: object) -> str:
    """The value as YAML, on one line, to stand in a block or within braces."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(written(v) for v in value)}]"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, str) and not _stands_plain(value):
        return f'"{"".join(_escaped(c) for c in value)}"'
    return str(value)


def number_text(value: float) -> str:
    """A number as people write it: 2e-4, not 0.0002; always one that reads back the same."""
    if isinstance(value, int) or not 0 < abs(value) < 1e-3:
        return repr(value)
    mantissa, _, exponent = f"{value:e}".partition("e")
    short = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return short if float(short) == value else repr(value)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _stands_plain(text: str) -> bool:
    """Whether the text needs no quotes, in a block as within braces."""
    if not text.isprintable() or text != text.strip():
        return False
    try:
        block, flow = parse_mapping(f"v: {text}\n")[0], parse_mapping(f"{{v: {text}}}\n")[0]
    except YamlProblem:
        return False
    return block == flow == {"v": text}
