"""The main job by hand in a real terminal, and a screen that is killed in the middle of it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.tmux import Terminal, terminal
from tests.support.waiting import wait_for
from tests.terminal.conftest import write_config
from tuner.config.workspace import Workspace
from tuner.core.states import RunState
from tuner.discovery.references import run_folders
from tuner.runs.state_file import read_state

pytestmark = [pytest.mark.training, pytest.mark.terminal]

TUNER_TUI = str(Path(sys.executable).with_name("tuner-tui"))


def open_screen(screen: Terminal, workspace: Workspace) -> None:
    environment = {"XDG_CONFIG_HOME": str(workspace.root / "no-config"), "HF_HUB_OFFLINE": "1", "LANG": "C.UTF-8"}
    screen.start([TUNER_TUI, str(workspace.root)], environment, workspace.root)


def start_run_by_keys(screen: Terminal) -> None:
    """n, the last entry of the list (our file), Enter, then launch."""
    screen.wait_for("n New")
    screen.press("n")
    screen.wait_for("by-hand.yaml")
    screen.press("End", "Enter")
    screen.wait_for("no issues")
    screen.press("C-l")


def the_run(workspace: Workspace) -> Path:
    return wait_for(lambda: run_folders(workspace), what="the run to appear")[0]


def test_start_a_run_watch_it_end_publish_and_quit(bench: Workspace) -> None:
    write_config(bench, steps=6)
    with terminal() as screen:
        open_screen(screen, bench)
        start_run_by_keys(screen)
        screen.wait_for("by-hand")
        run_dir = the_run(bench)
        screen.wait_for("succeeded", timeout=180)
        screen.wait_for("6/6")
        screen.press("u")
        plan = screen.wait_for("adapter_model.safetensors")
        assert "Where" in plan
        assert not (bench.root / "published").exists()  # the plan alone writes nothing
        screen.press("Enter")
        marker = bench.root / "published" / "by-hand" / "tuner.json"
        wait_for(marker.is_file, what="the publication")
        screen.wait_for("published checkpoint-")
        screen.press("q")
        screen.wait_for("ended:0")
    assert json.loads(marker.read_text())["run_id"] == run_dir.name


def test_a_killed_screen_leaves_the_run_going_and_finds_it_again(bench: Workspace) -> None:
    write_config(bench, steps=30)
    with terminal() as screen:
        open_screen(screen, bench)
        start_run_by_keys(screen)
        run_dir = the_run(bench)
        wait_for(lambda: (read_state(run_dir).step or 0) > 2, what="the third step")
        [tui] = psutil.Process(screen.program()).children()  # its own children, the supervisor among them, live on
        os.kill(tui.pid, signal.SIGKILL)
        screen.wait_for("ended:137")
        assert read_state(run_dir).state is RunState.RUNNING
    wait_for(lambda: read_state(run_dir).state is RunState.SUCCEEDED, what="the run to end")
    with terminal(80, 24) as again:
        open_screen(again, bench)
        again.wait_for("by-hand")
        again.wait_for("30/30")
        again.press("q")
        again.wait_for("ended:0")
