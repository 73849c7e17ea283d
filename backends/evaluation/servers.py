"""Servers that answer prompts: which models they offer, and whether they answer at all."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from abc import abstractmethod

from backends.evaluation.address import base_url
from tuner.core.errors import BackendError, ErrorCode, FailureClass
from tuner.core.interfaces import IEvaluationBackend

TIMEOUT = 5.0
"""Seconds for a list of models."""


class HTTPBackend(IEvaluationBackend):
    """A server over HTTP. ``host`` and ``port`` default to the server's own."""

    def __init__(self, host: str | None = None, port: int | None = None, api_key: str | None = None) -> None:
        self.url = base_url(host or self.default_host, port or self.default_port)
        self._api_key = api_key

    @property
    @abstractmethod
    def _models_path(self) -> str:
        """Where the list of models is."""

    @property
    @abstractmethod
    def _start_hint(self) -> str:
        """How to start the server."""

    @abstractmethod
    def _names(self, answer: dict[str, object]) -> list[str]:
        """The models' names in the server's answer."""

    def list_models(self) -> list[str]:
        return self._names(self._get(self._models_path))

    def validate_connection(self) -> tuple[bool, str]:
        try:
            self.list_models()
        except BackendError as error:
            return False, f"{error.message}. {error.hint}"
        return True, ""

    def _get(self, path: str) -> dict[str, object]:
        request = urllib.request.Request(self.url + path, headers={"Accept": "application/json"})
        if self._api_key:
            request.add_header("Authorization", f"Bearer {self._api_key}")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
                value = json.loads(response.read())
        except urllib.error.HTTPError as error:
            code = ErrorCode.UNAUTHORIZED if error.code in {401, 403} else ErrorCode.SERVER_UNREACHABLE
            raise self._error(f"answers HTTP {error.code} to {path}", code) from error
        except (OSError, ValueError, RecursionError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise self._error(f"does not answer ({reason})", ErrorCode.SERVER_UNREACHABLE) from error
        if not isinstance(value, dict):
            raise self._error(f"answers {path} with something else", ErrorCode.SERVER_UNREACHABLE)
        return value

    def _error(self, what: str, code: ErrorCode) -> BackendError:
        return BackendError(
            f"{self.name} at {self.url} {what}",
            code=code,
            hint=self._start_hint,
            failure_class=FailureClass.TRANSIENT,
        )


class OllamaBackend(HTTPBackend):
    """Ollama; the host defaults to OLLAMA_HOST where that is set."""

    def __init__(self, host: str | None = None, port: int | None = None) -> None:
        super().__init__(host or os.environ.get("OLLAMA_HOST") or None, port)

    @property
    def name(self) -> str:
        return "ollama"

    @property
    def default_host(self) -> str:
        return "127.0.0.1"

    @property
    def default_port(self) -> int:
        return 11434

    @property
    def _models_path(self) -> str:
        return "/api/tags"

    @property
    def _start_hint(self) -> str:
        return "start it with `ollama serve`, or name its host"

    def _names(self, answer: dict[str, object]) -> list[str]:
        return _strings(answer.get("models"), "name")


class OpenAICompatibleBackend(HTTPBackend):
    """Any server with OpenAI's /v1/models: vLLM, llama.cpp, SGLang, transformers serve."""

    @property
    def name(self) -> str:
        return "openai"

    @property
    def default_host(self) -> str:
        return "127.0.0.1"

    @property
    def default_port(self) -> int:
        return 8000

    @property
    def _models_path(self) -> str:
        return "/models" if self.url.endswith("/v1") else "/v1/models"

    @property
    def _start_hint(self) -> str:
        return "start the server, or name its host and port"

    def _names(self, answer: dict[str, object]) -> list[str]:
        return _strings(answer.get("data"), "id")


class LMStudioBackend(OpenAICompatibleBackend):
    """LM Studio's local server."""

    @property
    def name(self) -> str:
        return "lmstudio"

    @property
    def default_port(self) -> int:
        return 1234

    @property
    def _start_hint(self) -> str:
        return "start its server (`lms server start`), or name its host and port"


def _strings(items: object, key: str) -> list[str]:
    found = [i.get(key) for i in items if isinstance(i, dict)] if isinstance(items, list) else []
    return [name for name in found if isinstance(name, str)]
