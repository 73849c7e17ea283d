"""tuner data inspect --model, and what a plan says of its rows in tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.chat_templates import QWEN3, tokenizer_folder
from tests.support.weights import model_folder
from tests.tuiapp.cli.conftest import CommandLine
from tuiapp.cli.mask_view import print_masks
from tuiapp.handlers.loss_masks import MaskedRow
from tuner.config.workspace import Workspace

LONG = "turn on the light " * 150


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tokenizer_folder(tmp_path_factory.mktemp("cli") / "model", QWEN3)


@pytest.fixture
def counted(furnished: Workspace, tokenizer: Path) -> Workspace:
    """The workspace with a model whose tokenizer is real, and a dataset of which one row is long and one all prompt."""
    model = model_folder(furnished.root / "models" / "real")
    for file in tokenizer.iterdir():
        (model / file.name).write_bytes(file.read_bytes())
    rows = [("turn on", "the lamp"), ("turn off", LONG), (LONG, "the lamp"), *[("is it on?", "on")] * 9]
    text = "".join(json.dumps({"prompt": p, "completion": c}) + "\n" for p, c in rows)
    (furnished.root / "data" / "long.jsonl").write_text(text)
    return furnished


def test_tokens_have_their_documented_shape(tuner: CommandLine, counted: Workspace) -> None:
    found = tuner.json("data", "inspect", "data/long.jsonl", "--model", "models/real", "--sequence-length", "200")
    tokens = found["tokens"]
    assert tokens.keys() >= {"p50", "p95", "max", "truncated_rows", "trainable"}
    assert (found["rows"], tokens["rows"], tokens["truncated_rows"], tokens["untrainable_rows"]) == (12, 12, 2, 1)
    assert (tokens["truncated_lines"], tokens["untrainable_lines"]) == ([2, 3], [3])
    assert sum(bar["rows"] for bar in tokens["histogram"]) == 12
    assert 0 < tokens["trainable"] < tokens["tokens"] < tokens["all_tokens"]
    assert "masks" not in found
    assert tuner.json("data", "inspect", "data/long.jsonl")["tokens"] is None


def test_lengths_are_drawn(tuner: CommandLine, counted: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = tuner("data", "inspect", "data/long.jsonl", "--model", "models/real", "--sequence-length", "200")
    assert done.code == 0
    assert "2 of 12 rows longer than 200 tokens" in done.out and "lines 2, 3" in done.out
    assert "█" in done.out and "← cut" in done.out
    assert "1 row with nothing to learn from; line 3" in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines() if "█" in line)
    done = tuner("data", "inspect", "data/long.jsonl", "--model", "models/real")
    assert "no row is longer than 2048 tokens" in done.out


def test_what_a_template_leaves_out_or_refuses_is_told(tuner: CommandLine, counted: Workspace) -> None:
    model = counted.root / "models" / "real"
    (model / "chat_template.jinja").write_text(
        "{% for m in messages %}{% if '?' in m.content %}{{ raise_exception('no questions') }}{% endif %}"
        "{{ m.content }}{% endfor %}"
    )
    done = tuner("data", "inspect", "data/long.jsonl", "--model", model)
    assert "9 rows by the chat template" in done.out and "line 4: no questions" in done.out


def test_a_model_that_cannot_be_asked_is_told(tuner: CommandLine, counted: Workspace) -> None:
    words = ("data", "inspect", "data/long.jsonl")
    assert tuner.error(*words, "--model", "models/nonesuch", expected=4)["code"] == "MODEL_NOT_FOUND"
    assert "hf download" in tuner.error(*words, "--model", "Nobody/Nothing", expected=4)["hint"]
    error = tuner.error(*words, "--model", "models/tiny", expected=2)
    assert error["code"] == "MODEL_INCOMPATIBLE" and "tokenizer.json" in error["message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mask"], "no model is named"),
        (["--row", "3"], "no model is named"),
        (["--model", "models/real", "--sequence-length", "0"], "--sequence-length must be 1 or more"),
        (["--model", "models/real", "--rows", "-1"], "--rows must be 1 or more"),
    ],
)
def test_words_that_make_no_sense(tuner: CommandLine, counted: Workspace, words: list[str], said: str) -> None:
    assert said in tuner.error("data", "inspect", "data/long.jsonl", *words, expected=2)["message"]


def validate(tuner: CommandLine, *sets: str, expected: int = 0) -> dict[str, str]:
    words = [word for value in ("model.base_model=models/real", *sets) for word in ("--set", value)]
    found = tuner.json("config", "validate", "sft.yaml", "--backend", "cpu", *words, expected=expected)
    return {issue["code"]: issue["severity"] for issue in found["issues"]}


def test_a_plan_tells_what_is_cut_and_left_out(tuner: CommandLine, counted: Workspace) -> None:
    assert validate(tuner) == {}
    assert validate(tuner, "datasets.training=data/long.jsonl", "schedule.train_on_inputs=enabled") == {
        "TRUNCATED": "warning",
        "DUPLICATES": "warning",
    }
    found = validate(tuner, "datasets.training=data/long.jsonl")
    assert found == {"UNTRAINABLE": "warning", "TRUNCATED": "warning", "DUPLICATES": "warning"}


def test_nothing_to_learn_stops_the_launch(tuner: CommandLine, counted: Workspace) -> None:
    rows = [{"prompt": f"{LONG}{i}", "completion": "on"} for i in range(4)]
    (counted.root / "data" / "train.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    assert validate(tuner, expected=2)["EMPTY_MASK"] == "error"
    done = tuner("train", "sft.yaml", "--backend", "cpu", "--set", "model.base_model=models/real", "--accept", "all")
    assert done.code == 2 and "nothing would be learned" in done.err
    assert not (counted.root / "runs").exists()


def test_a_plan_knows_its_tokens(tuner: CommandLine, counted: Workspace) -> None:
    from tuiapp.handlers.context import open_context
    from tuiapp.handlers.token_findings import token_findings
    from tuner.core.job import JobConfiguration
    from tuner.data.inspect import inspect_dataset

    data = counted.root / "data" / "long.jsonl"
    job = JobConfiguration.model_validate(
        {
            "model": {"base_model": str(counted.root / "models" / "real")},
            "datasets": {"training": str(data)},
            "schedule": {"sequence_length": 512},
            "metadata": {"train_on_turns": "last"},
        }
    )
    reports = [inspect_dataset(data, job.datasets.format, job.objective)]
    workspace = open_context(counted.root).workspace
    _, facts, report = token_findings(workspace, job, reports, {"training_rows": 12})
    assert facts["longest_row"] > 512 > facts["mean_row_tokens"]
    assert facts["trainable_tokens"] < facts["training_tokens"] < 12 * 512
    assert facts["truncated_rows"] == 2
    assert report is not None and report.rows == 12
    (counted.root / "models" / "real" / "tokenizer.json").write_text("{}")
    assert token_findings(workspace, job, reports, {}) == ([], {}, None), "its own check tells"
    assert token_findings(workspace, job, [], {}) == ([], {}, None)
    job.datasets.training = "hub:somebody/something"
    assert token_findings(workspace, job, reports, {}) == ([], {}, None)


ROW = MaskedRow(3, 9, 4, True, [("ask\x1b[2J\n", False), ("one\n\ntwo", True)], "ask…", "a note")


def test_masks_are_marked_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    print_masks([ROW])
    out = capsys.readouterr().out
    assert "line 3 · 9 tokens · 4 learned · cut · a note" in out
    assert "ask\n⟦one\n\ntwo⟧\n── cut here" in out
    assert "\x1b" not in out


def test_masks_are_marked_by_colour_and_otherwise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_masks([ROW])
    out = capsys.readouterr().out
    assert "\x1b[32;4mone\x1b[0m\n\n\x1b[32;4mtwo\x1b[0m" in out, "green and underlined"
    assert "\x1b[2J" not in out
    monkeypatch.setenv("NO_COLOR", "1")
    print_masks([ROW])
    assert "\x1b" not in capsys.readouterr().out
