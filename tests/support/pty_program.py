"""A program on a pseudo-terminal of its own; every byte that it writes is kept."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress


class PtyProgram:
    """``raw``: all that it has written so far, escape sequences included."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], columns: int, rows: int) -> None:
        self.raw = b""
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            # What a worker inherits outdoes the terminal.
            inherited = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}}
            os.execvpe(argv[0], list(argv), {**inherited, "TERM": "xterm-256color", **environment})
        fcntl.ioctl(self._handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        """Send keys as they are."""
        os.write(self._handle, keys.encode())

    def wait_for(self, wanted: bytes, timeout: float = 60) -> None:
        """Read until that was written."""
        deadline = time.monotonic() + timeout
        while wanted not in self.raw:
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} was not written within {timeout:g} s; the end: {self.raw[-500:]!r}")
            ready, _, _ = select.select([self._handle], [], [], 0.05)
            if ready:
                try:
                    self.raw += os.read(self._handle, 65536)
                except OSError as error:  # Linux: the program has ended
                    raise AssertionError(f"it ended without {wanted!r}: {self.raw[-500:]!r}") from error

    def close(self) -> None:
        """End it: kindly, so that coverage is written, and by force where that does not help."""
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 60.0)):
            os.kill(self._pid, number)
            deadline = time.monotonic() + patience
            while time.monotonic() < deadline:
                if os.waitpid(self._pid, os.WNOHANG)[0]:
                    os.close(self._handle)
                    return
                if select.select([self._handle], [], [], 0.02)[0]:
                    with suppress(OSError):  # Linux: the program has ended
                        os.read(self._handle, 65536)


@contextmanager
def screen_of(
    workspace: os.PathLike[str], columns: int = 120, rows: int = 36, **environment: str
) -> Iterator[PtyProgram]:
    """tuner-tui over a workspace, killed in the end."""
    start = "import sys; from tuiapp.launch import main; sys.exit(main(sys.argv[1:]))"
    program = PtyProgram([sys.executable, "-c", start, os.fspath(workspace)], environment, columns, rows)
    try:
        yield program
    finally:
        program.close()
