"""A program in a real terminal: tmux runs it, keys are sent, the screen is read."""

from __future__ import annotations

import os
import shlex
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.waiting import wait_for


class Terminal:
    """One tmux server of its own, so that nothing of the user's is touched."""

    def __init__(self, columns: int, rows: int) -> None:
        self._socket = f"tuner-test-{uuid.uuid4().hex[:12]}"
        self._size = ["-x", str(columns), "-y", str(rows)]

    def start(self, argv: Sequence[str], environment: Mapping[str, str], cwd: Path) -> None:
        """Run a program; the terminal stays when it ends."""
        names = [f"{name}={value}" for name, value in environment.items()]
        command = shlex.join(["env", "-u", "COLUMNS", "-u", "LINES", *names, *argv])
        self._tmux("-f", os.devnull, "new-session", "-d", *self._size, "-c", str(cwd), f"{command}; echo ended:$?; cat")

    def press(self, *keys: str) -> None:
        """Send keys by tmux's names."""
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        """Send text as it is."""
        self._tmux("send-keys", "-l", text)

    def screen(self) -> str:
        """What the terminal shows."""
        return self._tmux("capture-pane", "-p")

    def wait_for(self, text: str, timeout: float = 120) -> str:
        """The screen, once it shows the text."""
        try:
            return wait_for(lambda: self.screen() if text in self.screen() else "", timeout)
        except AssertionError as error:
            raise AssertionError(f"{text!r} never came on the screen:\n{self.screen()}") from error

    def program(self) -> int:
        """The process id of the shell that runs the program."""
        return int(self._tmux("list-panes", "-F", "#{pane_pid}").strip())

    def close(self) -> None:
        subprocess.run(["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False)

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(["tmux", "-L", self._socket, *words], capture_output=True, text=True, check=True)
        return done.stdout


@contextmanager
def terminal(columns: int = 160, rows: int = 48) -> Iterator[Terminal]:
    """A terminal that is closed in the end."""
    opened = Terminal(columns, rows)
    try:
        yield opened
    finally:
        opened.close()
