"""A server's address, however it is written down."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.evaluation import OllamaBackend
from backends.evaluation.address import base_url
from tuner.core import ConfigurationError

host_names = st.from_regex(r"[a-z][a-z0-9]{0,10}(\.[a-z]{2,5}){0,2}", fullmatch=True)
ports = st.integers(1, 65535)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://h:11434", "http://h:11434"),
        ("h:11434", "http://h:11434"),
        ("h", "http://h:99"),
        ("  h/ ", "http://h:99"),
        ("http://h", "http://h:99"),
        ("https://h", "https://h"),
        ("https://h:8443/api/", "https://h:8443/api"),
        ("https://h/openai/v1", "https://h/openai/v1"),
        ("0.0.0.0", "http://0.0.0.0:99"),
        ("[::1]:5", "http://[::1]:5"),
        ("http://[::1]", "http://[::1]:99"),
    ],
)
def test_forms(text: str, url: str) -> None:
    assert base_url(text, 99) == url


@given(name=host_names, port=ports)
def test_every_form_of_one_address_is_the_same(name: str, port: int) -> None:
    wanted = f"http://{name}:{port}"
    forms = (wanted, f"{wanted}/", f"{name}:{port}", f" {name}:{port} ")
    assert {base_url(text, 1) for text in forms} == {wanted}
    assert base_url(name, port) == wanted
    assert base_url(wanted, 1) == base_url(base_url(wanted, 1), 1)


@given(text=st.text(max_size=30), port=ports)
def test_any_text_is_an_address_or_a_clear_refusal(text: str, port: int) -> None:
    try:
        url = base_url(text, port)
    except ConfigurationError as error:
        assert repr(text) in error.message
        assert error.hint
    else:
        parts = urlsplit(url)
        assert parts.scheme in {"http", "https"}
        assert parts.hostname


@pytest.mark.parametrize("text", ["", " ", "http://", "ftp://h", "h:port", "h:99999", "http://[::1", ":5", "h:0"])
def test_what_names_no_server_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        base_url(text, 99)
    assert caught.value.hint == "write HOST, HOST:PORT or a URL"


@pytest.mark.parametrize("value", ["http://box:11435", "box:11435"])
def test_ollama_takes_its_own_variable(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    assert OllamaBackend().url == "http://box:11435"
    assert OllamaBackend("other", 1).url == "http://other:1"


@pytest.mark.parametrize("value", ["", None])
def test_without_it_ollama_is_here(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv("OLLAMA_HOST", raising=False)
    else:
        monkeypatch.setenv("OLLAMA_HOST", value)
    assert OllamaBackend().url == "http://127.0.0.1:11434"
