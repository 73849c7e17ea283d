"""Model servers: what they offer, and what is said when they fail."""

from __future__ import annotations

import pytest

from backends.evaluation import LMStudioBackend, OllamaBackend, OpenAICompatibleBackend
from backends.evaluation.servers import HTTPBackend
from tests.support.http_server import model_server
from tuner.core import BackendError, IEvaluationBackend
from tuner.core.errors import ErrorCode, FailureClass
from tuner.core.registry import EvaluationBackendRegistry
from tuner.discovery import ModelDiscovery

OLLAMA = {"/api/tags": {"models": [{"name": "llama3:8b"}, {"name": "tiny"}]}}
OPENAI = {"/v1/models": {"object": "list", "data": [{"id": "acme/a"}, {"id": "acme/b"}]}}

KINDS = [(OllamaBackend, OLLAMA), (OpenAICompatibleBackend, OPENAI), (LMStudioBackend, OPENAI)]


@pytest.mark.parametrize(
    ("backend", "name", "port"),
    [(OllamaBackend, "ollama", 11434), (OpenAICompatibleBackend, "openai", 8000), (LMStudioBackend, "lmstudio", 1234)],
)
def test_names_and_defaults(backend: type[HTTPBackend], name: str, port: int) -> None:
    made = backend()
    assert isinstance(made, IEvaluationBackend)
    assert (made.name, made.default_host, made.default_port) == (name, "127.0.0.1", port)
    assert made.url == f"http://127.0.0.1:{port}"
    assert backend("h", 7).url == "http://h:7"
    assert type(EvaluationBackendRegistry().get(name)) is backend


def test_models_are_listed_in_the_servers_order() -> None:
    with model_server(OLLAMA) as server:
        assert OllamaBackend(server.host).list_models() == ["llama3:8b", "tiny"]
        assert OllamaBackend("127.0.0.1", server.port).validate_connection() == (True, "")
    with model_server(OPENAI) as server:
        assert OpenAICompatibleBackend(server.host).list_models() == ["acme/a", "acme/b"]
        assert LMStudioBackend(f"{server.host}/v1/").list_models() == ["acme/a", "acme/b"]


def test_a_key_is_sent_and_never_told() -> None:
    with model_server(OPENAI, status=500) as server:
        backend = OpenAICompatibleBackend(server.host, api_key="sk-CANARY")
        with pytest.raises(BackendError) as caught:
            backend.list_models()
    assert server.asked[0][1]["Authorization"] == "Bearer sk-CANARY"
    assert "CANARY" not in f"{caught.value!r} {caught.value.as_dict()} {caught.value.__cause__!r}"


@pytest.mark.parametrize(("backend", "answers"), KINDS)
def test_a_server_that_is_down(backend: type[HTTPBackend], answers: dict[str, object]) -> None:
    with model_server(answers) as server:
        port = server.port
    with pytest.raises(BackendError, match="does not answer") as caught:
        backend("127.0.0.1", port).list_models()
    assert caught.value.code is ErrorCode.SERVER_UNREACHABLE
    assert caught.value.failure_class is FailureClass.TRANSIENT
    ok, message = backend("127.0.0.1", port).validate_connection()
    assert not ok
    assert str(port) in message
    assert "start" in message


@pytest.mark.parametrize(("backend", "answers"), KINDS)
@pytest.mark.parametrize(
    ("status", "code"),
    [(500, ErrorCode.SERVER_UNREACHABLE), (401, ErrorCode.UNAUTHORIZED), (403, ErrorCode.UNAUTHORIZED)],
)
def test_an_error_status(backend: type[HTTPBackend], answers: dict[str, object], status: int, code: ErrorCode) -> None:
    with model_server(answers, status=status) as server, pytest.raises(BackendError, match=f"HTTP {status}") as caught:
        backend(server.host).list_models()
    assert caught.value.code is code


@pytest.mark.parametrize(("backend", "answers"), KINDS)
@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[]", b"null", b'"text"', b'{"a":', b"[" * 100_000])
def test_an_answer_that_is_something_else(backend: type[HTTPBackend], answers: dict[str, object], body: bytes) -> None:
    with model_server(dict.fromkeys(answers, body)) as server:
        ok, message = backend(server.host).validate_connection()
    assert not ok
    assert server.host in message


@pytest.mark.parametrize(("backend", "answers"), KINDS)
def test_an_answer_that_breaks_off(backend: type[HTTPBackend], answers: dict[str, object]) -> None:
    with model_server(answers, cut=True) as server, pytest.raises(BackendError) as caught:
        backend(server.host).list_models()
    assert caught.value.code is ErrorCode.SERVER_UNREACHABLE


@pytest.mark.parametrize("inner", [None, 3, "x", {}, [], [None, 3, {}, {"name": 3, "id": None}]])
@pytest.mark.parametrize(("backend", "answers"), KINDS)
def test_a_list_of_the_wrong_shape_offers_nothing(
    backend: type[HTTPBackend], answers: dict[str, object], inner: object
) -> None:
    with model_server({path: {"models": inner, "data": inner} for path in answers}) as server:
        assert backend(server.host).list_models() == []


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("backends.evaluation.servers.TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ok, message = OllamaBackend("127.0.0.1", silent.getsockname()[1]).validate_connection()
    assert not ok
    assert "timed out" in message


def test_discovery_asks_the_server_and_takes_a_dead_one_for_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(OLLAMA) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.host)
        assert ModelDiscovery().discover("ollama") == ["llama3:8b", "tiny"]
    assert ModelDiscovery().discover("ollama") == []
    assert ModelDiscovery().discover("nonesuch") == []
