"""What saved weights and the card beside them say of the model they came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tuner.runs.json_file import JsonObject, UnreadableFile, read_object
from tuner.runs.layout import checkpoint_step

WEIGHTS = (
    "adapter_model.safetensors",
    "adapter_model.bin",
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_MODEL_ENDINGS = frozenset({".safetensors", ".bin", ".json", ".model", ".jinja", ".md", ".npz"})
_RECORDS = frozenset(
    {
        "trainer_state.json",
        "training_args.bin",
        "all_results.json",
        "train_results.json",
        "eval_results.json",
        "predict_results.json",
        "args.json",
        "training_lineage.json",
    }
)
_OBJECTIVES = ("sft", "kto", "dpo", "orpo", "grpo", "cpo", "rloo", "online-dpo", "reward-trainer", "prm")
_CARD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Card:
    """What a model card's header names."""

    objective: str | None = None
    model: str | None = None
    dataset: str | None = None


def saved_weights(folder: Path) -> Path | None:
    """The weights that lie in the folder itself or in its final_model."""
    places = (folder, folder / "final_model", folder / "final-model")
    return next((p for place in places for name in WEIGHTS if (p := place / name).is_file()), None)


def model_files(folder: Path) -> list[Path]:
    """The files of a model that lie in a folder beside other things: weights, configuration, tokenizer, card."""
    try:
        files = [p for p in folder.iterdir() if p.is_file() and p.suffix in _MODEL_ENDINGS and p.name not in _RECORDS]
    except OSError:
        return []
    return sorted(files)


def saved_model(folder: Path) -> tuple[str | None, str | None]:
    """(method, base model) by the configuration beside the newest weights; None where it does not say."""
    for place in (folder, folder / "final_model", *_newest_checkpoint(folder)):
        adapter = _object(place / "adapter_config.json")
        kind = adapter.get("peft_type")
        if isinstance(kind, str):
            dora = adapter.get("use_dora") is True
            return "dora" if dora else kind.lower(), _text(adapter.get("base_model_name_or_path"))
        if any((place / name).is_file() for name in WEIGHTS):
            return "full", _text(_object(place / "config.json").get("_name_or_path"))
    return None, None


def card_of(folder: Path) -> Card:
    """The header of the README.md that TRL and Axolotl write beside the weights; nothing where there is none."""
    try:
        with (folder / "README.md").open("rb") as file:
            text = file.read(_CARD_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return Card()
    header = re.match(r"---\n(.*?)\n---", text, re.DOTALL)
    if not header:
        return Card()
    values = _header(header.group(1))
    tags = values.get("tags", [])
    return Card(
        next((name for name in _OBJECTIVES if name in tags), None),
        next(iter(values.get("base_model", [])), None),
        ", ".join(values.get("datasets", [])) or None,
    )


def newest_change(path: Path) -> int | None:
    """When a file was last written, in nanoseconds since the epoch; None where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _header(text: str) -> dict[str, list[str]]:
    """Keys of the first level with their one value or their list; anything deeper is left out."""
    values: dict[str, list[str]] = {}
    key = ""
    for line in text.split("\n"):
        if match := re.fullmatch(r"([\w-]+):\s*(.*)", line):
            key = match.group(1)
            values[key] = [_bare(match.group(2))] if match.group(2) else []
        elif match := re.fullmatch(r"\s*- (.+)", line):
            values.setdefault(key, []).append(_bare(match.group(1)))
    return values


def _bare(text: str) -> str:
    return text.strip().strip("\"'")


def _newest_checkpoint(folder: Path) -> list[Path]:
    found = [p for base in (folder, folder / "checkpoints") for p in base.glob("checkpoint-*")]
    numbered = [(step, p) for p in found if (step := checkpoint_step(p)) is not None]
    return [max(numbered)[1]] if numbered else []


def _object(path: Path) -> JsonObject:
    try:
        return read_object(path)
    except UnreadableFile:
        return {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
