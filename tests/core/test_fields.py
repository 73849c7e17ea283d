"""Every parameter of the schema tells what a form needs, out of the schema itself."""

from __future__ import annotations

import pytest

from tuner.core.backend_protocol import CustomParameter
from tuner.core.fields import ESSENTIAL, FieldKind, custom_field, schema_fields
from tuner.core.job import JobConfiguration
from tuner.core.ranges import PARAMETER_RANGES

FIELDS = {f.path: f for f in schema_fields()}


def test_no_parameter_of_the_schema_is_left_out() -> None:
    def leaves(values: dict[str, object], place: str = "") -> set[str]:
        found: set[str] = set()
        for key, value in values.items():
            path = f"{place}{key}"
            found |= leaves(value, f"{path}.") if isinstance(value, dict) and path != "metadata" else {path}
        return found

    sections = {"integrations.wandb", "integrations.huggingface", "metadata"}
    assert leaves(JobConfiguration().model_dump(mode="json")) - sections <= FIELDS.keys()
    assert {"integrations.wandb.project", "integrations.huggingface.repo_id"} <= FIELDS.keys()
    assert set(ESSENTIAL) | PARAMETER_RANGES.keys() <= FIELDS.keys()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("objective", FieldKind.CHOICE),
        ("model.base_model", FieldKind.TEXT),
        ("method.lora.rank", FieldKind.INTEGER),
        ("optimizer.learning_rate", FieldKind.NUMBER),
        ("optimizations.enabled", FieldKind.CHECKS),
        ("integrations.huggingface.private", FieldKind.CHECK),
        ("method.lora.trainable_modules", FieldKind.NAMES),
    ],
)
def test_each_kind(path: str, kind: FieldKind) -> None:
    assert FIELDS[path].kind is kind
    assert FIELDS[path].is_number is (kind in {FieldKind.INTEGER, FieldKind.NUMBER})


def test_limits_defaults_units_and_help_come_along() -> None:
    length = FIELDS["schedule.sequence_length"]
    assert (length.minimum, length.maximum, length.default, length.unit) == (512, 33000, 2048, "tokens")
    assert (FIELDS["seed"].minimum, FIELDS["seed"].maximum, FIELDS["seed"].section) == (0, 2**32 - 1, "seed")
    assert FIELDS["schedule.max_steps"].minimum == 1 and FIELDS["schedule.max_steps"].default is None
    assert all(f.help for f in FIELDS.values())
    assert "lora" in FIELDS["method.type"].choices and FIELDS["method.type"].default == "lora"


def test_pretraining_has_wider_ranges() -> None:
    wide = {f.path: f for f in schema_fields("pretrain")}
    assert (wide["schedule.sequence_length"].minimum, wide["schedule.epochs"].maximum) == (8, 1000)


def test_a_backends_own_parameters_are_fields_too() -> None:
    rows = custom_field("rows", CustomParameter(kind="int", help="so many", default=0, minimum=0))
    assert (rows.path, rows.kind, rows.default, rows.minimum) == ("metadata.rows", FieldKind.INTEGER, 0, 0)
    assert custom_field("probe", CustomParameter(kind="bool", help="try")).kind is FieldKind.CHECK
    one = custom_field("engine", CustomParameter(kind="str", help="which", choices=["a", "b"]))
    assert one.kind is FieldKind.CHOICE and one.choices == ("a", "b")
