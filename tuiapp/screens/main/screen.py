"""The main screen: the runs, and one of them watched."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.timer import Timer

from tuiapp.actions import Action, Need, Where
from tuiapp.messages import (
    AroundRead,
    CheckpointsRanked,
    ConfigurationRead,
    LogRead,
    MetricsRead,
    RunsListed,
)
from tuiapp.screens.guarded import guarded
from tuiapp.screens.main.endings import ended, glyph_of, sentence, sequences
from tuiapp.screens.main.following import Following
from tuiapp.screens.main.panes import TABS, Pane
from tuiapp.screens.main.situation import Situation, why_not
from tuiapp.screens.main.watch_pane import WatchPane
from tuiapp.screens.reading.observer import Observer, most_alive
from tuiapp.screens.reading.watching import keep_watching
from tuiapp.screens.session import words
from tuiapp.widgets.bars import ActionBar, StatusLine, TabBar, TopBar
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.checkpoint_table import CheckpointTable
from tuiapp.widgets.config_view import ConfigView
from tuiapp.widgets.headline import Headline, Shown
from tuiapp.widgets.log_view import LogView
from tuiapp.widgets.machine_facts import Fact
from tuiapp.widgets.pane import CursorPane
from tuiapp.widgets.run_table.table import RunTable
from tuner.runs.summary import RunSummary

_SESSION = "selected"
_SLOW_TICK = 5.0
"""Seconds between two tellings of the newest row's age over a slow link."""


class MainScreen(Following):
    """Holds what is selected; all reading is done by threads that end in messages."""

    WHERE = Where.MAIN
    BINDINGS = bindings_for(Where.MAIN, Where.ANYWHERE)

    def __init__(self, observer: Observer) -> None:
        super().__init__(observer)
        self._stop = threading.Event()
        self.is_listed = False
        """Whether the runs are known, be there none."""
        self._runs: dict[str, RunSummary] = {}
        self._around = AroundRead((), None, {})
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TopBar(self.tuner.surroundings.place, "Runs")
        yield TabBar(list(TABS))
        yield Headline(compact=True, id="short-headline")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield RunTable(id=Pane.RUNS)
            with Vertical(id="right"):
                yield Headline(id="headline")
                yield WatchPane(id=Pane.CHARTS)
                yield CheckpointTable(id=Pane.CHECKPOINTS)
                with Horizontal(id="bottom"):
                    yield LogView(id=Pane.LOG)
                    yield ConfigView(id=Pane.CONFIG)
        yield StatusLine(id="log-line")
        yield StatusLine(id="status")
        yield ActionBar()

    def on_mount(self) -> None:
        for pane, title in ((Pane.RUNS, "Runs"), (Pane.CHECKPOINTS, "Checkpoints"), (Pane.LOG, "Log")):
            self.query_one(f"#{pane}").border_title = title
        self.query_one(ConfigView).border_title = "Configuration"
        self.query_one(RunTable).focus()
        self.restore_table()
        self._tell_time()
        self.set_interval(5.0, self._tell_time)
        each = _SLOW_TICK if self.tuner.slow_link else 1.0
        self._ticking = self.set_interval(each, self._tell_headline, pause=True)
        self.restore_panes()
        self.place_panes()
        self._take_prefetched()
        self.renew_bar()
        for text, hint in self.tuner.remarks():
            self.say("⚠", text, hint)
        # What was read ahead is painted first; watching loads modules that would delay it.
        self.call_after_refresh(self._keep_watching)
        self.call_after_refresh(_collect_garbage_again)

    def on_unmount(self) -> None:
        self._stop.set()

    @work(thread=True, exclusive=True, group="watching", exit_on_error=False)
    def _keep_watching(self) -> None:
        def watch() -> Iterable[Message]:
            try:
                keep_watching(self.observer, self.tuner.surroundings, self.post_message, self._stop)
            finally:
                self.observer.close()
            return ()

        guarded(self.post_message, "watching the runs", watch)

    @work(thread=True, exclusive=True, group="reading", exit_on_error=False)
    def _look(self) -> None:
        guarded(self.post_message, "reading the runs", self.observer.look)

    # What is selected

    @property
    def run(self) -> RunSummary | None:
        return self._runs.get(self._watched) if self._watched else None

    def id_of(self, run_dir: Path) -> str | None:
        """The id of the run in a folder; None where it is not listed."""
        return next((r.id for r in self._runs.values() if r.path == run_dir), None)

    def why_not(self, action: Action) -> str:
        if action.need is Need.CHECKPOINT and self._watched and CheckpointsRanked in self._unread:
            return "the checkpoints are still being read"
        targets = self.query_one(RunTable).targets
        checkpoints = bool(self.query_one(CheckpointTable).rows)
        return why_not(action, Situation(self.run, len(self._runs), checkpoints, targets))

    def select(self, run_id: str) -> None:
        """Watch that run, as soon as it is listed."""
        self.wanted = run_id
        self.query_one(RunTable).select(run_id)
        self.action_refresh_all()

    def action_refresh_all(self) -> None:
        self._look()

    @on(RunsListed)
    def _runs_listed(self, event: RunsListed) -> None:
        self.is_listed = True
        first = not self._runs
        self._tell_ends(ended(self._runs, event.runs))
        self._runs = {r.id: r for r in event.runs}
        select = self._first_selected(event.runs) if first else None
        if self.wanted in self._runs:
            select, self.wanted = self.wanted, None
        self.query_one(RunTable).show_runs(event.runs, select)
        selected = self.query_one(RunTable).selected
        self._watch(selected.id if selected else None)
        self._tell_headline()
        self.renew_bar()

    def _first_selected(self, runs: Sequence[RunSummary]) -> str | None:
        """The run that was selected the last time, unless another one is live."""
        alive = most_alive(runs)
        kept = words(self.tuner.session.read(_SESSION), "run")
        found = next((r for r in runs if r.id == kept), None)
        if found is not None and (found.is_live or alive is None or not alive.is_live):
            return found.id
        return alive.id if alive is not None else None

    def _tell_ends(self, runs: Sequence[RunSummary]) -> None:
        for run in runs:
            self.say(glyph_of(run), sentence(run))
        for sequence in sequences(runs, self.tuner.appearance.notify, in_tmux=self.tuner.surroundings.in_tmux):
            self.tuner.send_to_terminal(sequence)

    @on(CursorPane.Moved, "#runs")
    def _run_moved(self) -> None:
        selected = self.query_one(RunTable).selected
        chosen = selected is not None and selected.id != self._watched
        self._watch(selected.id if selected else None)
        if selected is not None and chosen:  # by a person; what the screen selects by itself is not worth a file
            self.tuner.session.keep(_SESSION, {"run": selected.id})

    # What threads tell

    def _take_prefetched(self) -> None:
        """Show at the first paint what was read ahead of it."""
        for message in self.observer.prefetched():
            if isinstance(message, RunsListed):
                self._runs_listed(message)
            elif isinstance(message, MetricsRead):
                self._metrics_read(message)
            elif isinstance(message, LogRead):
                self._log_read(message)
            elif isinstance(message, ConfigurationRead):
                self._configuration_read(message)
            else:
                self.post_message(message)

    @on(AroundRead)
    def _around_read(self, event: AroundRead) -> None:
        self._around = event
        self._tell_time()
        self._tell_headline()

    def _tell_time(self) -> None:
        self.query_one(TopBar).show([*self._around.facts, Fact(self.tuner.surroundings.clock(), 0)])

    def _tell_headline(self) -> None:
        run, now = self.run, self.tuner.surroundings.now()
        age = max(0.0, now - self._newest_row) if self._newest_row is not None else None
        trainer = self._around.trainers.get(run.id) if run is not None else None
        for headline in self.query(Headline):
            headline.show(Shown(run, age, len(self._runs), self._latest, trainer, self._around.gpu_percent))
        if self._ticking is not None:  # idle costs nothing: the age is counted only while a run is live
            (self._ticking.resume if run is not None and run.is_live else self._ticking.pause)()


def _collect_garbage_again() -> None:
    """What the start has made stays for good, and need not be looked at again."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
