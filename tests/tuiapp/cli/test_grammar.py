"""The words of the command line: help, version, the workspace, usage errors, pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import environment, run_tuner
from tests.support.run_builder import build_run
from tests.support.subprocesses import run_python
from tuiapp.cli.main import main
from tuner.config.workspace import Workspace
from tuner.version import __version__

COMMANDS = ["demo", "doctor", "backends", "config", "data", "train", "runs", "checkpoints", "upload"]


def test_help_names_every_command() -> None:
    done = run_tuner("--help")
    assert done.returncode == 0
    for command in COMMANDS:
        assert f"\n    {command} " in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    assert "--workspace" in capsys.readouterr().out


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"tuner {__version__}\n"


@pytest.mark.parametrize(
    "words", [[], ["dance"], ["runs"], ["runs", "list", "--limit", "x"], ["train"], ["--nonesuch"]]
)
def test_words_that_are_off(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ") and "--help" in err
    assert main([*words, "--json"]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "CONFIG_INVALID"


def test_the_workspace_before_and_after_the_command_in_a_variable_and_here(
    workspace: Workspace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = build_run(workspace.runs)
    root = str(workspace.root)

    def listed(*words: str) -> list[str]:
        assert main([*words, "--json"]) == 0
        return [r["id"] for r in json.loads(capsys.readouterr().out)]

    for words in (
        ("--workspace", root, "runs", "list"),
        ("runs", "--workspace", root, "list"),
        ("runs", "list", "-w", root),
    ):
        assert listed(*words) == [run.name]
    monkeypatch.chdir(tmp_path)
    assert listed("runs", "list") == []
    monkeypatch.setenv("TUNER_WORKSPACE", root)
    assert listed("runs", "list") == [run.name]
    assert listed("runs", "list", "-w", str(tmp_path)) == []
    monkeypatch.delenv("TUNER_WORKSPACE")
    monkeypatch.chdir(workspace.root)
    assert listed("runs", "list") == [run.name]


def test_json_may_stand_before_the_command(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--json", "-w", str(workspace.root), "runs", "list"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_installed_command_and_python_m_are_the_same(workspace: Workspace) -> None:
    command = Path(sys.executable).with_name("tuner")
    words = ["runs", "list", "--json", "-w", str(workspace.root)]
    for argv in ([str(command)], [sys.executable, "-m", "tuner"]):
        done = subprocess.run(
            [*argv, *words], env=environment(), capture_output=True, text=True, timeout=60, check=True
        )
        assert json.loads(done.stdout) == []


def test_a_reader_that_goes_away_is_no_error(workspace: Workspace) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "tuner", "config", "new", "--list", "-w", str(workspace.root)],
            env=environment(),
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")


def test_ctrl_c_in_a_command_exits_130(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tuiapp.handlers.run_library.LibraryHandler.runs", interrupted)
    assert main(["runs", "list", "-w", str(workspace.root)]) == 130


_MODULES = """
import importlib, pkgutil, sys
for name in {packages!r}:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{{name}}."):
        importlib.import_module(module.name)
loaded = {{m.partition(".")[0] for m in sys.modules}}
print(sorted(loaded & {{"torch", "textual", "transformers", "trl", "peft", "datasets", "mlx", "tokenizers"}}))
"""


@pytest.mark.parametrize("packages", [["tuiapp.cli"], ["tuiapp.handlers"], ["tuiapp.cli.main"]])
def test_neither_commands_nor_handlers_load_torch_or_textual(packages: list[str]) -> None:
    code = _MODULES if packages != ["tuiapp.cli.main"] else _MODULES.replace("package.__path__", "[]")
    done = run_python(code.format(packages=packages))
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from tuiapp.cli.main import main
try:
    main(["--help"])
except SystemExit:
    pass
print(sorted({m.partition(".")[0] for m in sys.modules} & {"pydantic", "ruamel", "psutil", "orjson", "yaml"}))
"""
    done = run_python(code)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
