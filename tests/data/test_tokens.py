"""Datasets counted in tokens: lengths, truncation, what is left to learn, and what is said about it."""

from __future__ import annotations

import itertools
import json
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_templates import GEMMA, MARKED, tokenizer_folder, turn
from tuner.core.enums import DatasetFormat, Objective
from tuner.core.issues import Severity
from tuner.data import token_sample
from tuner.data.chat_tokenizer import TokenizerUnreadable, load_chat_tokenizer, takes_long
from tuner.data.token_issues import token_facts, token_issues
from tuner.data.token_report import BARS, TokenReport, histogram, percentile
from tuner.data.token_sample import TokenSamples
from tuner.data.tokens import LEAST, count_tokens, learning_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tokenizer_folder(tmp_path_factory.mktemp("tokens") / "model", MARKED)


def put(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def pair(question: str, answer: str, **more: object) -> dict[str, object]:
    return {"prompt": question, "completion": answer, **more}


def lengths_of(model: Path, row: dict[str, object]) -> tuple[int, int]:
    """The prompt's tokens and all of them, said by the tokenizer itself."""
    tokenizer = load_chat_tokenizer(model)
    prompt, answer = turn("user", str(row["prompt"])), turn("assistant", str(row["completion"]))
    chat = tokenizer.chat_template()
    texts = [chat.render([prompt], generation=True), chat.render([prompt, answer])]
    first, second = (len(e) for e in tokenizer.encode(texts, special=False, offsets=False))
    return first, second


def test_rows_are_cut_and_counted(model: Path, tmp_path: Path) -> None:
    rows = [pair("turn on the light", "the lamp is on"), pair("turn " * 40, "the lamp"), pair("is it on?", "on " * 50)]
    sizes = [lengths_of(model, row) for row in rows]
    limit = sizes[0][1]
    report = count_tokens(put(tmp_path / "a.jsonl", *rows), DatasetFormat.AUTO, Objective.SFT, model, limit)
    wholes = [whole for _, whole in sizes]
    kept = [0, 2]  # of the second row the prompt alone fills the sequence
    assert sizes[1][0] >= limit > sizes[2][0]
    assert report == TokenReport(
        rows=3,
        p50=sorted(wholes)[1],
        p95=max(wholes),
        max=max(wholes),
        mean=sum(wholes) / 3,
        histogram=histogram(Counter(wholes)),
        sequence_length=limit,
        tokens=sum(min(wholes[i], limit) for i in kept),
        truncated_rows=2,
        lost_tokens=sum(max(0, w - limit) for w in wholes),
        trainable=sum(min(wholes[i], limit) - sizes[i][0] for i in kept),
        untrainable_rows=1,
        truncated_lines=[2, 3],
        untrainable_lines=[2],
        all_tokens=sum(wholes),
    )
    everything = count_tokens(
        tmp_path / "a.jsonl", DatasetFormat.AUTO, Objective.SFT, model, limit, train_on_inputs="enabled"
    )
    assert everything.trainable == everything.tokens == sum(min(w, limit) for w in wholes)
    labelled = put(tmp_path / "k.jsonl", *({**row, "label": True} for row in rows))
    assert count_tokens(labelled, DatasetFormat.AUTO, Objective.KTO, model, limit) == report


def test_a_preference_row_is_two_sequences(model: Path, tmp_path: Path) -> None:
    row = {"prompt": "turn on the light", "chosen": "the lamp is on", "rejected": "no"}
    chosen, rejected = (lengths_of(model, pair(row["prompt"], row[key])) for key in ("chosen", "rejected"))
    data = put(tmp_path / "p.jsonl", row)
    report = count_tokens(data, DatasetFormat.AUTO, Objective.DPO, model, 500)
    assert (report.rows, report.max, report.tokens) == (1, chosen[1], chosen[1] + rejected[1])
    assert report.trainable == chosen[1] - chosen[0] + rejected[1] - rejected[0]
    assert count_tokens(data, DatasetFormat.AUTO, Objective.DPO, model, chosen[0]).untrainable_rows == 1


def test_pretraining_cuts_nothing_off(model: Path, tmp_path: Path) -> None:
    data = put(tmp_path / "t.jsonl", {"text": "turn on the light " * 50})
    report = count_tokens(data, DatasetFormat.AUTO, Objective.PRETRAIN, model, 16)
    assert (report.truncated_rows, report.lost_tokens, report.trainable) == (0, 0, report.max)
    assert list(token_issues(report)) == []


def test_more_rows_than_wanted_are_a_sample(model: Path, tmp_path: Path) -> None:
    data = put(tmp_path / "a.jsonl", *(pair("turn on", f"the lamp {i}") for i in range(5)))

    def counted(limit: int) -> tuple[int, bool]:
        found = count_tokens(data, DatasetFormat.AUTO, Objective.SFT, model, 99, limit=limit)
        return found.rows, found.sampled

    assert [counted(n) for n in (3, 5, 9)] == [(3, True), (5, False), (5, False)]
    put(data, *(pair("turn on", f"the lamp {i}") for i in range(LEAST + 5)))
    first = count_tokens(data, DatasetFormat.AUTO, Objective.SFT, model, 99, seconds=0)
    assert (first.rows, first.sampled) == (LEAST, True)


def test_a_large_tokenizer_does_not_stop_the_screen(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a thread beside the first, it is loaded by a process of its own; its answer is the same."""
    monkeypatch.setattr(token_sample, "takes_long", lambda folder: True)
    monkeypatch.setattr(token_sample, "load_chat_tokenizer", None)
    data = put(tmp_path / "a.jsonl", pair("turn on", "the lamp"), pair("off", "on"))
    samples, learning = TokenSamples(tmp_path / "kept"), learning_of(Objective.SFT, "enabled", "last")
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(samples.sample, data, DatasetFormat.AUTO, learning, model).result()
    monkeypatch.undo()
    assert found == TokenSamples(tmp_path / "none").sample(data, DatasetFormat.AUTO, learning, model)


def test_where_no_process_can_be_had_it_is_counted_here(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_sample, "takes_long", lambda folder: True)
    monkeypatch.setattr(token_sample.sys, "executable", str(tmp_path / "nowhere"))
    data = put(tmp_path / "a.jsonl", pair("turn on", "the lamp"))
    with ThreadPoolExecutor(1) as pool:
        asked = (data, DatasetFormat.AUTO, learning_of(Objective.SFT), model)
        assert len(pool.submit(TokenSamples(tmp_path / "kept").sample, *asked).result().rows) == 1


def test_only_a_large_tokenizer_that_is_not_loaded_takes_long(model: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    shutil.copytree(model, large)
    with (large / "tokenizer.json").open("a") as file:
        file.write(" " * 3_000_000)
    assert (takes_long(model), takes_long(large)) == (False, True)
    load_chat_tokenizer(large)
    assert not takes_long(large)


def test_what_a_template_refuses_stops_the_launch(tmp_path: Path) -> None:
    model = tokenizer_folder(tmp_path / "gemma", GEMMA)
    system = {"messages": [turn("system", "Be brief."), turn("user", "on?"), turn("assistant", "on")]}
    data = put(tmp_path / "a.jsonl", {"messages": system["messages"][1:]}, system)
    report = count_tokens(data, DatasetFormat.AUTO, Objective.SFT, model, 99)
    assert (report.rows, report.unrenderable_rows, report.problems[0].line) == (1, 1, 2)
    (issue,) = token_issues(report)
    assert (issue.code, issue.severity, issue.path) == ("TEMPLATE_REFUSES", Severity.ERROR, "datasets.training")
    assert "1 of 2 rows" in issue.message and "line 2: System role not supported" in issue.message


def test_text_needs_no_template_and_conversations_do(tmp_path: Path) -> None:
    model = tokenizer_folder(tmp_path / "base", "")
    (model / "chat_template.jinja").unlink()
    text = put(tmp_path / "t.jsonl", {"text": "turn on"})
    assert count_tokens(text, DatasetFormat.AUTO, Objective.SFT, model, 99).rows == 1
    with pytest.raises(TokenizerUnreadable, match="no chat template"):
        count_tokens(put(tmp_path / "a.jsonl", pair("a", "b")), DatasetFormat.AUTO, Objective.SFT, model, 99)


def a_report(**values: object) -> TokenReport:
    usual: dict[str, object] = {
        "rows": 100, "p50": 50, "p95": 90, "max": 120, "mean": 50.0, "histogram": [(0, 199, 100)],
        "sequence_length": 64, "tokens": 4000, "truncated_rows": 0, "lost_tokens": 0, "trainable": 2000,
        "untrainable_rows": 0, "all_tokens": 5000,
    }  # fmt: skip
    return TokenReport(**{**usual, **values})  # type: ignore[arg-type]  # of mixed types


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, []),
        ({"truncated_rows": 10, "lost_tokens": 1000}, [("TRUNCATED", Severity.INFO)]),
        ({"truncated_rows": 11, "lost_tokens": 1000}, [("TRUNCATED", Severity.WARNING)]),
        (
            {"truncated_rows": 2, "lost_tokens": 9, "untrainable_rows": 1, "untrainable_lines": [7]},
            [("UNTRAINABLE", Severity.WARNING), ("TRUNCATED", Severity.INFO)],
        ),
        ({"trainable": 0, "truncated_rows": 100, "untrainable_rows": 100}, [("EMPTY_MASK", Severity.ERROR)]),
        ({"trainable": 0, "untrainable_rows": 100, "sampled": True}, [("EMPTY_MASK", Severity.ERROR)]),
        ({"trainable": 0, "rows": 0, "tokens": 0}, []),
    ],
)
def test_issues(values: dict[str, object], found: list[tuple[str, Severity]]) -> None:
    issues = list(token_issues(a_report(**values)))
    assert [(i.code, i.severity) for i in issues] == found
    assert all(i.message and i.hint for i in issues)


def test_facts_are_scaled_to_the_rows_that_are_trained_on() -> None:
    report = a_report(truncated_rows=10)
    assert token_facts(report, {"training_rows": 80}) == {
        "longest_row": 120,
        "mean_row_tokens": 50,
        "training_tokens": 3200,
        "trainable_tokens": 1600,
        "truncated_rows": 8,
    }
    assert token_facts(report, {}) == {"longest_row": 120, "mean_row_tokens": 50}
    assert token_facts(a_report(rows=0), {"training_rows": 80}) == {}


def test_a_sample_is_kept_until_something_changes(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_sample, "_WORTH_KEEPING", 0.0)
    data, folder = put(tmp_path / "a.jsonl", pair("turn on", "the lamp"), pair("off", "on")), tmp_path / "kept"
    learning = learning_of(Objective.SFT)

    def sample() -> Any:
        return TokenSamples(folder).sample(data, DatasetFormat.AUTO, learning, model)

    first = sample()
    (kept,) = folder.glob("*.json")
    kept.write_text(kept.read_text().replace('"sampled": false', '"sampled": true'))
    assert sample().rows == first.rows
    assert sample().sampled, "read, not counted again"
    kept.write_text("{")
    assert not sample().sampled, "a broken file is counted anew"
    put(data, pair("turn on", "the lamp is on"))
    assert len(sample().rows) == 1
    assert len(list(folder.glob("*.json"))) == 2
    monkeypatch.setattr(token_sample, "_KEPT_FILES", 1)
    for i in range(3):
        put(data, *[pair("turn on", "the lamp")] * (i + 2))
        sample()
    assert len(list(folder.glob("*.json"))) <= 2


def test_a_folder_that_cannot_be_written_costs_time_alone(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_sample, "_WORTH_KEEPING", 0.0)
    (tmp_path / "file").write_text("")
    samples = TokenSamples(tmp_path / "file" / "kept")
    data, learning = put(tmp_path / "a.jsonl", pair("a", "b")), learning_of(Objective.SFT)
    assert len(samples.sample(data, DatasetFormat.AUTO, learning, model).rows) == 1
    data.unlink()
    put(data, *[pair("a", "b")] * 9)
    for length in range(token_sample._KEPT + 2):
        put(data, *[pair("a", "b")] * (length + 1))
        assert len(samples.sample(data, DatasetFormat.AUTO, learning, model).rows) == length + 1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 40_000), min_size=1, max_size=60))
def test_a_histogram_holds_each_row_once(lengths: list[int]) -> None:
    bars = histogram(Counter(lengths))
    assert len(bars) <= BARS + 1
    assert sum(rows for _, _, rows in bars) == len(lengths)
    for low, high, rows in bars:
        assert rows == sum(low <= n <= high for n in lengths)
    assert all(a[1] + 1 == b[0] for a, b in itertools.pairwise(bars))
    assert bars[0][2] and bars[-1][2]
    ordered = sorted(lengths)
    assert percentile(Counter(lengths), 0.5) == ordered[-(-len(ordered) // 2) - 1]
    assert percentile(Counter(lengths), 1.0) == ordered[-1]


def test_nothing_has_no_histogram() -> None:
    assert (histogram(Counter()), percentile(Counter(), 0.5)) == ([], 0)
