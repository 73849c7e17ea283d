"""System prompts, tools and their calls, from the file to the tokens that each objective learns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backends.training import CPUBackend
from tests.support.built_trainers import Built, build, train_here
from tests.support.jobs import job
from tests.support.laboratory import rows_of
from tests.support.tiny_chat import TOOLS, turn, write_tiny_model

pytestmark = pytest.mark.training


def written(name: str, **arguments: Any) -> dict[str, Any]:
    """A call as OpenAI writes it: its arguments are a JSON string."""
    function = {"name": name, "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "type": "function", "function": function}]}


def history(i: int) -> list[dict[str, Any]]:
    return [
        turn("system", "be brief"),
        turn("user", f"weather in Rome, part {i}?"),
        written("weather", city="Rome"),
        {"role": "tool", "tool_call_id": "1", "name": "weather", "content": "sunny"},
        turn("assistant", "sun"),
        turn("user", "time?"),
    ]


def row(objective: str, i: int) -> dict[str, Any]:
    answer = written("clock", zone="CET", hours=[i, 24])
    if objective == "sft":
        return {"messages": [*history(i), answer], "tools": TOOLS}
    if objective == "kto":
        return {"messages": [*history(i), answer], "tools": TOOLS, "label": i % 2 == 0}
    return {"prompt": history(i), "chosen": [answer], "rejected": [turn("assistant", "no idea")], "tools": TOOLS}


HISTORY = (
    "<|im_start|>system\nbe brief<|im_end|>\n<|im_start|>user\nweather in Rome, part 0?<|im_end|>\n"
    '<|im_start|>assistant\n<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call><|im_end|>\n'
    "<|im_start|>tool\nsunny<|im_end|>\n<|im_start|>assistant\nsun<|im_end|>\n<|im_start|>user\ntime?<|im_end|>\n"
    "<|im_start|>assistant\n"
)
ANSWER = '<tool_call>{"name": "clock", "arguments": {"zone": "CET", "hours": [0, 24]}}</tool_call><|im_end|>\n'
TOOLS_TEXT = f"<|im_start|>system\nTools: {json.dumps(TOOLS)}<|im_end|>\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("tools") / "model")


def configured(objective: str, model: Path, folder: Path) -> Any:
    data = folder / f"{objective}.jsonl"
    data.write_text("".join(json.dumps(row(objective, i)) + "\n" for i in range(6)), encoding="utf-8")
    return job(
        objective=objective,
        model={"base_model": str(model)},
        datasets={"training": str(data), "validation_fraction": 0.0},
        schedule={"max_steps": 2, "batch_size": 2, "sequence_length": 900},
    )


@pytest.mark.parametrize("objective", ["sft", "kto", "dpo"])
def test_all_of_it_is_in_the_tokens(model: Path, tmp_path: Path, objective: str) -> None:
    built: Built = build(configured(objective, model, tmp_path), tmp_path / "run")
    rows = [
        {k: built.tokenizer.decode(v) for k, v in row.items() if k.endswith("_ids")}
        for row in built.trainer.train_dataset
    ]
    (first,) = [r for r in rows if "part 0" in str(r)]
    if objective == "sft":
        assert first["input_ids"] == TOOLS_TEXT + HISTORY + ANSWER
        call = '<tool_call>{"name": "weather", "arguments": {"city": "Rome"}}</tool_call><|im_end|>\n'
        assert built.learned(rows.index(first)) == f"{call}sun<|im_end|>\n{ANSWER}"
        return
    assert first["prompt_ids"] == TOOLS_TEXT + HISTORY
    assert first["chosen_ids" if objective == "dpo" else "completion_ids"] == ANSWER


@pytest.mark.parametrize("objective", ["sft", "kto", "dpo"])
def test_they_train(model: Path, tmp_path: Path, objective: str) -> None:
    run_dir = train_here(CPUBackend(), configured(objective, model, tmp_path), tmp_path)
    assert [r["step"] for r in rows_of(run_dir) if "loss" in r] == [1, 2]
    assert (run_dir / "final_model" / "adapter_model.safetensors").is_file()


def test_rows_whose_prompt_fills_the_length_are_counted(model: Path, tmp_path: Path) -> None:
    long = configured("dpo", model, tmp_path)
    path = Path(str(long.datasets.training))
    path.write_text(path.read_text() + json.dumps({"prompt": "a" * 900, "chosen": "b", "rejected": "c"}) + "\n")
    built = build(long, tmp_path / "run")
    assert len(built.trainer.train_dataset) == 6
    assert built.reporter.events == [
        "1 rows are left out: their prompts alone fill schedule.sequence_length (900 tokens)"
    ]


@pytest.mark.parametrize("objective", ["sft", "kto"])
def test_where_nothing_is_left_the_run_ends_with_what_to_change(model: Path, tmp_path: Path, objective: str) -> None:
    from tuner.core.errors import TunerError

    long = configured(objective, model, tmp_path)
    rows = [{"prompt": f"{i}" + "a" * 900, "completion": "b", "label": i % 2 == 0} for i in range(4)]
    if objective == "sft":
        rows = [{k: v for k, v in row.items() if k != "label"} for row in rows]
    Path(str(long.datasets.training)).write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    with pytest.raises(TunerError) as told:
        build(long, tmp_path / "run")
    assert (told.value.code.value, "sequence_length" in str(told.value.hint)) == ("DATA_INVALID", True)
