"""Prompt sets are files that hold prompts; models are what a server says it has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tuner.core import BackendError, IEvaluationBackend
from tuner.core.errors import ErrorCode
from tuner.core.registry import EvaluationBackendRegistry
from tuner.discovery import ModelDiscovery, PromptSetDiscovery, prompt_sets


def put(path: Path, value: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), encoding="utf-8")
    return path


CASES = [{"id": "a", "question": "q"}, {"id": "b", "prompt": "q"}, {"messages": []}]


def test_known_folders_come_first(tmp_path: Path) -> None:
    put(tmp_path / "zzz.json", CASES)
    put(tmp_path / "data" / "more.json", ["plain question"])
    put(tmp_path / "Evaluator" / "prompts" / "tools.json", {"description": "Tool use", "prompts": CASES})
    put(tmp_path / "prompts" / "own.jsonl", '{"question": "1"}\n\n{"prompt": "2"}\n')
    (tmp_path / "suites").symlink_to("prompts")  # seen already
    discovery = PromptSetDiscovery(tmp_path)
    assert discovery.discover() == [
        ("prompts/own", "2 cases", 2),
        ("Evaluator/prompts/tools", "Tool use", 3),
        ("zzz", "3 cases", 3),
        ("data/more", "1 cases", 1),
    ]
    assert discovery.diagnostics == []


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"cases": CASES}, ("x", "3 cases", 3)),
        ({"name": "Named", "cases": CASES}, ("x", "Named", 3)),
        ({"cases": []}, None),
        ({"cases": "no"}, None),
        ({"other": CASES}, None),
        ([], None),
        (3, None),
        ([3], None),
        ([{"id": "no question"}], None),
        ([{"prompt": "q", "completion": "a training row"}], None),
        ([{"messages": [], "label": True}], None),
    ],
)
def test_what_is_a_prompt_set(tmp_path: Path, value: object, found: object) -> None:
    put(tmp_path / "x.json", value)
    assert PromptSetDiscovery(tmp_path).discover() == ([found] if found else [])


def test_a_jsonl_line_may_hold_any_character_json_allows(tmp_path: Path) -> None:
    put(tmp_path / "x.jsonl", '{"question": "one\u2028two\x85three"}\n')
    discovery = PromptSetDiscovery(tmp_path)
    assert discovery.discover() == [("x", "1 cases", 1)]
    assert discovery.diagnostics == []


@pytest.mark.parametrize("text", ["{", "[" * 100_000], ids=["torn", "endless nesting"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, text: str) -> None:
    path = put(tmp_path / "x.json", text)
    (tmp_path / "y.json").write_bytes(b"\xff")
    (tmp_path / "z.json").mkdir()
    discovery = PromptSetDiscovery(tmp_path)
    assert discovery.discover() == []
    assert len(discovery.diagnostics) == 3
    assert str(path) in discovery.diagnostics[0]


def test_a_file_too_large_for_a_prompt_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompt_sets, "_LARGEST", 2)
    put(tmp_path / "x.json", CASES)
    discovery = PromptSetDiscovery(tmp_path)
    assert discovery.discover() == []
    assert "larger than a prompt set" in discovery.diagnostics[0]


def test_a_missing_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PromptSetDiscovery(tmp_path / "missing").discover() == []
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "x.json", CASES)
    assert PromptSetDiscovery().discover() == [("x", "3 cases", 3)]


class Server(IEvaluationBackend):
    name = "up"
    default_host = "127.0.0.1"
    default_port = 1

    def list_models(self) -> list[str]:
        return ["a", "b"]

    def validate_connection(self) -> tuple[bool, str]:
        return True, ""


class Down(Server):
    def list_models(self) -> list[str]:
        raise BackendError("nobody answers", code=ErrorCode.SERVER_UNREACHABLE)


def test_models_of_a_server_or_why_there_are_none() -> None:
    discovery = ModelDiscovery(EvaluationBackendRegistry({"up": Server, "down": Down}))
    assert discovery.discover("down") == []
    assert discovery.diagnostics == ["nobody answers"]
    assert discovery.discover("unknown") == []
    assert "unknown" in discovery.diagnostics[0]
    assert discovery.discover("up") == ["a", "b"]
    assert discovery.diagnostics == []


def test_without_a_registry_the_installed_backends_are_asked() -> None:
    discovery = ModelDiscovery()
    assert discovery.discover("no-such-backend") == []
    assert "no-such-backend" in discovery.diagnostics[0]
