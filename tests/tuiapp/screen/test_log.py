"""The log's pane: followed, searched, filtered, gone through; whatever it holds is shown inert."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.tuiapp.screen.log_support import HOSTILE, add_logged, step_line
from tests.tuiapp.screen.support import SMALL, WIDE, add_sft, make_app, settled, shown, text_of, until
from tuiapp.app import TunerApp
from tuiapp.widgets.log_view import LogView
from tuiapp.widgets.log_view.field import LogField
from tuner.config.workspace import Workspace
from tuner.runs import log_reader, log_search


class Opened:
    """The application with the log in front."""

    def __init__(self, pilot: Pilot[None], app: TunerApp, view: LogView) -> None:
        self.pilot, self.app, self.view = pilot, app, view
        self.steps: list[int | None] = []

    @property
    def text(self) -> str:
        return text_of(self.view)

    @property
    def border(self) -> str:
        return f"{self.view._border_title} | {self.view._border_subtitle}"

    @property
    def under(self) -> str:
        line = self.view.line_under_cursor()
        return line.text if line is not None and not self.view.following else ""

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, holds: object, what: str = "") -> None:
        assert callable(holds)
        await until(self.pilot, holds, what or f"{self.border}\n{self.text}", timeout=20)

    async def enter(self, key: str, text: str) -> None:
        await self.press(key)
        await self.until(lambda: isinstance(self.app.focused, LogField), "the field")
        field = self.app.focused
        assert isinstance(field, LogField)
        field.value = text
        await self.press("enter")


@asynccontextmanager
async def opened(workspace: Workspace, size: tuple[int, int] = WIDE) -> AsyncIterator[Opened]:
    app = make_app(workspace)
    async with app.run_test(size=size) as pilot:
        screen = await settled(pilot, app)
        view = screen.query_one(LogView)
        await pilot.press("tab", "tab", "tab")
        await until(pilot, lambda: app.focused is view)
        yield Opened(pilot, app, view)


async def test_lines_are_counted_and_any_of_them_is_shown(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.until(lambda: "following" in log.border and "step=2000 " in log.text)
        await log.press("home")
        await log.until(lambda: "step=1 " in log.text and "line 1 of 2,004" in log.border)
        await log.press("pagedown", "down", "k", "up")
        assert "step=1 " not in log.text
        await log.press("end")
        await log.until(lambda: "following" in log.border and "step=2000 " in log.text)


async def test_the_title_counts_what_comes_while_somebody_reads_above(workspace: Workspace) -> None:
    path = add_logged(workspace)
    async with opened(workspace) as log:
        await log.press("pageup")
        before = int(str(log.view._border_title).split("+")[1].split()[0])
        with path.open("a") as file:
            file.write("one\ntwo\nthree\n")
        await log.until(lambda: f"+{before + 3} lines" in log.border)
        assert "three" not in log.text
        await log.press("G")
        await log.until(lambda: "three" in log.text and "following" in log.border)


async def test_search_goes_to_the_newest_match_and_n_goes_round(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("slash", "STEP=100\\d ")
        await log.until(lambda: "no line matches" in shown(log.app))
        await log.enter("slash", "step=100\\d ")
        await log.until(lambda: "step=1009 " in log.under and "10 of 10 lines" in log.border)
        await log.press("N")
        await log.until(lambda: "step=1008 " in log.under)
        await log.press("n", "n")
        await log.until(lambda: "step=1000 " in log.under and "from the beginning again" in shown(log.app))
        await log.press("N")
        await log.until(lambda: "step=1009 " in log.under and "from the end again" in shown(log.app))
        await log.until(lambda: log.view._spans.get(log.under), "matches to be marked")
        row = log.view.cursor - log.view.scroll_offset.y
        marked = "".join(s.text for s in log.view.render_line(row) if s.style and s.style.reverse)
        assert marked == "step=1009 "
        await log.press("escape")
        await log.until(lambda: "10 lines" not in log.border)
        await log.press("n")  # nothing is searched any more: it asks
        await log.until(lambda: isinstance(log.app.focused, LogField))
        await log.press("escape")
        await log.until(lambda: log.app.focused is log.view)


async def test_matches_are_marked_in_what_comes(workspace: Workspace) -> None:
    path = add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("slash", "needle")
        await log.until(lambda: "no line matches" in shown(log.app))
        await log.press("end")
        with path.open("a") as file:
            file.write("a needle\n")
        await log.until(lambda: "1 line" in log.border and log.view._spans.get("a needle") == [(2, 8)])


async def test_an_invalid_pattern_is_told_where_it_is_typed(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("slash", "lo(ss")
        await log.until(lambda: "not a regular expression: missing ), unterminated" in shown(log.app))
        assert isinstance(log.app.focused, LogField)
        await log.press("escape")
        await log.until(lambda: log.app.focused is log.view)


async def test_a_pattern_without_end_is_given_up_while_the_screen_lives(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_search, "PATIENCE", 0.5)
    add_logged(workspace, extra="a" * 60 + "b\n")
    async with opened(workspace) as log:
        await log.enter("slash", "(a+)+$")
        await log.press("home")
        await log.until(lambda: "step=1 " in log.text, "the screen to go on")
        await log.until(lambda: "write it more simply" in shown(log.app))
        await log.until(lambda: "(a+)+$" not in log.border)


async def test_a_filter_shows_only_matching_lines_with_their_numbers_and_goes_on(workspace: Workspace) -> None:
    path = add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("ampersand", "error")
        await log.until(lambda: "4 lines" in log.border and "2004 ValueError: at step 2000" in log.text)
        assert "loss=" not in log.text
        with path.open("a") as file:
            file.write("all is well\nRuntimeError: boom\n")
        await log.until(lambda: "2006 RuntimeError: boom" in log.text)
        assert "well" not in log.text
        await log.press("home", "down")
        assert log.under == "ValueError: at step 1000"
        await log.press("escape")
        await log.until(lambda: "step=1001 " in log.text and "line 1,002 of 2,006" in log.border)
        assert log.under == "ValueError: at step 1000"


async def test_a_filter_that_nothing_passes_says_how_to_end_it(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("ampersand", "nowhere at all")
        await log.until(lambda: "no line matches · Esc shows all" in log.text)
        await log.press("up", "home", "v")
        await log.enter("ampersand", "")
        await log.until(lambda: "step=2000 " in log.text)


async def test_escape_is_the_zooms_where_nothing_is_searched(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.press("z")
        await log.until(lambda: log.app.screen.has_class("-zoomed"))
        await log.enter("ampersand", "error")
        await log.until(lambda: "4 lines" in log.border)
        await log.press("escape")
        assert log.app.screen.has_class("-zoomed")
        await log.press("escape")
        await log.until(lambda: not log.app.screen.has_class("-zoomed"))


async def test_e_goes_from_error_to_error(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.until(lambda: "4 error lines" in log.border)
        await log.press("E")
        await log.until(lambda: "at step 2000" in log.text)
        await log.press("home", "e", "e")
        await log.until(lambda: log.under == "ValueError: at step 1000")
        await log.press("E")
        await log.until(lambda: log.under == "ValueError: at step 500")


async def test_a_log_without_errors_says_so(workspace: Workspace) -> None:
    add_sft(workspace)
    async with opened(workspace) as log:
        await log.press("e")
        await log.until(lambda: "no error line in this log" in shown(log.app))


@pytest.mark.parametrize(
    ("typed", "under", "said"),
    [
        ("7", "step=7 ", ""),
        ("step 810", "step=810 ", ""),
        ("10:20", "step=1200 ", ""),
        ("10:20:05", "step=1205 ", ""),
        ("2026-11-20T10:01", "step=60 ", ""),
        ("99999", "", "the log has 2,004 lines"),
        ("step 9999", "", "no line of the log names step 9999"),
        ("2026-11-21", "", "the log ends before that time"),
    ],
)
async def test_going_to_a_place(workspace: Workspace, typed: str, under: str, said: str) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("colon", typed)
        await log.until(lambda: under in log.under and said in shown(log.app))


async def test_what_is_no_place_is_told_with_what_is(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.enter("colon", "yesterday")
        await log.until(lambda: "a line 1234, a time 14:32" in shown(log.app))


async def test_steps_go_both_ways_between_the_log_and_others(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        seen: list[int | None] = []
        post = log.view.post_message
        log.view.post_message = lambda m: (  # type: ignore[method-assign]  # what it tells is what is tested
            seen.append(m.step) if isinstance(m, LogView.CursorMoved) else None,
            post(m),
        )[1]
        log.view.go_to_step(810)
        await log.until(lambda: "step=810 " in log.under)
        assert seen == []
        await log.press("down")
        assert seen == [811]
        await log.press("end")
        assert seen == [811, None]
        log.view.go_to_step(99_999)
        await log.pilot.pause()
        assert "no line" not in shown(log.app)


async def test_long_lines_are_wrapped_or_cut(workspace: Workspace) -> None:
    add_logged(workspace, extra="begin " + "word " * 60 + "finish\n")
    async with opened(workspace) as log:
        await log.until(lambda: "begin word" in log.text and "finish" not in log.text)
        await log.press("w")
        await log.until(lambda: "begin word" in log.text and "finish" in log.text)
        await log.press("up", "up", "up")
        assert "step=1999 " in log.under
        await log.press("home")
        await log.until(lambda: "step=1 " in log.text)
        await log.press("end", "w")
        await log.until(lambda: "begin word" in log.text and "finish" not in log.text)


async def test_the_mouse_moves_the_cursor_and_the_wheel_leaves_the_end(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.pilot.click(LogView, offset=(5, 2))
        await log.until(lambda: log.under and not log.view.following)
        await log.press("end")
        log.view.scroll_up(animate=False, immediate=True)
        await log.until(lambda: "End follows" in log.border)
        log.view.scroll_end(animate=False, immediate=True)
        await log.until(lambda: "following" in log.border)


async def test_a_line_is_copied(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        await log.press("up", "y")
        await log.until(lambda: log.app.clipboard == log.under and "step=2000" in log.app.clipboard)


async def test_a_large_log_shows_its_end_before_its_lines_are_counted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reader, "EAGER", 1000)
    monkeypatch.setattr(log_reader, "BLOCK", 20_000)
    path = add_logged(workspace, 3000)
    async with opened(workspace) as log:
        await log.until(lambda: "step=3000 " in log.text)
        await log.press("pageup")
        await log.until(lambda: "of 3,006" in log.border)
        assert log.under and log.under in path.read_text()
        await log.press("home")
        await log.until(lambda: "step=1 " in log.text)
        await log.until(lambda: "6 error lines" in log.border)


@pytest.mark.parametrize("how", ["truncated", "replaced"])
async def test_a_log_that_begins_anew_is_told(workspace: Workspace, how: str) -> None:
    path = add_logged(workspace)
    async with opened(workspace) as log:
        await log.press("pageup")
        if how == "truncated":
            path.write_text("a new beginning\n")
        else:
            path.with_name("next").write_text("a new beginning\n" + step_line(1) * 3000)
            path.with_name("next").rename(path)
        await log.until(lambda: f"the log was {how} and begins anew" in log.border)
        await log.press("home")
        await log.until(lambda: "a new beginning" in log.text and "step=2000 " not in log.text)


async def test_hostile_text_is_shown_inert(workspace: Workspace) -> None:
    invalid = b"\xff\xfe\x80 not utf-8\n".decode("utf-8", "surrogateescape")
    path = add_logged(workspace, extra=HOSTILE + invalid)
    with path.open("ab") as file:
        file.write(b"x" * 1_000_000 + b"\n" + b"\r".join(b"%d%%" % n for n in range(101)) + b"\nlast\n")
    async with opened(workspace) as log:
        for _ in range(2):
            await log.until(lambda: "last" in log.text)
            text = shown(log.app)
            assert not [c for c in text if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
            assert "\u202e" not in text and "\u2066" not in text
            await log.press("z")
        await log.press("z")
        await log.until(lambda: "[bold red]markup[/] [link=x]here[/link] $(touch x) exe.gnp" in log.text)
        assert "red title clip" in log.text and "\ufffd\ufffd\ufffd not utf-8" in log.text
        assert "100%" in log.text and "99%" not in log.text and "xxxx" in log.text
        await log.press("w")
        await log.until(lambda: "last" in log.text)
        await log.enter("slash", "markup")
        await log.until(lambda: "markup" in log.under)


async def test_everything_works_on_a_small_screen(workspace: Workspace) -> None:
    add_logged(workspace)
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        screen = await settled(pilot, app)
        view = screen.query_one(LogView)
        await screen.do("log.filter")  # as the palette does, from another tab
        await until(pilot, lambda: isinstance(app.focused, LogField))
        await pilot.press(*"error", "enter")
        await until(pilot, lambda: "2004 ValueError" in text_of(view) and app.focused is view)
        assert "ValueError: at step 2000" in shown(app).splitlines()[-2]


async def test_another_run_ends_the_searches_of_the_one_before(several: Workspace) -> None:
    app = make_app(several)
    async with app.run_test(size=WIDE) as pilot:
        screen = await settled(pilot, app)
        view = screen.query_one(LogView)
        await screen.do("log.search")
        await until(pilot, lambda: isinstance(app.focused, LogField))
        await pilot.press(*"loss", "enter")
        await until(pilot, lambda: "/ loss" in str(view._border_subtitle))
        await pilot.press("tab", "tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "runs")
        await pilot.press("end")
        await settled(pilot, app)
        await until(pilot, lambda: "/ loss" not in str(view._border_subtitle) and "step=300 " in text_of(view))


async def test_the_pager_gets_the_terminal_and_the_line(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = add_logged(workspace)
    monkeypatch.setenv("PAGER", f"{stand_in_pager(tmp_path, name='less')} -R")
    async with opened(workspace) as log:
        await log.press("v")
        await log.until(lambda: "this terminal cannot be lent to a pager" in shown(log.app))
        monkeypatch.setattr(log.app, "suspend", contextlib.nullcontext)  # a test has no terminal to lend
        await log.press("v")
        await log.until((tmp_path / "called").exists)
        assert (tmp_path / "called").read_text().splitlines() == ["1", "", "-R", "+G", str(path)]
        (tmp_path / "called").unlink()
        await log.press("home")
        await log.until(lambda: "step=1 " in log.under)
        await log.press("down", "v")
        await log.until((tmp_path / "called").exists)
        assert (tmp_path / "called").read_text().splitlines()[3] == "+2"
        monkeypatch.setenv("PAGER", str(tmp_path / "missing"))
        await log.press("v")
        await log.until(lambda: "could not be started" in shown(log.app))


async def test_an_empty_log_is_not_opened(workspace: Workspace) -> None:
    add_logged(workspace).write_text("")
    async with opened(workspace) as log:
        await log.press("v")
        await log.until(lambda: "the log is empty" in shown(log.app) and "nothing was printed yet" in log.text)


def stand_in_pager(folder: Path, name: str) -> Path:
    """A pager that writes down how it was called."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$LESSSECURE" "$LESSOPEN" "$@" > "{folder}/called"\n')
    path.chmod(0o755)
    return path


async def test_a_bar_that_goes_on_below_is_not_drawn(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    path = add_logged(workspace, extra=" 10%|#")
    async with opened(workspace) as log:
        await log.press("home")
        await log.until(lambda: "step=1 " in log.text)
        drawn: list[int] = []
        plain = log.view.render_line
        monkeypatch.setattr(log.view, "render_line", lambda y: drawn.append(y) or plain(y))
        with path.open("a") as file:
            file.write("\r 20%|##")
        await log.until(lambda: log.view.last_line == " 20%|##", "the bar")
        await log.pilot.pause()
        assert drawn == []


async def test_of_many_steps_the_last_one_counts(workspace: Workspace) -> None:
    add_logged(workspace)
    async with opened(workspace) as log:
        for step in range(100, 200):
            log.view.go_to_step(step)
        await log.until(lambda: "step=199 " in log.under)
