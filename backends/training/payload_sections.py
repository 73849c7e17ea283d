"""The parts of a payload that all our trainers read alike: the datasets, and how the weights are trained."""

from __future__ import annotations

from pydantic import JsonValue

from tuner.core.enums import LoraVariant
from tuner.core.job import OVERRIDE_KEY, JobConfiguration

Values = dict[str, JsonValue]


def dataset_section(job: JobConfiguration) -> Values:
    """``dataset``: files, what is held out, and the rows' format."""
    return {
        "training": job.datasets.training,
        "validation": job.datasets.validation,
        "validation_fraction": job.datasets.validation_fraction,
        "format": job.datasets.format.value,
    }


def method_section(job: JobConfiguration) -> Values:
    """``method``: its type, and the adapter in PEFT's words."""
    lora = job.method.lora
    modules: JsonValue = (
        lora.trainable_modules if isinstance(lora.trainable_modules, str) else list(lora.trainable_modules)
    )
    return {
        "type": job.method.type.value,
        "lora": {
            "r": lora.rank,
            "lora_alpha": lora.alpha,
            "lora_dropout": lora.dropout,
            "target_modules": modules,
            "use_rslora": lora.variant is LoraVariant.RSLORA,
            "use_dora": lora.variant is LoraVariant.DORA,
        },
    }


def options_section(job: JobConfiguration) -> Values:
    """``options``: the backend's own parameters, as the job gives them."""
    return {k: v for k, v in job.metadata.items() if k != OVERRIDE_KEY}
