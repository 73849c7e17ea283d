"""What would be published, file by file, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuner.core.errors import ConfigurationError, ErrorCode, ValidationError

CARD = "README.md"
MARKER = "tuner.json"
"""Stands in a folder that Tuner published; only such a folder is ever replaced."""

_ADAPTER = ("adapter_config.json", "adapter_model.safetensors")
_TOKENIZER = (
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    "tuner_tokenizer.json",
)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file. ``source`` is None for what is written fresh; ``bytes`` then is its length."""

    name: str
    bytes: int
    overwrites: bool
    source: Path | None = None


def adapter_files(checkpoint: Path) -> list[Path]:
    """The files of an adapter that go out: weights and tokenizer. Optimizer, scheduler and RNG state, training_args.bin
    and KTO's reference copy never do.

    Raises:
        ValidationError: the folder holds no whole adapter.
    """
    missing = [name for name in _ADAPTER if not (checkpoint / name).is_file()]
    if missing:
        raise ValidationError(
            f"{checkpoint} is not an adapter: it has no {' and no '.join(missing)}",
            code=ErrorCode.MODEL_INCOMPATIBLE,
            hint="only LoRA adapters can be published yet; choose a checkpoint of a run with method.type lora",
        )
    return [checkpoint / name for name in (*_ADAPTER, *_TOKENIZER) if (checkpoint / name).is_file()]


def parse_target(text: str) -> str:
    """The path in dir:PATH.

    Raises:
        ConfigurationError: another kind of target, or none.
    """
    kind, colon, place = text.partition(":")
    if not colon or kind != "dir" or not place:
        what = "publishing to the Hub is not built yet" if kind == "hub" else f"unknown target {text!r}"
        raise ConfigurationError(what, hint="use dir:PATH")
    return place


def plan_files(sources: list[Path], fresh: dict[str, bytes], target: Path) -> list[PlannedFile]:
    """Every file that would stand in the target, and whether it replaces one."""
    copied = [PlannedFile(p.name, p.stat().st_size, (target / p.name).exists(), p) for p in sources]
    made = [PlannedFile(name, len(data), (target / name).exists()) for name, data in fresh.items()]
    return [*copied, *made]


def check_target(target: Path) -> None:
    """Refuse a place that holds something else than an earlier publication.

    Raises:
        ConfigurationError: the target is a file, or a folder with other things in it.
    """
    if not target.exists() or (target / MARKER).is_file():
        return
    if target.is_dir() and not any(target.iterdir()):
        return
    raise ConfigurationError(
        f"{target} exists and was not published by Tuner", hint="name another folder; nothing was written"
    )
