"""benchmarks/gpu.py measures what rtx does: its settings are the backend's, its arithmetic that of the shapes."""

from __future__ import annotations

from benchmarks.gpu_one import OURS
from benchmarks.gpu_shapes import SHAPES, Work, make_rows
from tests.support.gpu_machines import machine, rtx
from tests.support.jobs import job


class Shape:
    """A shape's configuration as attributes."""

    def __init__(self, **values: int) -> None:
        self.__dict__.update(values)


def test_it_trains_with_the_settings_of_the_backend() -> None:
    payload = rtx(machine()).translate_configuration(job(), {}).payload
    arguments = payload["arguments"]
    assert isinstance(arguments, dict)
    assert OURS.items() <= arguments.items()
    assert payload["throughput"] == {"padding_free": True}
    assert isinstance(payload["model"], dict) and payload["model"]["attention"] == "tuner_varlen"


def test_the_weights_of_a_shape_are_counted() -> None:
    full = Work.of(Shape(**SHAPES["llama-8b"][1]), 0)
    assert 7.4e9 < full.matrices + full.head < 7.6e9  # Llama 3.1 8B without its 0.53 B of embeddings
    assert full.of_tokens(1, 0) == 6 * (full.matrices + full.head)
    lora = Work.of(Shape(**SHAPES["llama-8b"][1]), 32)
    assert 0.08e9 < lora.adapter < 0.09e9
    assert 0.66 < lora.of_tokens(1000, 0) / full.of_tokens(1000, 0) < 0.69
    assert full.of_tokens(0, 4) == 6 * 32 * 32 * 128 * 4


def test_examples_are_the_same_each_time_and_short_mostly() -> None:
    rows = make_rows(200, 500, 1000)
    assert rows == make_rows(200, 500, 1000)
    lengths = sorted(len(r["input_ids"]) for r in rows)
    assert 100 < lengths[100] < 300 and lengths[-1] <= 1000
