"""Chat templates: the text that a conversation becomes, as transformers makes it (jinja2, imported when needed)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2

Message = Mapping[str, object]
Spans = list[tuple[int, int]]
Templates = str | dict[str, str]

_REASONING = ("reasoning_content", "thinking", "reasoning")
"""Names of a message's reasoning; templates read the first, some the second."""


class TemplateRefused(Exception):
    """The template cannot render a conversation; the message is its own."""


class ChatTemplate:
    """A model's chat template (or templates by name) with the special tokens that it may name."""

    def __init__(self, templates: Templates, special_tokens: Mapping[str, str]) -> None:
        self._templates = templates
        self._special_tokens = dict(special_tokens)

    def render(self, messages: Sequence[Message], tools: object = None, *, generation: bool = False) -> str:
        """The text of a conversation; with ``generation`` it ends where the assistant would begin.

        Raises whatever a template may raise: see ``refusals``.
        """
        return "".join(self._blocks(messages, tools, generation))

    def render_marked(self, messages: Sequence[Message], tools: object = None) -> tuple[str, Spans]:
        """The text, and the characters in it that the template's ``{% generation %}`` marks enclose."""
        from tuner.data.template_sandbox import TRACKED

        blocks: list[str] = []
        spans: Spans = []
        token = TRACKED.set((blocks, spans))
        try:
            for block in self._blocks(messages, tools, False):
                blocks.append(block)
        finally:
            TRACKED.reset(token)
        return "".join(blocks), spans

    def prepare(self) -> None:
        """Compile the template now, where it can be; what is wrong with it shows when it renders."""
        with suppress(TemplateRefused), refusals():
            _compiled(self.source())

    def source(self, tools: object = None) -> str:
        """The template that renders a conversation with these tools.

        Raises:
            TemplateRefused: there are several and none is the default.
        """
        if isinstance(self._templates, str):
            return self._templates
        name = "tool_use" if tools is not None and "tool_use" in self._templates else "default"
        if name not in self._templates:
            raise TemplateRefused(f"there are several chat templates ({', '.join(self._templates)}), none a default")
        return self._templates[name]

    def _blocks(self, messages: Sequence[Message], tools: object, generation: bool) -> Iterator[str]:
        template, names = _compiled(self.source(tools))
        values = {
            **names,
            **self._special_tokens,
            "messages": [_plain(message) for message in messages],
            "tools": tools,
            "documents": None,
            "add_generation_prompt": generation,
        }
        # What render() does too, but for its merging of the names of environment and template for every text.
        return template.root_render_func(template.new_context(values, shared=True))


def read_templates(folder: Path, configured: object) -> Templates | None:
    """The chat template of a folder: its own files rule, then what tokenizer_config.json says; None without any.

    Raises:
        OSError, UnicodeDecodeError: a template's file cannot be read.
    """
    file = folder / "chat_template.jinja"
    if file.is_file():
        default = file.read_text(encoding="utf-8")
        more = {p.stem: p.read_text(encoding="utf-8") for p in sorted((folder / _MORE).glob("*.jinja"))}
        return {"default": default, **more} if more else default
    if isinstance(configured, list):
        pairs = [(t.get("name"), t.get("template")) for t in configured if isinstance(t, dict)]
        return {str(name): text for name, text in pairs if isinstance(text, str)} or None
    return configured if isinstance(configured, str) and configured else None


_MORE = "additional_chat_templates"


def _plain(message: Message) -> dict[str, object]:
    """Without what is None, as templates expect; reasoning under the names that they read."""
    kept = {key: value for key, value in message.items() if value is not None}
    reasoning = next((kept[name] for name in _REASONING if name in kept), None)
    return kept if reasoning is None else {"thinking": reasoning, **kept, "reasoning_content": reasoning}


class refusals:  # noqa: N801  # used like a function
    """Whatever a template raises in this block, as TemplateRefused."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        from jinja2 import TemplateError

        wrong = (TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
        if isinstance(error, wrong):
            lines = str(error).splitlines()
            raise TemplateRefused(lines[0] if lines else type(error).__name__) from error


@lru_cache(maxsize=16)
def _compiled(source: str) -> tuple[jinja2.Template, dict[str, object]]:
    """The template in the sandbox that transformers renders it in, and the names that are known there."""
    from tuner.data.template_sandbox import sandbox

    template = sandbox().from_string(source)
    return template, dict(template.globals)
