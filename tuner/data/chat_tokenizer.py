"""A model's tokenizer and chat template read from its folder, without transformers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tuner.data.templates import ChatTemplate, read_templates

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "special_tokens_map.json", "config.json")
_NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_LARGE = 3_000_000
"""Bytes of a tokenizer.json that take about a quarter of a second."""
_loaded: set[tuple[Path, tuple[tuple[str, int, int], ...]]] = set()
"""Those that were loaded; the last two are kept, which is all that a screen needs."""
_FAR = 200
"""Characters before a prompt's end in which its last mark is looked for."""
_MADE_BY_US = "tuner_tokenizer.json"
"""Stands beside a tokenizer that Tuner trained; such a one puts no space before a text."""


class TokenizerUnreadable(Exception):
    """The folder holds no tokenizer that can be read here; the message says which and why."""


class Tail(NamedTuple):
    """The end of a text: its last mark with its id, and the ids of what comes after."""

    text: str
    mark: str
    mark_id: int | None
    ids: list[int]


class ChatTokenizer:
    """Text to tokens and conversations to text. ``template`` is None where the model cannot chat."""

    def __init__(self, backend: Tokenizer, template: ChatTemplate | None, eos: str) -> None:
        self.backend, self.template, self.eos = backend, template, eos
        marks = sorted((t.content for t in backend.get_added_tokens_decoder().values()), key=len, reverse=True)
        self._marks = re.compile("|".join(map(re.escape, marks)) or "(?!)")
        self._tail: Tail | None = None

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

    def tail(self, text: str) -> Tail | None:
        """The end of a text from its last mark (added token) on; None where it has none near its end.

        Prompts of one template end alike, so the last answer is kept.
        """
        known = self._tail
        if known is not None and text.endswith(known.text):
            return known
        found = list(self._marks.finditer(text, max(0, len(text) - _FAR)))
        if not found:
            return None
        mark, rest = found[-1][0], text[found[-1].end() :]
        ids = self.encode([rest], special=False, offsets=False)[0].ids
        self._tail = Tail(mark + rest, mark, self.backend.token_to_id(mark), ids)
        return self._tail


def identity(folder: Path) -> list[tuple[str, int, int]]:
    """What says that a folder's tokenizer has changed: names, sizes and times of its files."""
    stats = ((name, folder / name) for name in FILES)
    return [(name, p.stat().st_size, p.stat().st_mtime_ns) for name, p in stats if p.is_file()]


def load_chat_tokenizer(folder: Path) -> ChatTokenizer:
    """The tokenizer of a model folder; one read before is kept as long as its files are the same.

    Raises:
        TokenizerUnreadable: there is no tokenizer.json, it is broken, or the library ``tokenizers`` is missing.
    """
    files = tuple(identity(folder))
    tokenizer = _load(folder, files)
    _loaded.add((folder, files))
    return tokenizer


def takes_long(folder: Path) -> bool:
    """Whether to load a folder's tokenizer would hold the interpreter's lock for long: it is large, and not loaded."""
    large = any(name == "tokenizer.json" and size > _LARGE for name, size, _ in identity(folder))
    return large and (folder, tuple(identity(folder))) not in _loaded


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
    template = ChatTemplate(templates, special) if templates else None
    return ChatTokenizer(backend, template, special.get("eos_token", ""))


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
