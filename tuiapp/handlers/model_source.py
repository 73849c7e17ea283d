"""A model by the name that a person gives it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tuiapp.handlers.context import Context
from tuner.core.errors import DiscoveryError, ErrorCode
from tuner.data.hub_cache import cached_snapshot, looks_like_hub_id


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model on this machine. ``folder`` holds its tokenizer; ``name`` is what loads it (a folder, or a Hub id)."""

    folder: Path
    name: str


def find_model(context: Context, name: str) -> ModelSource:
    """A folder (from the current one or the workspace), a Hub id that was downloaded, or a run's checkpoint.

    Raises:
        DiscoveryError: there is none of that name on this machine (code MODEL_NOT_FOUND).
    """
    folder = next((p for p in (Path(name), context.workspace.resolve(name)) if p.is_dir()), None)
    if folder is not None:
        return ModelSource(folder.absolute(), str(folder.absolute()))
    snapshot = cached_snapshot(name)
    if snapshot is not None:
        return ModelSource(snapshot, name)
    from tuner.discovery.references import find_checkpoint

    try:
        found = find_checkpoint(context.workspace, name if "@" in name else f"{name}@final")[1].info.path
    except DiscoveryError as error:
        hint = "name a folder with its tokenizer, or a run"
        if looks_like_hub_id(name) and "/" in name:
            hint = (
                f"download its tokenizer: hf download {name} tokenizer.json tokenizer_config.json chat_template.jinja"
            )
        raise DiscoveryError(
            f"{name}: no such model on this machine", code=ErrorCode.MODEL_NOT_FOUND, hint=hint
        ) from error
    return ModelSource(found, str(found))
