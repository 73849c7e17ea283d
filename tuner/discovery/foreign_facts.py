"""What other tools wrote down about a run besides its metrics: model, data, method, how far it was to go.

Only what stands in a file is told; ``finished`` is true only where something proves it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tuner.discovery import foreign_layouts as layouts
from tuner.discovery.weight_facts import card_of, newest_change, saved_model, saved_weights
from tuner.runs.durations import seconds_of
from tuner.runs.file_ends import last_object, read_end
from tuner.runs.json_file import JsonObject, UnreadableFile, read_object
from tuner.runs.layout import checkpoint_step
from tuner.runs.metric_history import MetricHistory
from tuner.runs.trainer_states import newest_trainer_state, state_step

_MAX_STEPS = re.compile(rb'"max_steps":\s*(\d+)')
_OF_TOTAL = re.compile(r"(\d+)/(\d+)")
_RESULTS = ("all_results.json", "train_results.json")


@dataclass(frozen=True, slots=True)
class Facts:
    """Unknown is None. ``step`` counts only where no metrics tell it; ``eta_seconds`` is as it was written."""

    objective: str | None = None
    method: str | None = None
    model: str | None = None
    dataset: str | None = None
    step: int | None = None
    total_steps: int | None = None
    eta_seconds: float | None = None
    finished: bool = False
    known: Mapping[str, object] = field(default_factory=dict)
    """What else its maker recorded, for adoption: lineage, arguments."""


def foreign_facts(folder: Path, source: str, history: MetricHistory | None = None) -> Facts:
    """The facts of a run folder. What cannot be read is as if it were not there.

    Args:
        history: its metrics, where they are read already: a row of the last step proves the end too.
    """
    facts = _READERS.get(source, _nothing)(folder)
    if history is not None and len(history) and facts.total_steps is not None:
        facts = replace(facts, finished=facts.finished or history.steps[-1] >= facts.total_steps)
    method, model = saved_model(folder)
    card = card_of(folder)
    return replace(
        facts,
        objective=facts.objective or card.objective,
        method=facts.method or method,
        model=facts.model or model or card.model,
        dataset=facts.dataset or card.dataset,
    )


def _nothing(folder: Path) -> Facts:
    return Facts()


def _hugging_face(folder: Path) -> Facts:
    newest = newest_trainer_state(folder)
    if newest is None:
        done = any((folder / name).is_file() for name in _RESULTS) or saved_weights(folder) is not None
        return Facts(finished=done)
    match = _MAX_STEPS.search(read_end(newest))
    total = int(match.group(1)) if match and int(match.group(1)) > 0 else None
    step = checkpoint_step(newest.parent)
    step = state_step(newest) if step is None else step
    return Facts(step=step, total_steps=total, finished=_is_done(folder, step, total, newest))


def _llama_factory(folder: Path) -> Facts:
    last = last_object(folder / "trainer_log.jsonl")
    step, total = _whole(last.get("current_steps")), _whole(last.get("total_steps"))
    return Facts(
        step=step,
        total_steps=total,
        eta_seconds=seconds_of(last.get("remaining_time")),
        finished=_is_done(folder, step, total, newest_trainer_state(folder)),
    )


def _ms_swift(folder: Path) -> Facts:
    arguments = _object(folder / "args.json")
    last = last_object(folder / "logging.jsonl")
    match = _OF_TOTAL.match(str(last.get("global_step/max_steps")))
    step, total = (int(match.group(1)), int(match.group(2))) if match else (None, None)
    rlhf = _text(arguments.get("rlhf_type"))
    return Facts(
        objective=rlhf or (_text(arguments.get("task_type")) and "sft"),
        method=_text(arguments.get("tuner_type")) or _text(arguments.get("train_type")),
        model=_text(arguments.get("model")),
        dataset=_joined(arguments.get("dataset")),
        step=step,
        total_steps=total,
        eta_seconds=seconds_of(last.get("remaining_time")),
        finished="last_model_checkpoint" in last or (total is not None and step == total),
        known={"arguments": arguments} if arguments else {},
    )


def _mlx_lm(folder: Path) -> Facts:
    config = _object(folder / "adapter_config.json")
    numbered = [(int(m.group(1)), p) for p in _files(folder) if (m := layouts.MLX_LM_CHECKPOINT.fullmatch(p.name))]
    step, newest = max(numbered, default=(None, None))
    total = _whole(config.get("iters"))
    return Facts(
        objective="sft",
        method=_text(config.get("fine_tune_type")),
        model=_text(config.get("model")),
        dataset=_text(config.get("data")),
        step=step,
        total_steps=total,
        # It writes adapters.safetensors just before each numbered file, and once more at the end.
        finished=(total is not None and step == total) or _is_newer(folder / "adapters.safetensors", newest),
        known={"arguments": config} if config else {},
    )


def _synaptic(folder: Path) -> Facts:
    lineage = _object(folder / "training_lineage.json")
    model, data, results = (_mapping(lineage.get(key)) for key in ("model", "dataset", "results"))
    match = layouts.SYNAPTIC_OUTPUT.fullmatch(folder.parent.name)
    named = _text(lineage.get("training_type")) or (match.group(1) if match else None)
    facts = _hugging_face(folder)
    return replace(
        facts,
        objective=named.lower() if named and named.lower() != "mlx" else None,
        method="lora" if _mapping(lineage.get("lora")) else None,
        model=_first_text(model, "base_model", "model_name", "name") or _text(lineage.get("model")),
        dataset=_first_text(data, "path", "file", "local_file", "dataset_file", "name", "dataset_name")
        or _text(lineage.get("dataset")),
        finished=bool(results) or (folder / "final_model").is_dir() or facts.finished,
        known={"lineage": lineage} if lineage else {},
    )


_READERS: Mapping[str, Callable[[Path], Facts]] = {
    layouts.HUGGING_FACE: _hugging_face,
    layouts.LLAMA_FACTORY: _llama_factory,
    layouts.MS_SWIFT: _ms_swift,
    layouts.MLX_LM: _mlx_lm,
    layouts.SYNAPTIC: _synaptic,
}


def _is_done(folder: Path, step: int | None, total: int | None, newest: Path | None) -> bool:
    """All steps made, or the closing files written; weights of the whole only where no checkpoint came after them."""
    if total is not None and step is not None and step >= total:
        return True
    if any((folder / name).is_file() for name in _RESULTS):
        return True
    weights = saved_weights(folder)
    return weights is not None and _is_newer(weights, newest)


def _is_newer(path: Path, than: Path | None) -> bool:
    changed = newest_change(path)
    return changed is not None and (than is None or changed > (newest_change(than) or 0))


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _object(path: Path) -> JsonObject:
    try:
        return read_object(path)
    except UnreadableFile:
        return {}


def _mapping(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _first_text(values: JsonObject, *keys: str) -> str | None:
    return next((text for key in keys if (text := _text(values.get(key)))), None)


def _joined(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(v) for v in value) or None
    return _text(value)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
