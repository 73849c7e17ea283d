"""Configurations and metrics of several runs held against each other."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.support.foreign_runs import mlx_lm_run
from tests.support.run_builder import build_run
from tuner.runs.compare import ComparedRun, compare, distinct_labels
from tuner.runs.compare_configuration import compare_configurations
from tuner.runs.compare_metrics import Better, MetricCell, compare_metrics, direction
from tuner.runs.metric_history import MetricHistory
from tuner.runs.metric_lines import MetricRow
from tuner.runs.metrics_view import MetricsView
from tuner.runs.run_configuration import ABSENT, Origin, Setting, read_configuration

NAN = math.nan


def view(**columns: list[float | None]) -> MetricsView:
    """A run's metrics from its columns, step 1 on; None where a step has no value."""
    history = MetricHistory()
    for index in range(max(map(len, columns.values()), default=0)):
        values = {n: v[index] for n, v in columns.items() if index < len(v)}
        history.add(MetricRow(index + 1, {n.replace("__", "/"): v for n, v in values.items() if v is not None}))
    return MetricsView.of(history)


def values(text: object) -> dict[str, Setting]:
    assert isinstance(text, dict)
    return {path: Setting(value, Origin.SET) for path, value in text.items()}


def test_settings_are_set_default_or_absent(tmp_path: Path) -> None:
    job = {"schedule": {"epochs": 3, "batch_size": 16}, "optimizer": {"learning_rate": 1e-4}, "metadata": {}}
    run = build_run(tmp_path, manifest={"job": job, "versions": {"trl": "1.15"}, "dataset": {"sha256": "ab"}})
    (run / "job.yaml").write_text("learning_rate: 1e-4\nschedule:\n  epochs: 3\n", encoding="utf-8")
    found = read_configuration(run)
    assert {p: (s.value, s.origin) for p, s in found.items()} == {
        "schedule.epochs": (3, Origin.SET),
        "schedule.batch_size": (16, Origin.DEFAULT),
        "optimizer.learning_rate": (1e-4, Origin.SET),
        "backend": ("cpu", Origin.SET),
        "dataset.sha256": ("ab", Origin.SET),
        "versions.trl": ("1.15", Origin.SET),
    }


@pytest.mark.parametrize("text", ["a: [", None])
def test_without_a_readable_job_file_all_counts_as_set(tmp_path: Path, text: str | None) -> None:
    run = build_run(tmp_path, backend=None, manifest={"job": {"seed": 1}})
    if text is not None:
        (run / "job.yaml").write_text(text, encoding="utf-8")
    assert read_configuration(run) == {"seed": Setting(1, Origin.SET)}


def test_other_tools_tell_what_they_know_under_our_names(tmp_path: Path) -> None:
    mlx = mlx_lm_run(tmp_path / "mlx")
    found = {p: s.value for p, s in read_configuration(mlx).items()}
    assert found["method.lora.rank"] == 8 and found["method.type"] == "lora"
    assert found["lora_parameters.scale"] == 20.0  # no alpha of ours
    trainer = tmp_path / "hf" / "checkpoint-10"
    trainer.mkdir(parents=True)
    state = {"train_batch_size": 4, "num_train_epochs": 2, "log_history": [{"step": 10, "loss": 1}], "max_steps": None}
    (trainer / "trainer_state.json").write_text(json.dumps(state), encoding="utf-8")
    (trainer / "adapter_config.json").write_text('{"r": 16, "base_model_name_or_path": "org/m"}', encoding="utf-8")
    assert {p: s.value for p, s in read_configuration(trainer.parent).items()} == {
        "schedule.batch_size": 4,
        "schedule.epochs": 2,
        "method.lora.rank": 16,
        "model.base_model": "org/m",
    }
    assert read_configuration(tmp_path / "nothing") == {}


def test_rows_come_in_the_first_runs_order_and_say_what_changed() -> None:
    first = values({"b": 1, "a": 2.0, "flag": True, "gone": None, "list": [1, 2], "odd": NAN})
    second = values({"new": "x", "a": 2, "b": 3, "flag": 1, "list": [1, 2], "odd": NAN})
    rows = {r.path: r for r in compare_configurations([first, second])}
    assert list(rows) == ["b", "a", "flag", "gone", "list", "odd", "new"]
    assert {p for p, r in rows.items() if not r.is_equal} == {"b", "flag", "gone", "new"}
    assert rows["new"].settings == (ABSENT, Setting("x", Origin.SET))
    assert rows["gone"].changed == (False, True)  # None was asked for; the other run knows nothing of it


def test_a_default_that_equals_what_was_set_is_no_difference() -> None:
    (row,) = compare_configurations([{"a": Setting(1, Origin.DEFAULT)}, {"a": Setting(1, Origin.SET)}])
    assert row.is_equal


def test_final_and_best_with_their_steps_and_differences() -> None:
    one = view(loss=[3.0, 1.0, 1.0, 2.0], eval_exact_match=[0.5, None, None, 0.9], learning_rate=[1.0, 0.5])
    two = view(loss=[1.0, 0.5, NAN])
    by_name = {m.name: m for m in compare_metrics([one, two])}
    loss = by_name["loss"]
    assert loss.better is Better.LOWER
    assert loss.cells[0] == MetricCell(2.0, 4, 4, 1.0, 2)
    cell = loss.cells[1]
    assert cell is not None and math.isnan(cell.final) and cell.final_difference is None
    assert (cell.best, cell.best_step, cell.best_difference, cell.leads) == (0.5, 2, -0.5, True)
    assert by_name["eval_exact_match"].better is Better.HIGHER
    assert by_name["eval_exact_match"].cells == (MetricCell(0.9, 4, 2, 0.9, 4), None)
    assert by_name["learning_rate"].cells[0] == MetricCell(0.5, 2, 2)


def test_ties_all_lead_and_a_run_without_finite_values_never_does() -> None:
    (loss,) = compare_metrics([view(loss=[1.0]), view(loss=[2.0, 1.0]), view(loss=[NAN, math.inf])])
    assert [c.leads for c in loss.cells if c is not None] == [True, True, False]
    assert loss.cells[2] is not None and loss.cells[2].best is None


def test_long_runs_find_the_same_best() -> None:
    numbers = [math.sin(i) if i % 7 else NAN for i in range(5000)]
    short = compare_metrics([view(loss=numbers[:1500])])[0].cells[0]
    (loss,), (score,), (nothing,) = (
        compare_metrics([view(loss=numbers)]),
        compare_metrics([view(eval_exact_match=numbers)]),
        compare_metrics([view(loss=[NAN] * 3000)]),
    )
    finite = [n for n in numbers if math.isfinite(n)]
    assert loss.cells[0] is not None and score.cells[0] is not None and nothing.cells[0] is not None
    assert loss.cells[0].best == min(finite) and loss.cells[0].best_step == numbers.index(min(finite)) + 1
    assert score.cells[0].best == max(finite) and nothing.cells[0].best is None
    assert short is not None and short.best == min(n for n in numbers[:1500] if math.isfinite(n))


@pytest.mark.parametrize(
    ("name", "better"),
    [("loss", "lower"), ("eval_loss", "lower"), ("kl", "lower"), ("rewards/margins", "higher"), ("epoch", None),
     ("eval_runtime", None), ("eval_kl", "lower"), ("eval_samples_per_second", None),
     ("eval_model_preparation_time", None), ("system/cpu_percent", None), ("eval_exact_match", "higher"),
     ("rewards/chosen", None)],
)  # fmt: skip
def test_which_way_is_better(name: str, better: str | None) -> None:
    assert direction(name) == better


def test_the_document_has_null_for_what_is_not_finite(tmp_path: Path) -> None:
    runs = [
        build_run(tmp_path, name=n, manifest={"job": {"metadata": {"x": x, "y": [x]}}})
        for n, x in (("a", NAN), ("b", 1.0))
    ]
    compared = [ComparedRun(r.name, r.name, r, "label") for r in runs]
    document = compare(compared, [view(loss=[NAN]), view(loss=[1.0])]).as_dict()
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text)["metrics"][0]["values"][0]["final"] is None
    assert [r["path"] for r in json.loads(text)["configuration"]] == ["metadata.x", "metadata.y"]
    with pytest.raises(ValueError, match="needs its metrics"):
        compare(compared, [])


def test_runs_of_one_name_are_told_apart() -> None:
    assert distinct_labels([("1-sft-a-0001", "a"), ("2-sft-a-0002", "a"), ("3-sft-b-0003", "b")]) == [
        "a 0001",
        "a 0002",
        "b",
    ]
