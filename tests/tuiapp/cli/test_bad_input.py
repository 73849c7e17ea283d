"""Every kind of bad input: one clear message with a hint, the right exit code, nothing half-made, nothing lost."""

from __future__ import annotations

import pytest

from tests.support.fake_trainers import TRAINS
from tests.support.pretender import pretend
from tests.tuiapp.cli.conftest import CommandLine
from tuner.config.workspace import Workspace

Snapshot = dict[str, bytes]


def snapshot(workspace: Workspace) -> Snapshot:
    """Every file of the workspace, so that it can be told whether a command changed any."""
    return {str(p): p.read_bytes() for p in workspace.root.rglob("*") if p.is_file()}


@pytest.fixture
def ready(furnished: Workspace) -> Workspace:
    pretend(furnished, TRAINS)
    return furnished


@pytest.mark.parametrize(
    ("text", "code", "message", "hint"),
    [
        ("", "MODEL_NOT_FOUND|MISSING|CONFIG_INVALID", "model.base_model", "name the model"),
        ("objective: [", "CONFIG_INVALID", "not valid YAML", "indentation"),
        ("- a\n- b\n", "CONFIG_INVALID", "expected keys and values", ""),
        ("\x00", "CONFIG_INVALID", "", ""),
        ("shedule: {epochs: 2}", "CONFIG_INVALID", "unknown key 'shedule'", "did you mean schedule?"),
        ("schedule: {epoch: 2}", "CONFIG_INVALID", "schedule.epoch", "did you mean epochs?"),
        ("schedule: {epochs: 99}", "CONFIG_INVALID", "99 is out of range", "1 to 20"),
        ("schedule: {epochs: many}", "CONFIG_INVALID", "schedule.epochs", "expected"),
        ("objective: sfft", "CONFIG_INVALID", "'sfft' is not one of", "did you mean sft?"),
    ],
)
def test_a_malformed_configuration(
    tuner: CommandLine, ready: Workspace, text: str, code: str, message: str, hint: str
) -> None:
    path = ready.root / "bad.yaml"
    path.write_text(text)
    before = snapshot(ready)
    error = tuner.error("train", path, "--backend", "cpu", expected=2)
    assert error["code"] in code.split("|")
    assert message in error["message"]
    assert hint in error["hint"]
    assert snapshot(ready) == before


@pytest.mark.parametrize(
    ("setting", "code", "message"),
    [
        ("datasets.training=data/nowhere.jsonl", "DATA_NOT_FOUND", "nowhere.jsonl: no such file"),
        ("datasets.training=data", "DATA_INVALID", "more than one split"),
        ("datasets.training=models", "DATA_INVALID", "holds no dataset file"),
        ("datasets.training=data/hopeless.jsonl", "DATA_INVALID", "line 1: "),
        ("datasets.training=sft.yaml", "DATA_INVALID", "unknown kind of file"),
        ("datasets.validation=data/nowhere.jsonl", "DATA_NOT_FOUND", "datasets.validation"),
        ("model.base_model=models/nowhere", "MODEL_NOT_FOUND", "no such model folder"),
        ("model.base_model=data", "MODEL_NOT_FOUND", "has no config.json"),
        ("model.parent=nowhere@best", "RUN_NOT_FOUND", "there is no run 'nowhere'"),
        ("model.parent=data", "MODEL_NOT_FOUND", "neither an adapter nor a model"),
        ("method.type=qlora", "CONFIG_INVALID", "cannot do qlora"),
    ],
)
def test_what_a_configuration_names_is_not_there_or_of_no_use(
    tuner: CommandLine, ready: Workspace, setting: str, code: str, message: str
) -> None:
    before = snapshot(ready)
    error = tuner.error("train", "sft.yaml", "--backend", "cpu", "--set", setting, expected=2)
    assert error["code"] == code
    assert message in error["message"]
    assert snapshot(ready) == before


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("config.json", b"{", "not valid JSON"),
        ("config.json", b"[]", "expected a JSON object"),
        ("model.safetensors", None, "holds no weights"),
        ("model.safetensors", b"\x08\0\0\0\0\0\0\0{}", "not a whole safetensors file"),
        ("chat_template.jinja", None, "no chat template"),
    ],
)
def test_a_broken_model_folder(
    tuner: CommandLine, ready: Workspace, name: str, content: bytes | None, message: str
) -> None:
    path = ready.root / "models" / "tiny" / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    error = tuner.error("train", "sft.yaml", "--backend", "cpu", expected=2)
    assert error["code"] in {"MODEL_LOAD_FAILED", "MODEL_INCOMPATIBLE"}
    assert message in error["message"]
    assert not ready.runs.exists()


def test_every_finding_is_listed_for_people(tuner: CommandLine, ready: Workspace) -> None:
    (ready.root / "bad.yaml").write_text("shedule: {}\noptimizer: {learning_rate: 7}\nseed: x\n")
    done = tuner("train", "bad.yaml", "--backend", "cpu")
    assert done.code == 2
    for place in ("shedule (line 1)", "optimizer.learning_rate (line 2)", "seed (line 3)"):
        assert place in done.err
    assert "(and 2 more)" in done.err


@pytest.mark.parametrize("words", [["train", "no.yaml"], ["config", "show", "no.yaml"], ["config", "validate", "none"]])
def test_a_configuration_that_is_not_there(tuner: CommandLine, words: list[str]) -> None:
    error = tuner.error(*words, expected=4)
    assert f"{words[-1]}: no such file" in error["message"]
    assert "`tuner config new --list`" in error["hint"]


def test_a_folder_is_no_configuration(tuner: CommandLine, furnished: Workspace) -> None:
    assert "data" in tuner.error("train", furnished.root / "data", expected=2)["message"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--set", "schedule.epochs"], "CONFIG_INVALID"),
        (["--set", "=1"], "CONFIG_INVALID"),
        (["--set", "seed.x=1"], "CONFIG_INVALID"),
        (["--backend", "rtxx"], "UNSUPPORTED_BACKEND"),
    ],
)
def test_words_that_make_no_sense(tuner: CommandLine, ready: Workspace, words: list[str], code: str) -> None:
    error = tuner.error("train", "sft.yaml", *words, expected=2)
    assert error["code"] == code
    assert not ready.runs.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["runs", "show"],
        ["runs", "metrics"],
        ["runs", "logs"],
        ["runs", "wait"],
        ["runs", "cancel"],
        ["runs", "delete"],
        ["checkpoints", "list"],
        ["checkpoints", "best"],
        ["upload"],
    ],
)
def test_a_run_that_does_not_exist(tuner: CommandLine, words: list[str]) -> None:
    error = tuner.error(*words, "20261120-100000-sft-none-0000", expected=4)
    assert error["code"] == "RUN_NOT_FOUND"
    assert error["hint"] == "see `tuner runs list`"
    assert list(tuner.workspace.root.iterdir()) == []
