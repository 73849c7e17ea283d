"""How a pager is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuiapp.screens.pager import pager_command, show_in_pager

LOG = Path("/runs/a b/console.log")


@pytest.mark.parametrize(
    ("pager", "line", "argv"),
    [
        (None, None, ["less", "-R", "+G", str(LOG)]),
        ("", 12, ["less", "-R", "+12", str(LOG)]),
        ("/usr/bin/less -S", 12, ["/usr/bin/less", "-S", "+12", str(LOG)]),
        ("bat --paging=always", 12, ["bat", "--paging=always", str(LOG)]),
        ("most; rm -rf x", None, ["most;", "rm", "-rf", "x", str(LOG)]),
        ("an 'open quote", None, ["less", "-R", "+G", str(LOG)]),
    ],
)
def test_the_command_is_words_and_never_a_shells(pager: str | None, line: int | None, argv: list[str]) -> None:
    assert pager_command(LOG, line, {} if pager is None else {"PAGER": pager}) == argv


def test_a_real_pager_runs_without_the_files_preprocessors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "console.log"
    log.write_text("one\n")
    pager = tmp_path / "my pager"
    pager.write_text(f'#!/bin/sh\necho "$LESSSECURE/$LESSOPEN/$1" > "{tmp_path}/called"\nexit $CODE\n')
    pager.chmod(0o755)
    monkeypatch.setenv("PAGER", f"'{pager}'")
    monkeypatch.setenv("LESSOPEN", "|evil %s")
    monkeypatch.setenv("CODE", "0")
    assert show_in_pager(log, None) == ""
    assert (tmp_path / "called").read_text() == f"1//{log}\n"
    monkeypatch.setenv("CODE", "3")
    assert show_in_pager(log, None).endswith("my pager ended with 3")
    monkeypatch.setenv("PAGER", str(tmp_path / "none"))
    assert "could not be started: No such file" in show_in_pager(log, None)
