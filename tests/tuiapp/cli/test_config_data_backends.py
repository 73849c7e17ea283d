"""tuner config …, data inspect, backends … and doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_trainers import TRAINS
from tests.support.http_server import model_server
from tests.support.pretender import STACK, pretend
from tests.tuiapp.cli.conftest import CommandLine
from tuner.config.workspace import Workspace
from tuner.core.issues import Severity


def test_presets_are_listed(tuner: CommandLine) -> None:
    found = tuner.json("config", "new", "--list")
    assert {"cpu/sft-lora", "rtx/sft-qlora-8b"} <= {p["name"] for p in found}
    assert all(p.keys() == {"name", "backend", "title", "path"} and Path(p["path"]).is_file() for p in found)
    assert "cpu/sft-lora" in tuner("config", "new", "--list").out


def test_a_preset_is_copied_with_its_comments(tuner: CommandLine, tmp_path: Path) -> None:
    target = tmp_path / "mine.yaml"
    found = tuner.json("config", "new", target, "--preset", "sft-lora")
    assert found == {"path": str(target), "preset": "sft-lora"}
    assert target.read_text().startswith("# SFT with LoRA")
    done = tuner("config", "new", tmp_path / "other.yaml")
    assert done.out == f"{tmp_path / 'other.yaml'}\n"
    assert "tuner config validate" in done.err


def test_a_new_file_needs_a_name_a_preset_and_a_place(tuner: CommandLine, tmp_path: Path) -> None:
    assert "no file was named" in tuner("config", "new").err
    assert tuner.error("config", "new", tmp_path / "a.yaml", "--preset", "nonesuch", expected=2)["hint"]
    error = tuner.error("config", "new", tmp_path / "no" / "a.yaml", expected=2)
    assert "cannot write" in error["message"]


def test_show_fills_in_the_defaults(tuner: CommandLine, furnished: Workspace) -> None:
    found = tuner.json("config", "show", "sft.yaml", "--set", "seed=7")
    assert (found["seed"], found["method"]["lora"]["rank"], found["schedule"]["epochs"]) == (7, 8, 1)
    assert "rank: 8" in tuner("config", "show", "sft.yaml").out
    done = tuner("config", "show", "sft.yaml", "--set", "seed=x")
    assert (done.code, done.out) == (2, "")
    assert "seed" in done.err


def test_translate_shows_the_payload_that_would_be_trained_from(tuner: CommandLine, furnished: Workspace) -> None:
    words = ("config", "translate", "sft.yaml", "--backend", "cpu", "--set", "optimizer.learning_rate=0.5")
    made = tuner.json(*words)
    dry = tuner.json("train", *words[2:], "--dry-run")
    assert made["trainer"] == "sft" and made["payload"] == dry["payload"] and made["changes"] == dry["changes"]
    assert made["payload"]["arguments"]["learning_rate"] == 0.5
    said = tuner(*words)
    assert "learning_rate: 0.5" in said.out and "note  " in said.err
    refused = tuner.json(*words[:-1], "schedule.epochs=0", expected=2)
    assert refused["payload"] is None and refused["issues"]


def test_validate_lists_issues_in_their_documented_shape(tuner: CommandLine, furnished: Workspace) -> None:
    assert tuner.json("config", "validate", "sft.yaml", "--backend", "cpu") == {"ok": True, "issues": []}
    words = ("config", "validate", "sft.yaml", "--backend", "cpu", "--set", "optimizations.enabled=[flash_attention]")
    found = tuner.json(*words, "--set", "schedule.sequence_length=9000")
    assert found["ok"] is True
    assert all(i.keys() >= {"path", "severity", "code", "message", "hint"} for i in found["issues"])
    assert {(i["path"], i["severity"], i["code"]) for i in found["issues"]} == {
        ("optimizations.enabled", Severity.WARNING, "NOT_HONOURED"),
        ("schedule.sequence_length", Severity.WARNING, "CONTEXT_LENGTH"),
    }
    wrong = tuner.json("config", "validate", "sft.yaml", "--set", "schedule.epochs=0", expected=2)
    assert wrong["ok"] is False
    done = tuner("config", "validate", "sft.yaml", "--backend", "cpu", "--set", "schedule.epochs=0")
    assert "not ok for the cpu backend" in done.err and "hint:" in done.err


@pytest.mark.parametrize(("device", "backend"), [("cpu", "cpu"), ("cuda", "rtx"), ("mps", "mac")])
def test_the_device_chooses_the_backend(tuner: CommandLine, furnished: Workspace, device: str, backend: str) -> None:
    assert (
        f"for the {backend} backend"
        in tuner("config", "validate", "sft.yaml", "--set", f"hardware.device={device}").err
    )


def test_the_settings_choose_the_backend(
    tuner: CommandLine, furnished: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNER_DEFAULT_BACKEND", "rtx")
    assert "for the rtx backend" in tuner("config", "validate", "sft.yaml").err


def test_a_dataset_is_looked_through(tuner: CommandLine, furnished: Workspace) -> None:
    found = tuner.json("data", "inspect", "data/holes.jsonl")
    assert found.keys() >= {"format", "rows", "problems", "tokens"}
    assert (found["format"], found["rows"], found["problem_count"]) == ("prompt_completion", 10, 4)
    assert [p["line"] for p in found["problems"]] == [3, 4, 5, 6]
    assert all(p.keys() == {"line", "code", "message"} for p in found["problems"])
    out = tuner("data", "inspect", furnished.root / "data" / "holes.jsonl").out
    assert "line 3: not valid JSON" in out and "rows      10" in out


def test_a_dataset_of_no_use(tuner: CommandLine, furnished: Workspace) -> None:
    assert tuner.json("data", "inspect", "data/hopeless.jsonl", expected=2)["rows"] == 0
    assert tuner.error("data", "inspect", "data/nowhere.jsonl", expected=4)["code"] == "DATA_NOT_FOUND"
    assert "unknown kind of file" in tuner.error("data", "inspect", "sft.yaml", expected=2)["message"]
    (furnished.root / "data" / "many.jsonl").write_text("x\n" * 30)
    out = tuner("data", "inspect", "data/many.jsonl", "--objective", "kto").out
    assert "and 10 more" in out and "format    unknown" in out


def test_what_rows_are_for_is_seen_from_them(tuner: CommandLine, furnished: Workspace) -> None:
    data = furnished.root / "data"
    (data / "kto.jsonl").write_text('{"prompt": "a", "completion": "b", "label": true}\n' * 3)
    (data / "dpo.jsonl").write_text('{"prompt": "a", "chosen": "b", "rejected": "c"}\n')
    found = tuner.json("data", "inspect", "data/kto.jsonl")
    assert (found["objective"], found["rows"], found["labels"]) == ("kto", 3, {"true": 3})
    assert "3 true, 0 false; KTO learns from both kinds" in tuner("data", "inspect", "data/kto.jsonl").out
    assert "preference, for dpo" in tuner("data", "inspect", "data/dpo.jsonl").out
    refused = tuner("data", "inspect", "data/dpo.jsonl", "--objective", "sft")
    assert refused.code == 2
    assert "sft cannot use preference rows; dpo can" in refused.out
    assert "leave --objective out" in refused.err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("", "the file holds none"),
        ('{"a": 1}\n', "rows need one of these sets of keys"),
        ("{\n", "mend the lines above"),
    ],
)
def test_what_to_do_where_no_row_is_of_use(tuner: CommandLine, furnished: Workspace, rows: str, said: str) -> None:
    (furnished.root / "data" / "none.jsonl").write_text(rows)
    done = tuner("data", "inspect", "data/none.jsonl")
    assert done.code == 2
    assert said in done.err


def test_backends_are_listed_and_shown(
    tuner: CommandLine, furnished: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(furnished, TRAINS)
    pretend(furnished, TRAINS, backend="rtx", torch="12.8 False")
    pretend(furnished, TRAINS, backend="mac", versions='{"mlx": null, "mlx-lm": "0.32"}')
    with model_server({"/api/tags": {"models": []}}) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.host)
        found = {b["name"]: b for b in tuner.json("backends", "list")}
    assert all(b.keys() == {"name", "kind", "available", "message", "capabilities"} for b in found.values())
    assert {n: b["available"] for n, b in found.items() if n in {"cpu", "rtx", "mac", "ollama"}} == {
        "cpu": True,
        "rtx": False,
        "mac": False,
        "ollama": True,
    }
    assert "mlx is not installed" in found["mac"]["message"]
    shown = tuner.json("backends", "show", "cpu")
    assert shown["capabilities"]["objectives"] == ["sft", "kto", "dpo", "pretrain"]
    out = tuner("backends", "show", "cpu").out
    assert "exact_match_rows" in out and "early stopping" in out
    assert tuner.json("backends", "show", "lmstudio")["kind"] == "evaluation"
    assert "nvidia-smi" in tuner("backends", "show", "rtx").out
    assert tuner.error("backends", "show", "rtxx", expected=2)["hint"] == "did you mean rtx?"
    assert "ollama" in tuner("backends", "list").out


@pytest.mark.parametrize(("versions", "code"), [(STACK, 0), (STACK.replace('"1.16"', "null"), 3)])
def test_doctor_exits_3_where_nothing_can_be_trained(
    tuner: CommandLine, furnished: Workspace, versions: str, code: int
) -> None:
    for name in ("cpu", "rtx"):
        pretend(furnished, TRAINS, backend=name, versions=versions, torch="cpu False")
    pretend(furnished, TRAINS, backend="mac", versions='{"mlx": null}')
    found = tuner.json("doctor", expected=code)
    assert found["ok"] is (code == 0)
    checks = {c["name"]: c for c in found["checks"]}
    assert {"workspace", "disk", "presets", "train on cpu", "ask ollama", "terminal"} <= set(checks)
    assert checks["train on cpu"]["ok"] is (code == 0)
    done = tuner("doctor")
    assert done.code == code
    assert "→" in done.out
