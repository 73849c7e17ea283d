"""A model's tokenizer and chat template read from its folder, without transformers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.data.templates import ChatTemplate, read_templates

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json", "config.json")
_NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_MADE_BY_US = "tuner_tokenizer.json"
"""Stands beside a tokenizer that Tuner trained; such a one puts no space before a text."""


class TokenizerUnreadable(Exception):
    """The folder holds no tokenizer that can be read here; the message says which and why."""


@dataclass(frozen=True, slots=True)
class ChatTokenizer:
    """Text to tokens and conversations to text. ``template`` is None where the model cannot chat."""

    backend: Tokenizer
    template: ChatTemplate | None
    eos: str
    special_tokens: dict[str, str]

    def chat_template(self) -> ChatTemplate:
        """The template; raises TokenizerUnreadable without one."""
        if self.template is None:
            raise TokenizerUnreadable("the model has no chat template")
        return self.template

    def encode(self, texts: list[str], *, special: bool, offsets: bool) -> list[Encoding]:
        """Tokens of many texts, on all cores and without the interpreter's lock.

        ``special``: with what the tokenizer puts around a text. ``offsets``: with the place of each token, which costs
        a third more time.
        """
        encode = self.backend.encode_batch if offsets else self.backend.encode_batch_fast
        return encode(texts, add_special_tokens=special)


def identity(folder: Path) -> list[tuple[str, int, int]]:
    """What says that a folder's tokenizer has changed: names, sizes and times of its files."""
    stats = ((name, folder / name) for name in FILES)
    return [(name, p.stat().st_size, p.stat().st_mtime_ns) for name, p in stats if p.is_file()]


def load_chat_tokenizer(folder: Path) -> ChatTokenizer:
    """The tokenizer of a model folder; one read before is kept as long as its files are the same.

    Raises:
        TokenizerUnreadable: there is no tokenizer.json, it is broken, or the library ``tokenizers`` is missing.
    """
    return _load(folder, tuple(identity(folder)))


@lru_cache(maxsize=2)
def _load(folder: Path, files: tuple[tuple[str, int, int], ...]) -> ChatTokenizer:
    try:
        from tokenizers import Tokenizer
    except ImportError as error:
        raise TokenizerUnreadable("counting tokens needs the tokenizers library (pip install tokenizers)") from error
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise TokenizerUnreadable(f"{folder} has no tokenizer.json")
    config = _object(folder / "tokenizer_config.json")
    try:
        backend = Tokenizer.from_file(str(path))
        templates = read_templates(folder, config.get("chat_template"))
    except Exception as error:  # the library raises plain Exception; told as ours
        raise TokenizerUnreadable(f"{path} cannot be read: {error}") from error
    backend.no_truncation()
    backend.no_padding()
    special = _special_tokens(config, _object(folder / "special_tokens_map.json"))
    _add_missing(backend, config, special)
    _as_llama(backend, config, folder)
    _surround(backend, config, special)
    template = ChatTemplate(templates, special) if templates else None
    return ChatTokenizer(backend, template, special.get("eos_token", ""), special)


def _object(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _special_tokens(config: Mapping[str, object], older: Mapping[str, object]) -> dict[str, str]:
    """The named special tokens as text."""
    found = {}
    for name in _NAMED:
        text = _content(config.get(name) if name in config else older.get(name))
        if text is not None:
            found[name] = text
    return found


def _content(token: object) -> str | None:
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else None


def _add_missing(backend: Tokenizer, config: Mapping[str, object], special: Mapping[str, str]) -> None:
    """What the configuration knows as a token and tokenizer.json does not, in the configuration's order."""
    from tokenizers import AddedToken

    known = {token.content for token in backend.get_added_tokens_decoder().values()}
    decoder = config.get("added_tokens_decoder")
    added = sorted(decoder.items(), key=lambda item: int(item[0])) if isinstance(decoder, dict) else []
    for _, token in added:
        content = _content(token)
        if isinstance(token, dict) and content is not None and content not in known:
            flags = {k: bool(token.get(k)) for k in ("single_word", "lstrip", "rstrip", "normalized", "special")}
            backend.add_tokens([AddedToken(content, **flags)])
            known.add(content)
    extra = config.get("extra_special_tokens") or config.get("additional_special_tokens") or []
    names = [_content(token) for token in (extra.values() if isinstance(extra, dict) else _listed(extra))]
    missing = [t for t in [*special.values(), *names] if t is not None and t not in known]
    backend.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in dict.fromkeys(missing)])


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else []


def _as_llama(backend: Tokenizer, config: Mapping[str, object], folder: Path) -> None:
    """LlamaTokenizer writes spaces in its own way, whatever tokenizer.json says, unless that is of bytes."""
    from tokenizers.pre_tokenizers import Metaspace

    if str(config.get("tokenizer_class")).removesuffix("Fast") != "LlamaTokenizer":
        return
    if _object(folder / "config.json").get("model_type", "llama") != "llama" or "ByteLevel" in repr(
        backend.pre_tokenizer
    ):
        return
    prefix = config.get("add_prefix_space")
    spaced = (prefix is None or bool(prefix)) and not (folder / _MADE_BY_US).exists()
    scheme = ("always" if config.get("legacy") else "first") if spaced else "never"
    backend.normalizer = None
    backend.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme=scheme, split=False)


def _surround(backend: Tokenizer, config: Mapping[str, object], special: Mapping[str, str]) -> None:
    """add_bos_token and add_eos_token rule over tokenizer.json, where they are given."""
    from tokenizers.processors import TemplateProcessing

    wanted = {name: config.get(f"add_{name}_token") for name in ("bos", "eos")}
    if all(value is None for value in wanted.values()) and backend.post_processor is not None:
        return
    tokens = {name: special.get(f"{name}_token") if wanted[name] else None for name in wanted}
    ids = {name: backend.token_to_id(text) for name, text in tokens.items() if text}
    used = [(str(tokens[name]), number) for name, number in ids.items() if number is not None]
    present = {text for text, _ in used}
    parts = [f"{tokens['bos']}:0" if tokens["bos"] in present else "", "$A:0"]
    parts.append(f"{tokens['eos']}:0" if tokens["eos"] in present else "")
    single = [part for part in parts if part]
    backend.post_processor = TemplateProcessing(single=single, special_tokens=used)
