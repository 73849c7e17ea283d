"""Matching lines of a log, block by block; as a program of its own for patterns that somebody typed.

``python -m tuner.runs.log_scan`` reads requests from stdin, one JSON object a line: first ``{"pattern", "patience"}``,
then ``{"path", "from", "to"}`` (answered by frames: SCANNED, the bytes done, a count, and so many offsets of 8 bytes)
or ``{"texts": […]}`` (answered by SPANS, 0, a length, and so many bytes of JSON). A pattern can keep ``re`` busy for
years, and nothing else of its process runs meanwhile: that is why it is another process, which ends itself when one
block takes longer than its patience in seconds.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tuner.runs.log_file import LogFile
from tuner.runs.log_lines import read_raw
from tuner.runs.log_match import Matcher, PatternMatcher

BLOCK = 1 << 20
FRAME = struct.Struct("<cQQ")
SCANNED, SPANS = b"s", b"t"


def scan(file: LogFile, matcher: Matcher, begin: int, end: int, block: int = BLOCK) -> Iterator[tuple[int, list[int]]]:
    """The bytes done, and where the matching lines of each block begin; ``begin`` is the beginning of a line."""
    at = begin
    while at < end:
        data = file.read(at, min(block, end - at))
        if not data:
            return
        if at + len(data) < end:
            whole = data.rfind(b"\n") + 1
            if not whole:
                stop = _end_of_line(file, at + len(data), end, block)
                [line] = read_raw(file, [(at, stop)])
                yield stop, [at] if matcher.lines(line) else []
                at = stop
                continue
            data = data[:whole]
        yield at + len(data), [at + offset for offset in matcher.lines(data)]
        at += len(data)


def _end_of_line(file: LogFile, at: int, end: int, block: int) -> int:
    while at < end:
        data = file.read(at, min(block, end - at))
        found = data.find(b"\n")
        if found >= 0:
            return at + found + 1
        if not data:
            break
        at += len(data)
    return end


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until there are no more."""
    first = json.loads(requests.readline())
    matcher, patience = PatternMatcher(first["pattern"]), float(first["patience"])
    for raw in iter(requests.readline, b""):
        request = json.loads(raw)
        signal.setitimer(signal.ITIMER_REAL, patience)  # not handled: the process just ends
        if "texts" in request:
            body = json.dumps([matcher.spans(text) for text in request["texts"]]).encode()
            answers.write(FRAME.pack(SPANS, 0, len(body)) + body)
            answers.flush()
        else:
            done = begin = request["from"]
            for done, starts in scan(LogFile(Path(request["path"])), matcher, begin, request["to"]):
                answers.write(FRAME.pack(SCANNED, done, len(starts)) + array("Q", starts).tobytes())
                answers.flush()
                signal.setitimer(signal.ITIMER_REAL, patience)
            if done < request["to"]:  # the log has become shorter
                answers.write(FRAME.pack(SCANNED, request["to"], 0))
                answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the screen
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # whoever asked is gone; there is nobody to tell
