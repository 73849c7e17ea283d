"""The sandbox that chat templates run in, with the names that transformers gives them there."""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import datetime
from typing import NoReturn

from jinja2 import nodes, pass_eval_context
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.ext import Extension, loopcontrols
from jinja2.nodes import EvalContext
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

Tracked = tuple[list[str], list[tuple[int, int]]]
TRACKED: ContextVar[Tracked | None] = ContextVar("TRACKED", default=None)
"""While marks are looked for: what is rendered so far, and where the marked parts of it stand. Per thread."""


class GenerationMarks(Extension):
    """``{% generation %} … {% endgeneration %}`` around what the assistant says."""

    tags = {"generation"}  # noqa: RUF012  # jinja's own name and type

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_mark"), [], [], body).set_lineno(line)

    @pass_eval_context
    def _mark(self, context: EvalContext, caller: Macro) -> str:
        text: str = caller()
        tracked = TRACKED.get()
        if tracked is not None:
            blocks, spans = tracked
            start = sum(map(len, blocks))
            spans.append((start, start + len(text)))
        return text


class TemplateNamespace(Namespace):
    """A namespace that keeps no name with an underscore before it."""

    def __init__(*args: object, **values: object) -> None:  # a template may give a value named self
        self, *rest = args
        attributes = dict(*rest, **values)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: object) -> None:
        _check_name(name)
        Namespace.__setitem__(self, name, value)


def sandbox() -> ImmutableSandboxedEnvironment:
    """A new environment."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationMarks, loopcontrols]
    )
    environment.filters["tojson"] = to_json
    environment.globals.update(
        raise_exception=_raise_exception, strftime_now=_strftime_now, namespace=TemplateNamespace
    )
    return environment


def to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """The filter ``tojson``: jinja's own would escape characters of HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _strftime_now(pattern: str) -> str:
    return datetime.now().strftime(pattern)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a chat template cannot keep a name with an underscore before it ({name!r})")
