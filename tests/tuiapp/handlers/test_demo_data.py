"""The demo's data: distinct requests with one right call each, split without overlap, other tools for the base."""

from __future__ import annotations

import json

from tuiapp.handlers.demo.corpus import episodes, prose, tokenizer_text
from tuiapp.handlers.demo.files import write_files
from tuiapp.handlers.demo.household import all_requests, labelled_rows, split_requests
from tuner.config.workspace import Workspace
from tuner.core.enums import DatasetFormat, Objective
from tuner.data.inspect import inspect_dataset


def call_of(row: dict[str, object]) -> dict[str, object]:
    """The call in a row's answer."""
    (answer,) = row["completion"]  # type: ignore[misc]  # a list of one turn
    text = answer["content"]
    assert text.startswith("<tool_call>\n") and text.endswith("\n</tool_call>")
    call: dict[str, object] = json.loads(text.removeprefix("<tool_call>\n").removesuffix("\n</tool_call>"))
    return call


def test_there_are_thousands_of_distinct_requests() -> None:
    texts = [r.text for r in all_requests()]
    assert len(texts) == len(set(texts)) > 3000


def test_the_splits_share_no_request_and_are_always_the_same() -> None:
    split = split_requests()
    parts = [{r.text for r in part} for part in (split.training, split.validation, split.test)]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    assert sum(map(len, parts)) == len({r.text for r in all_requests()})
    assert all(len(part) > 200 for part in parts)
    assert split_requests() == split


def test_every_call_says_what_was_asked() -> None:
    for request in all_requests():
        call = call_of(request.row())
        assert call == {"name": request.tool, "arguments": request.arguments}
        for value in request.arguments.values():
            assert str(value) in request.text


def test_the_base_learns_other_tools_with_the_same_values() -> None:
    household = {r.tool for r in all_requests()}
    rows = episodes(500)
    others = {str(call_of(row)["name"]) for row in rows}
    assert len(others) >= 10
    assert not others & household
    assert rows == episodes(500)
    assert any("jazz" in json.dumps(row) for row in rows)


def test_wrong_answers_differ_in_one_argument() -> None:
    requests = {r.text: r for r in split_requests().training[:50]}
    rows = labelled_rows(list(requests.values()))
    assert sum(row["label"] is True for row in rows) == sum(row["label"] is False for row in rows) == 50
    for row in rows:
        (turn,) = row["prompt"]  # type: ignore[misc]  # a list of one turn
        right, given = requests[turn["content"]].arguments, call_of(row)["arguments"]
        assert isinstance(given, dict)
        wrong = [key for key in right if right[key] != given[key]]
        assert len(wrong) == (0 if row["label"] else 1)


def test_the_tokenizer_sees_prose_and_calls() -> None:
    text = tokenizer_text(episodes(10))
    assert prose()[0] in text
    assert "<tool_call>" in text


def test_the_files_can_be_used_and_what_stands_is_left_alone(workspace: Workspace) -> None:
    write_files(workspace)
    for name, kind, objective in (
        ("household-train", DatasetFormat.PROMPT_COMPLETION, Objective.SFT),
        ("household-validation", DatasetFormat.PROMPT_COMPLETION, Objective.SFT),
        ("household-test", DatasetFormat.PROMPT_COMPLETION, Objective.SFT),
        ("household-kto", DatasetFormat.LABELLED, Objective.KTO),
        ("pretrain", None, Objective.PRETRAIN),
    ):
        report = inspect_dataset(workspace.root / "data" / f"{name}.jsonl", DatasetFormat.AUTO, objective)
        assert (report.problem_count, report.rows > 100) == (0, True), name
        assert kind is None or report.format is kind
    mine = workspace.root / "configs" / "sft.yaml"
    mine.write_text("# mine\n")
    write_files(workspace)
    assert mine.read_text() == "# mine\n"
