"""Commands called in this process, in a furnished workspace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.plain_workspace import furnish
from tests.support.processes import none_left
from tuiapp.cli.main import main
from tuner.config.workspace import Workspace


@pytest.fixture(autouse=True)
def _no_process_survives(tmp_path: Path) -> Iterator[None]:
    with none_left(tmp_path):
        yield


@pytest.fixture
def furnished(workspace: Workspace) -> Workspace:
    return furnish(workspace)


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class CommandLine:
    """``tuner`` with the test's workspace."""

    workspace: Workspace
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str | Path) -> Done:
        code = main([*map(str, words), "--workspace", str(self.workspace.root)])
        out, err = self.capsys.readouterr()
        return Done(code, out, err)

    def json(self, *words: str | Path, expected: int = 0) -> Any:  # the shape is the command's
        """The command's document; nothing else stands on stdout."""
        done = self(*words, "--json")
        assert done.code == expected, done
        return json.loads(done.out)

    def error(self, *words: str | Path, expected: int) -> dict[str, str]:
        """The error of a command with --json: alone on stderr, in its one shape."""
        done = self(*words, "--json")
        assert (done.code, done.out) == (expected, ""), done
        document = json.loads(done.err)
        assert list(document) == ["error"]
        error: dict[str, str] = document["error"]
        assert list(error) == ["code", "message", "hint"]
        assert error["message"] and error["hint"]
        return error


@pytest.fixture
def tuner(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(workspace, capsys)
