"""Searching a log: where the matching lines begin, 8 bytes for each, found while the log grows."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from tuner.runs.log_file import LogFile
from tuner.runs.log_reader import LogReader

if TYPE_CHECKING:
    from tuner.runs.log_match import Matcher

PATIENCE = 4.0
"""Seconds that a pattern may take for one block of the log, or for the lines in sight."""
_SMALL = 1 << 18
Spans = list[tuple[int, int]]


class SearchFailed(Exception):
    """The search cannot go on; the message says why."""


class LogSearch:
    """Lines of a log in ascending order. ``advance`` is for one worker at a time; the rest for any thread."""

    def __init__(self, log: LogReader) -> None:
        self.log = log
        self._starts: array[int] = array("Q")
        self._done = self._sure = 0
        self._generation = log.generation
        self._advancing = threading.Lock()
        self._closed = False

    def __len__(self) -> int:
        return len(self._starts)

    @property
    def done(self) -> int:
        """Bytes that were searched."""
        return self._done

    @property
    def is_done(self) -> bool:
        """Whether all of the log, as it is known, was searched."""
        return self._generation == self.log.generation and self._done >= self.log.size

    def window(self, first: int, count: int) -> Sequence[int]:
        """Where some of the matching lines begin, by their place among them."""
        return self._starts[max(0, first) : first + count]

    def place_of(self, start: int) -> int:
        """How many matching lines begin before an offset."""
        return bisect_left(self._starts, start)

    def advance(self, told: Callable[[], object] = lambda: None) -> None:
        """Search what is new, to the end; ``told`` is called after each block.

        Raises:
            SearchFailed: the pattern took too long, or the search was closed.
        """
        with self._advancing:
            while self.log.advance():  # lines are counted first: a match is shown by its number
                if self._closed:
                    raise SearchFailed("the search was ended")
            generation, whole, size = self.log.extent()
            if generation != self._generation:
                self._starts, self._done, self._sure = array("Q"), 0, 0
                self._generation = generation
            if self._done >= size:
                return
            del self._starts[bisect_left(self._starts, self._sure) :]  # the last line had not ended
            for done, starts in self._scan(self._sure, size):
                self._starts.extend(starts)
                self._done = done
                told()
            self._done, self._sure = size, whole

    def close(self) -> None:
        """End it, from any thread."""
        self._closed = True

    def _scan(self, begin: int, end: int) -> Iterator[tuple[int, Sequence[int]]]:
        raise NotImplementedError


class LocalSearch(LogSearch):
    """Lines found in this very process: for matchers that are quick on any text, or where nothing else goes on."""

    def __init__(self, log: LogReader, matcher: Matcher | None) -> None:
        super().__init__(log)
        self._matcher = matcher

    def matcher(self) -> Matcher:
        """What finds the lines."""
        assert self._matcher is not None  # or this is overridden
        return self._matcher

    def _scan(self, begin: int, end: int) -> Iterator[tuple[int, Sequence[int]]]:
        from tuner.runs.log_scan import scan

        for found in scan(LogFile(self.log.path), self.matcher(), begin, end, _SMALL):
            if self._closed:
                raise SearchFailed("the search was ended")
            yield found


class ErrorSearch(LocalSearch):
    """The error lines. What finds them is loaded when they are first looked for, not before the first paint."""

    def __init__(self, log: LogReader) -> None:
        super().__init__(log, None)

    def matcher(self) -> Matcher:
        from tuner.runs.log_match import ErrorMatcher

        return ErrorMatcher()


class PatternSearch(LogSearch):
    """The lines that a regular expression matches, found by another process: see ``tuner.runs.log_scan``.

    Raises:
        PatternError: the text is no regular expression.
    """

    def __init__(self, log: LogReader, text: str) -> None:
        from tuner.runs.log_match import compile_pattern

        super().__init__(log)
        compile_pattern(text)
        self.text = text
        self._scanner: subprocess.Popen[bytes] | None = None
        self._marker: subprocess.Popen[bytes] | None = None
        self._marking = threading.Lock()

    def spans(self, texts: Sequence[str]) -> list[Spans]:
        """Where in these lines the matches are; nowhere where that would take too long."""
        from tuner.runs.log_scan import FRAME, SPANS

        with self._marking:
            try:
                self._marker = self._marker or self._start()
                _send(self._marker, {"texts": list(texts)})
                kind, _, length = FRAME.unpack(_receive(self._marker, FRAME.size))
                assert kind == SPANS
                return [[(a, b) for a, b in spans] for spans in json.loads(_receive(self._marker, length))]
            except (OSError, SearchFailed):
                if self._marker is not None:
                    _end(self._marker)
                    self._marker = None
                return [[] for _ in texts]

    def close(self) -> None:
        super().close()
        for process in (self._scanner, self._marker):
            if process is not None:
                process.kill()
        with self._advancing, self._marking:  # whoever waited for them has noticed by now
            for process in (self._scanner, self._marker):
                if process is not None:
                    _end(process)
            self._scanner = self._marker = None

    def _scan(self, begin: int, end: int) -> Iterator[tuple[int, Sequence[int]]]:
        from tuner.runs.log_scan import FRAME

        done = begin
        try:
            self._scanner = self._scanner or self._start()
            _send(self._scanner, {"path": str(self.log.path), "from": begin, "to": end})
            while done < end:
                _, done, count = FRAME.unpack(_receive(self._scanner, FRAME.size))
                yield done, array("Q", _receive(self._scanner, count * 8))
        except (OSError, SearchFailed):
            if self._scanner is not None:
                _end(self._scanner)
                self._scanner = None
            if self._closed:
                raise SearchFailed("the search was ended") from None
            raise SearchFailed(
                f"the pattern takes more than {PATIENCE:g} s near byte {done:,} of the log: write it more simply"
            ) from None

    def _start(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise SearchFailed("the search was ended")
        argv = [sys.executable, "-P", "-m", "tuner.runs.log_scan"]
        process = subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        try:
            _send(process, {"pattern": self.text, "patience": PATIENCE})
        except OSError:
            _end(process)
            raise
        return process


def _send(process: subprocess.Popen[bytes], request: dict[str, object]) -> None:
    assert process.stdin is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")


def _receive(process: subprocess.Popen[bytes], length: int) -> bytes:
    assert process.stdout is not None
    data = b""
    while len(data) < length:
        piece = process.stdout.read(length - len(data))
        if not piece:
            raise SearchFailed("the searching process ended")
        data += piece
    return data


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
