"""The entry point: its words, its refusals, its weight."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.subprocesses import ROOT
from tuiapp.launch import main
from tuner.version import __version__


@pytest.mark.parametrize(("words", "said"), [(["--version"], __version__), (["--help"], "WORKSPACE")])
def test_version_and_help_load_no_textual(words: list[str], said: str) -> None:
    code = f"import sys, tuiapp.launch as it; sys.exit(it.main({words}) or 'textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and said in done.stdout, done.stderr


def test_a_workspace_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere")]) == 2
    told = capsys.readouterr().err
    assert "nowhere does not exist" in told and "hint:" in told


def test_a_file_is_no_workspace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main([str(tmp_path / "file")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_broken_settings_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".tuner").mkdir()
    (tmp_path / ".tuner" / "settings.yaml").write_text("thme: tuner-light\n")
    assert main([str(tmp_path)]) == 2
    assert "thme" in capsys.readouterr().err


def test_without_a_terminal_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 3
    assert "needs a terminal" in capsys.readouterr().err
