"""Whatever runs and files say, nothing that is printed commands the terminal."""

from __future__ import annotations

import json
import re

import pytest

from tests.tuiapp.cli.conftest import CommandLine
from tests.tuiapp.screen.hostile import FORBIDDEN, STRINGS, add_hostile, add_hostile_files
from tuiapp.cli.output import plain, print_error, print_json, print_line, print_table, tell
from tuner.core.errors import ConfigurationError

EVIL = "20261120-1000{0:02d}-sft-evil-{0:04x}"
OTHER = "20261120-100059-sft-evil-003b"
COMMANDS = {
    "runs list": (),
    "runs show": (EVIL,),
    "runs logs": (EVIL,),
    "runs metrics": (EVIL,),
    "runs compare": (EVIL, OTHER),
    "checkpoints list": (EVIL,),
}


def test_what_every_command_prints(tuner: CommandLine) -> None:
    add_hostile_files(tuner.workspace.root)
    for number, text in enumerate(STRINGS):
        add_hostile(tuner.workspace, number, text)
    add_hostile(tuner.workspace, 59, STRINGS[0])
    for command, words in COMMANDS.items():
        for number in range(len(STRINGS)) if words else (0,):
            for how in ((), ("--json",)):
                done = tuner(*command.split(), *(word.format(number) for word in words), *how)
                text = re.sub("[\\n\\t]", "", done.out + done.err)
                assert not FORBIDDEN.search(text), (command, STRINGS[number], text[:400])
                assert done.code == 0, (command, done.err)
                if how:
                    assert json.loads(done.out) is not None


@pytest.mark.parametrize("text", STRINGS)
def test_json_keeps_what_it_may_not_show(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"text": text})
    out, _ = capsys.readouterr()
    assert json.loads(out) == {"text": text}
    assert not FORBIDDEN.search(out.replace("\n", ""))


@pytest.mark.parametrize("text", STRINGS)
def test_lines_tables_and_errors_are_inert(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_line(text)
    print_table(["name", text], [[text, "1"]])
    tell(text)
    print_error(ConfigurationError(text, hint=text), as_json=False)
    print_error(ConfigurationError(text, hint=text), as_json=True)
    assert not FORBIDDEN.search(re.sub("[\n\t]", "", "".join(capsys.readouterr())))


def test_lines_and_tabs_stay() -> None:
    assert plain("a\tb\n\x1b[31mc\x1b[0m") == "a\tb\nc"
