"""The model card, made from what the manifest says: what is unknown is left out, nothing is invented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from tuner.config.yaml_text import dump
from tuner.core.views import CheckpointInfo
from tuner.runs.text_tail import inert

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class TestResult:
    """What one scoring run on held-out prompts found."""

    __test__ = False  # not a pytest class

    dataset: str
    passed: int
    total: int


def model_card(
    title: str, manifest: Json, checkpoint: CheckpointInfo, why: str, tests: Sequence[TestResult] = ()
) -> str:
    """Markdown with Hub metadata in front."""
    parts = [
        _front_matter(manifest),
        f"# {_plain(title)}\n",
        _intro(manifest, checkpoint),
        _evaluation(checkpoint, why, tests),
        _data(_object(manifest.get("dataset"))),
        _training(manifest),
        _usage(manifest),
    ]
    return "\n".join(p for p in parts if p)


def _front_matter(manifest: Json) -> str:
    base = _base(manifest)
    metadata: dict[str, object] = {"library_name": "peft", "pipeline_tag": "text-generation"}
    if base and not Path(base).is_absolute():
        metadata["base_model"] = base
    metadata["tags"] = ["lora", *([str(manifest["objective"])] if manifest.get("objective") else [])]
    return f"---\n{dump(metadata)}---\n"


def _intro(manifest: Json, checkpoint: CheckpointInfo) -> str:
    base = _base(manifest)
    objective = {"sft": "supervised fine-tuning", "kto": "KTO", "dpo": "DPO"}.get(str(manifest.get("objective")))
    which = "the final weights" if checkpoint.is_final else f"checkpoint {checkpoint.step}"
    text = "A LoRA adapter"
    if base:
        shown = f"the local model `{_plain(PurePath(base).name)}`" if Path(base).is_absolute() else f"`{_plain(base)}`"
        text += f" for {shown}"
    if objective:
        text += f", trained by {objective}"
    return f"{text}: {which} of run `{_plain(str(manifest.get('run_id', '')))}`.\n"


def _evaluation(checkpoint: CheckpointInfo, why: str, tests: Sequence[TestResult]) -> str:
    rows = []
    if (exact := checkpoint.metrics.get("eval_exact_match")) is not None:
        rows.append(f"| validation, answers right to the letter | {exact:.1%} |")
    if (loss := checkpoint.metrics.get("eval_loss")) is not None:
        rows.append(f"| validation loss | {loss:.4f} |")
    rows += [
        f"| test ({_plain(t.dataset)}), answers right to the letter | {t.passed / t.total:.1%} "
        f"({t.passed} of {t.total}) |"
        for t in tests
        if t.total
    ]
    if not rows:
        return ""
    chosen = f"Chosen on validation data: {_plain(why)}.\n\n" if why else ""
    note = "\nThe test rows were not used to choose the checkpoint.\n" if tests else ""
    return f"## Evaluation\n\n{chosen}| measured on | result |\n|---|---|\n" + "\n".join(rows) + f"\n{note}"


def _data(dataset: Json) -> str:
    if not dataset.get("path"):
        return ""
    facts = [f"- file: `{_plain(PurePath(str(dataset['path'])).name)}`"]
    for label, key in (("training rows", "rows"), ("validation rows", "validation_rows"), ("SHA-256", "sha256")):
        if dataset.get(key) is not None:
            facts.append(f"- {label}: {_plain(str(dataset[key]))}")
    if dataset.get("skipped_rows"):
        facts.append(f"- rows left out because they could not be used: {dataset['skipped_rows']}")
    return "## Data\n\n" + "\n".join(facts) + "\n"


def _training(manifest: Json) -> str:
    job = {k: v for k, v in _object(manifest.get("job")).items() if k not in {"integrations", "output"}}
    text = "## Training\n\n"
    hardware = _object(manifest.get("hardware"))
    gpus = hardware.get("gpus")
    if isinstance(gpus, list) and gpus:
        names = ", ".join(str(_object(g).get("name")) for g in gpus)
        text += f"- hardware: {_plain(names)}\n"
    elif hardware:
        text += f"- hardware: {hardware.get('cpu_count')} CPU cores ({_plain(str(hardware.get('machine')))})\n"
    versions = _object(manifest.get("versions"))
    if versions:
        text += f"- versions: {_plain(', '.join(f'{k} {v}' for k, v in versions.items()))}\n"
    if manifest.get("parent_run"):
        text += f"- goes on from run: `{_plain(str(manifest['parent_run']))}`\n"
    return f"{text}\n```yaml\n{dump(_without_paths(job))}```\n" if job else text


def _usage(manifest: Json) -> str:
    base = _base(manifest)
    if base is None or Path(base).is_absolute():  # a path of this machine helps nobody else
        base = "BASE_MODEL"
    return (
        "## Use\n\n```python\n"
        "from peft import PeftModel\n"
        "from transformers import AutoModelForCausalLM, AutoTokenizer\n\n"
        f'base = AutoModelForCausalLM.from_pretrained("{_plain(base)}")\n'
        'model = PeftModel.from_pretrained(base, "PATH_OF_THIS_FOLDER")\n'
        'tokenizer = AutoTokenizer.from_pretrained("PATH_OF_THIS_FOLDER")\n```\n'
    )


def _base(manifest: Json) -> str | None:
    model = _object(_object(manifest.get("job")).get("model"))
    base = model.get("base_model") or _object(manifest.get("model")).get("id")
    return inert(str(base)).strip() or None if base else None


def _without_paths(value: object) -> dict[str, object]:
    """The configuration with machine paths shortened to their last part."""

    def shortened(item: object) -> object:
        if isinstance(item, dict):
            return {k: shortened(v) for k, v in item.items()}
        if isinstance(item, list):
            return [shortened(v) for v in item]
        return PurePath(item).name if isinstance(item, str) and PurePath(item).is_absolute() else item

    result = shortened(value)
    return result if isinstance(result, dict) else {}


def _object(value: object) -> Json:
    return value if isinstance(value, dict) else {}


def _plain(text: str) -> str:
    """Text that cannot break out of a line of Markdown."""
    return inert(text).replace("|", "\\|").replace("<", "&lt;")
