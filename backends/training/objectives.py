"""What each objective asks of its trainer, in TRL's words."""

from __future__ import annotations

from pydantic import JsonValue

from backends.training.custom import CUSTOM
from tuner.core.enums import Objective, Optimization, TrainOnInputs
from tuner.core.job import JobConfiguration


def objective_arguments(job: JobConfiguration, changes: list[str]) -> dict[str, JsonValue]:
    """Keyword arguments of SFTConfig, KTOConfig, DPOConfig, or (pretrain) TrainingArguments."""
    length = job.schedule.sequence_length
    enabled = job.optimizations.enabled
    offload = Optimization.ACTIVATION_OFFLOADING in enabled
    if job.objective is Objective.KTO:
        return {
            "max_length": length,
            "beta": job.preference.beta,
            "desirable_weight": job.preference.desirable_weight,
            "undesirable_weight": job.preference.undesirable_weight,
            "activation_offloading": offload,
            "train_sampling_strategy": "sequential",
            "loss_type": _option(job, "kto_loss"),
            "precompute_ref_log_probs": _option(job, "precompute_reference"),
        }
    if job.objective is Objective.DPO:
        return {
            "max_length": length,
            "beta": job.preference.beta,
            "activation_offloading": offload,
            "loss_type": [_option(job, "dpo_loss")],
            "label_smoothing": _option(job, "dpo_label_smoothing"),
            "precompute_ref_log_probs": _option(job, "precompute_reference"),
        }
    if job.objective is Objective.SFT:
        on_answers = job.schedule.train_on_inputs is not TrainOnInputs.ENABLED
        changes.append(_what_is_learned(job, on_answers))
        return {
            "max_length": length,
            "packing": Optimization.SEQUENCE_PACKING in enabled,
            "completion_only_loss": on_answers,
            "activation_offloading": offload,
        }
    return {"adam_beta2": 0.95}  # from scratch gradients change fast; 0.999 remembers the first steps too long


def _what_is_learned(job: JobConfiguration, on_answers: bool) -> str:
    if not on_answers:
        return "loss on every token, prompts included"
    if _option(job, "train_on_turns") == "last":
        return "loss on the last assistant turn of each conversation only"
    return "loss on the answers only: all assistant turns of each conversation"


def _option(job: JobConfiguration, name: str) -> JsonValue:
    return job.metadata.get(name, CUSTOM[name].default)
