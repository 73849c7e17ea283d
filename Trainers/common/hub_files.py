"""Which files of a model on the Hub a training needs (standard library only)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tuner.core.errors import ErrorCode, FailureClass, TunerError

WEIGHTS = ".safetensors"
_WHOLE = "model.safetensors"
_SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
_BESIDE = re.compile(r"[^/]+\.(json|model|txt|jinja|tiktoken)|tokenizer[^/]*|additional_chat_templates/[^/]+\.jinja")
_PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file in a repository. ``size`` in bytes; ``sha256`` where the Hub tells it (large files)."""

    name: str
    size: int
    sha256: str | None = None

    @property
    def is_weights(self) -> bool:
        return self.name.endswith(WEIGHTS)


def needed_files(hub_id: str, files: Iterable[HubFile]) -> list[HubFile]:
    """Configuration, tokenizer, and the weights once: as transformers names them, else all safetensors at the root.

    Copies in other formats (consolidated.safetensors, GGUF, ONNX) are left, and pickles are never loaded: they can run
    code.

    Raises:
        TunerError: there are no safetensors (MODEL_INCOMPATIBLE).
    """
    known = {f.name: f for f in files}
    weights = _weights(known)
    if not weights:
        raise _without_safetensors(hub_id, list(known))
    beside = [f for f in known.values() if not f.is_weights and _BESIDE.fullmatch(f.name)]
    return [*(f for f in beside if not f.name.endswith(_PICKLES)), *weights]


def _weights(known: dict[str, HubFile]) -> list[HubFile]:
    if _WHOLE in known:
        return [known[_WHOLE]]
    shards = [f for name, f in known.items() if _SHARD.fullmatch(name)]
    return shards or [f for f in known.values() if f.is_weights and "/" not in f.name]


def _without_safetensors(hub_id: str, names: list[str]) -> TunerError:
    if any(name.endswith(_PICKLES) for name in names):
        what = "its weights are pickles only (.bin), which can run code and are not loaded"
        hint = (
            "name a copy with safetensors, or have them added (https://huggingface.co/spaces/safetensors/convert) "
            "and set model.revision to the pull request, refs/pr/N"
        )
    elif any(name.endswith(".gguf") for name in names):
        what, hint = "it holds GGUF files only, which cannot be trained", "name the model that they were made from"
    else:
        what, hint = "it holds no weights (*.safetensors)", "check model.base_model: is it a dataset or a demo?"
    return TunerError(
        f"{hub_id} cannot be trained: {what}",
        code=ErrorCode.MODEL_INCOMPATIBLE,
        failure_class=FailureClass.USER,
        hint=hint,
    )
