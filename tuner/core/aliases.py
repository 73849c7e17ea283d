"""Names that other trainers use for our parameters; accepted anywhere sensible and normalised, and said so."""

from __future__ import annotations

from collections.abc import Mapping

from tuner.core.issues import Issue, Severity

ALIASES: dict[str, str] = {
    "base_model_name_or_path": "model.base_model",
    "model_name": "model.base_model",
    "model_name_or_path": "model.base_model",
    "dataset": "datasets.training",
    "dataset_file": "datasets.training",
    "train_file": "datasets.training",
    "validation_file": "datasets.validation",
    "val_set_size": "datasets.validation_fraction",
    "cutoff_len": "schedule.sequence_length",
    "max_length": "schedule.sequence_length",
    "max_seq_len": "schedule.sequence_length",
    "max_seq_length": "schedule.sequence_length",
    "sequence_len": "schedule.sequence_length",
    "seq_length": "schedule.sequence_length",
    "micro_batch_size": "schedule.batch_size",
    "per_device_train_batch_size": "schedule.batch_size",
    "gradient_accumulation_steps": "schedule.gradient_accumulation",
    "num_epochs": "schedule.epochs",
    "num_train_epochs": "schedule.epochs",
    "lora_r": "method.lora.rank",
    "lora_rank": "method.lora.rank",
    "r": "method.lora.rank",
    "lora_alpha": "method.lora.alpha",
    "lora_dropout": "method.lora.dropout",
    "lora_target": "method.lora.trainable_modules",
    "lora_target_modules": "method.lora.trainable_modules",
    "target_modules": "method.lora.trainable_modules",
    "lr": "optimizer.learning_rate",
    "max_grad_norm": "optimizer.max_gradient_norm",
    "lr_scheduler_type": "optimizer.scheduler.type",
    "lr_scheduler": "optimizer.scheduler.type",
    "warmup_ratio": "optimizer.scheduler.warmup_ratio",
    "learning_rate": "optimizer.learning_rate",
    "weight_decay": "optimizer.weight_decay",
}

Tree = dict[str, object]


def normalise_aliases(values: Mapping[str, object]) -> tuple[Tree, list[Issue]]:
    """Move aliased keys, at the top or inside any section, to the place they mean.

    Returns:
        A new tree and an info issue for each key moved; an error where alias and real name both stand.
    """
    tree = _copy(values)
    issues: list[Issue] = []
    for place, section in _sections(tree):
        for key in list(section):
            target = ALIASES.get(key)
            here = f"{place}.{key}" if place else key
            if target is None or here == target or _is_real_name(place, key):
                continue
            value = section.pop(key)
            if not _put(tree, target, value):
                issues.append(
                    Issue(
                        path=here,
                        severity=Severity.ERROR,
                        code="GIVEN_TWICE",
                        message=f"{key} means {target}, which is given too",
                        hint=f"keep one of {here} and {target}",
                    )
                )
                continue
            issues.append(
                Issue(path=target, severity=Severity.INFO, code="ALIAS", message=f"{here} was read as {target}")
            )
    return tree, issues


def real_path(path: str) -> str:
    """The dotted path that a path ending in an alias means; any other path as it is."""
    place, _, key = path.rpartition(".")
    foreign = place.partition(".")[0] == "metadata" or _is_real_name(place, key)
    return path if foreign else ALIASES.get(key, path)


def _is_real_name(place: str, key: str) -> bool:
    from tuner.core.job import section_class

    section = section_class(tuple(place.split(".")) if place else ())
    return section is not None and key in section.model_fields


def _sections(tree: Tree, place: str = "") -> list[tuple[str, Tree]]:
    found = [(place, tree)]
    for key, value in tree.items():
        if isinstance(value, dict) and (place or key != "metadata"):
            found += _sections(value, f"{place}.{key}" if place else key)
    return found


def _put(tree: Tree, path: str, value: object) -> bool:
    *parents, last = path.split(".")
    here = tree
    for key in parents:
        inner = here.setdefault(key, {})
        if inner is None:
            inner = here[key] = {}
        if not isinstance(inner, dict):
            return False
        here = inner
    if last in here:
        return False
    here[last] = value
    return True


def _copy(values: Mapping[str, object]) -> Tree:
    return {str(k): _copy(v) if isinstance(v, Mapping) else v for k, v in values.items()}
