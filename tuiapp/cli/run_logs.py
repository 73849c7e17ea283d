"""A run's log on stdout, as inert text: all of it, its end, or the lines that match; with or without following."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tuiapp.cli.output import print_line, tell
from tuiapp.handlers.runs import RunsHandler
from tuner.core.errors import ConfigurationError
from tuner.runs.log_match import BothMatcher, ErrorMatcher, Matcher, PatternError, PatternMatcher
from tuner.runs.log_reader import LogReader
from tuner.runs.log_search import LocalSearch

_POLL = 0.2
_AT_ONCE = 500


def matcher_of(pattern: str | None, *, errors: bool) -> Matcher | None:
    """What lines have to match; None where all are wanted.

    Raises:
        ConfigurationError: the pattern is no regular expression.
    """
    try:
        matchers: list[Matcher] = [PatternMatcher(pattern)] if pattern is not None else []
    except PatternError as error:
        raise ConfigurationError(str(error), hint="quote it for the shell; a bracket as such is \\[ or \\(") from None
    matchers += [ErrorMatcher()] if errors else []
    return BothMatcher(matchers) if len(matchers) > 1 else next(iter(matchers), None)


class LogLines:
    """The lines of a log that are wanted, each given once. ``told`` is what happened to the log meanwhile."""

    def __init__(self, log: LogReader, matcher: Matcher | None) -> None:
        self._log = log
        self._search = LocalSearch(log, matcher) if matcher is not None else None
        self._given = 0
        self._generation = 0
        self.told = ""

    @property
    def chosen(self) -> bool:
        """Whether only some lines are wanted."""
        return self._search is not None

    def new(self, tail: int | None = None, *, unfinished: bool) -> Iterator[str]:
        """Lines that were not given yet, or the last of them; ``unfinished`` is the one that has not ended."""
        self._log.refresh()
        if self._log.generation != self._generation:
            self._generation, self._given = self._log.generation, 0
            self.told = self._log.window(0, 0).notice
        if tail is not None and self._search is None and not self._given:
            page = self._log.tail(tail)
            if not page.counted and (len(page.lines) == tail or not page.lines[0].start) and unfinished:
                yield from (line.text for line in page.lines)
                self._given = page.size
                return
        while self._log.advance():
            pass
        _, whole, size = self._log.extent()
        begin, end = self._given, size if unfinished else whole
        self._given = end
        yield from self._matching(begin, end, tail) if self._search is not None else self._all(begin, end, tail)

    def _all(self, begin: int, end: int, tail: int | None) -> Iterator[str]:
        first, stop = self._log.line_at(begin), self._log.line_at(end - 1) + 1 if end > begin else 0
        first = max(first, stop - tail) if tail is not None else first
        for at in range(first, stop, _AT_ONCE):
            yield from (line.text for line in self._log.window(at, min(_AT_ONCE, stop - at)).lines)

    def _matching(self, begin: int, end: int, tail: int | None) -> Iterator[str]:
        assert self._search is not None
        self._search.advance()
        first, stop = self._search.place_of(begin), self._search.place_of(end)
        first = max(first, stop - tail) if tail is not None else first
        for at in range(first, stop, _AT_ONCE):
            starts = self._search.window(at, min(_AT_ONCE, stop - at))
            yield from (line.text for line in self._log.lines_from(starts, at, stop).lines)


def follow_log(handler: RunsHandler, run_dir: Path, lines: LogLines, tail: int | None, *, follow: bool) -> int:
    """Print the log; with ``follow`` until the run has ended."""
    printed = 0
    while True:
        live = follow and handler.summary(run_dir).is_live
        for line in lines.new(tail, unfinished=not live):
            print_line(line)
            printed += 1
        tail = None
        if lines.told:
            tell(lines.told)
            lines.told = ""
        if not live:
            break
        time.sleep(_POLL)
    if not printed and not follow:
        what = "has no such line in its log" if lines.chosen else "has written nothing yet"
        tell(f"{run_dir.name} {what}")
    return 0
