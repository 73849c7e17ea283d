"""A program in a pseudo-terminal, its screen kept by nobody: only the bytes it writes are watched."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path

_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_=>]")


class Terminal:
    """Starts a program on a pty of the given size. ``seen`` is its output without escape sequences."""

    def __init__(self, argv: Sequence[str], columns: int = 160, rows: int = 48, cwd: Path | None = None) -> None:
        self.began = time.perf_counter()
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            if cwd is not None:
                os.chdir(cwd)
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS=str(columns), LINES=str(rows))
            os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
            os.execvp(argv[0], list(argv))
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.seen = b""
        self.bytes = 0

    def read(self, seconds: float) -> bool:
        """Take in what is written within the time; False where nothing was."""
        ready, _, _ = select.select([self._handle], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._handle, 65536)
        except OSError as error:
            raise RuntimeError(f"the program has ended; the end was {self.seen[-2000:]!r}") from error
        self.bytes += len(data)
        self.seen += _ESCAPES.sub(b"", data)
        return True

    def wait_for(self, text: str, timeout: float = 30.0) -> float:
        """Seconds from the start until the text was written.

        Raises:
            TimeoutError: it never was.
        """
        wanted = text.encode()
        while time.perf_counter() - self.began < timeout:
            self.read(0.05)
            if wanted in self.seen:
                return time.perf_counter() - self.began
        raise TimeoutError(f"{text!r} was not written within {timeout} s; the end was {self.seen[-400:]!r}")

    def type(self, keys: str) -> None:
        os.write(self._handle, keys.encode())

    @property
    def pid(self) -> int:
        return self._pid

    def close(self) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._handle)
