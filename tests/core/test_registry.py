"""Backends are found by name, made once, and a broken or unknown one is told in words."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from tuner.core import BackendError, ConfigurationError, IEvaluationBackend
from tuner.core.errors import ErrorCode
from tuner.core.registry import EvaluationBackendRegistry, TrainingBackendRegistry


class Server(IEvaluationBackend):
    name = "here"
    default_host = "127.0.0.1"
    default_port = 1

    def list_models(self) -> list[str]:
        return ["tiny"]

    def validate_connection(self) -> tuple[bool, str]:
        return True, ""


def test_a_backend_is_made_on_first_use_and_once() -> None:
    made: list[Server] = []

    def factory() -> Server:
        made.append(Server())
        return made[-1]

    registry = EvaluationBackendRegistry({"here": factory})
    assert registry.names() == ["here"]
    assert made == []
    assert registry.get("here") is registry.get("here") is made[0]


def test_names_are_sorted() -> None:
    assert EvaluationBackendRegistry({"b": Server, "a": Server}).names() == ["a", "b"]


@pytest.mark.parametrize(("asked", "hint"), [("heer", "did you mean here?"), ("qqq", "known backends: here")])
def test_an_unknown_backend(asked: str, hint: str) -> None:
    with pytest.raises(ConfigurationError, match=asked) as caught:
        EvaluationBackendRegistry({"here": Server}).get(asked)
    assert (caught.value.code, caught.value.hint) == (ErrorCode.UNSUPPORTED_BACKEND, hint)


def test_the_entry_points_name_the_built_in_backends() -> None:
    assert {"cpu", "mac", "rtx"} <= set(TrainingBackendRegistry().names())
    assert {"lmstudio", "ollama", "openai"} <= set(EvaluationBackendRegistry().names())
    with pytest.raises(ConfigurationError, match="nonesuch"):
        TrainingBackendRegistry().get("nonesuch")


def registry_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, code: str) -> EvaluationBackendRegistry:
    """A registry whose only entry point names ``Backend`` in a module made for the test."""
    (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("plugin", f"{module}:Backend", EvaluationBackendRegistry.group)
    monkeypatch.setattr("tuner.core.registry.entry_points", lambda group: [entry] if group == entry.group else [])
    return EvaluationBackendRegistry()


def test_a_plugin_is_loaded_through_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = registry_of(tmp_path, monkeypatch, "plugin_that_works", "class Backend:\n    name = 'plugin'\n")
    assert registry.names() == ["plugin"]
    assert registry.get("plugin").name == "plugin"


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("plugin_lacking_a_package", "import no_such_package_anywhere"),
        ("plugin_without_its_class", ""),
        ("plugin_needing_arguments", "class Backend:\n    def __init__(self, must): ...\n"),
    ],
)
def test_a_broken_plugin_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, code: str) -> None:
    registry = registry_of(tmp_path, monkeypatch, module, code)
    with pytest.raises(BackendError, match=f"'plugin' .{module}:Backend. cannot be loaded") as caught:
        registry.get("plugin")
    assert caught.value.code is ErrorCode.UNSUPPORTED_BACKEND
    assert "reinstall" in caught.value.hint
