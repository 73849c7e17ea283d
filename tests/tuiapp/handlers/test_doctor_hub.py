"""Where the Hub stands, as the doctor tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuiapp.handlers.doctor import hub_check


def test_what_is_kept_and_who_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HF_TOKEN_PATH", "HF_ENDPOINT", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    (tmp_path / "hf" / "hub" / "models--a--b").mkdir(parents=True)
    cache = tmp_path / "hf" / "hub"
    assert hub_check().message == f"https://huggingface.co; nobody is logged in; 1 model in {cache}"
    (tmp_path / "hf" / "token").write_text("hf_canary")
    assert "a token is set" in hub_check().message
    (tmp_path / "elsewhere").write_text("hf_canary")
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("HF_ENDPOINT", "https://hub.example.org")
    message = hub_check().message
    assert message.startswith("https://hub.example.org; a token is set") and "canary" not in message
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert hub_check().message.startswith("HF_HUB_OFFLINE is set: only what was downloaded")
