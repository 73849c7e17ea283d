"""What goes to the terminal besides text: clipboard, bell, notification; and what does not: colours nobody wants."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.support.pty_program import screen_of
from tests.tuiapp.screen.support import add_live, add_several
from tuner.config.workspace import Workspace
from tuner.runs.atomic import write_json
from tuner.runs.json_file import read_object

pytestmark = pytest.mark.terminal

_OTHER = re.compile(rb"\x1b\][0-9]+;[^\x07\x1b]*\x07")
"""Title, shape of the pointer."""
_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
_COLOURS = re.compile(rb"(^|;)(3[0-9]|4[0-9]|9[0-7]|10[0-7])(;|$)")


@pytest.fixture
def outside(tmp_path: Path) -> dict[str, str]:
    """No settings of whoever runs the tests, and no tmux around."""
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "TMUX": "", "COLORTERM": "truecolor"}


def end(run_dir: Path) -> None:
    path = run_dir / "state.json"
    write_json(path, {**read_object(path), "state": "succeeded", "phase": None}, durable=False)


def test_the_end_of_a_run_rings_and_notifies(workspace: Workspace, outside: dict[str, str]) -> None:
    run_dir = add_live(workspace)
    with screen_of(workspace.root, **outside) as program:
        program.wait_for(b"212/300")
        before = len(program.raw)
        end(run_dir)
        program.wait_for(b"\x1b]9;Tuner: household-kto succeeded")
        assert b"\x07\x1b]9;" in program.raw[before:], "the bell comes first"


def test_the_settings_say_whether(workspace: Workspace, outside: dict[str, str]) -> None:
    run_dir = add_live(workspace)
    with screen_of(workspace.root, **outside, TUNER_NOTIFY="none") as program:
        program.wait_for(b"212/300")
        end(run_dir)
        program.wait_for(b"household-kto succeeded")
        assert b"\x1b]9;" not in program.raw
        assert b"\x07" not in _OTHER.sub(b"", program.raw)


def test_copying_goes_to_the_clipboard_of_the_terminal(workspace: Workspace, outside: dict[str, str]) -> None:
    add_several(workspace)
    with screen_of(workspace.root, **outside) as program:
        program.wait_for(b"saved checkpoint-50")
        program.type("\t\t\ty")  # the log: its line
        program.wait_for(b"\x1b]52;c;")
        program.wait_for(b"copied 1 line")
        found = re.search(rb"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07", program.raw)
        assert found is not None and base64.b64decode(found[1]).decode().strip()


def test_without_colour_none_is_sent_and_glyphs_tell_the_states(workspace: Workspace, outside: dict[str, str]) -> None:
    add_several(workspace)
    with screen_of(workspace.root, **outside, NO_COLOR="1") as program:
        for glyph in "◌●■✗✓":
            program.wait_for(f"{glyph} ".encode())
        program.type("?")
        program.wait_for(b"Keys")
        sent = set(_SGR.findall(program.raw))
    assert sent and not {codes for codes in sent if _COLOURS.search(codes)}
    assert any(b"7" in codes.split(b";") for codes in sent), "the cursor is reversed"


def test_a_terminal_that_cannot_draw_is_told_what_to_do(workspace: Workspace, outside: dict[str, str]) -> None:
    with screen_of(workspace.root, **outside, TERM="dumb") as program:
        program.wait_for(b"TERM=dumb says that this one cannot")
        program.wait_for(b"xterm-256color")
        assert b"\x1b" not in program.raw


def test_a_slow_link_shows_the_same_with_far_fewer_bytes(workspace: Workspace, outside: dict[str, str]) -> None:
    run_dir = add_live(workspace)
    sent: dict[str, int] = {}
    for slow in ("0", "1"):
        with screen_of(workspace.root, **outside, TUNER_SLOW_LINK=slow) as program:
            program.wait_for(b"saved checkpoint-50")
            program.type("?")
            program.wait_for(b"Keys")
            program.type("\x1b")
            program.type("cz")  # the editor over the run's configuration, then a letter in it
            program.wait_for(b"schedule")
            sent[slow] = len(program.raw)
    assert run_dir.is_dir() and sent["1"] < 0.6 * sent["0"], sent
