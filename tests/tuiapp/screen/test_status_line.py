"""What is told in one line: what to do next is not cut off."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.tuiapp.screen.support import MIDDLE, SMALL, main_screen, make_app, text_of, until
from tuiapp.widgets.bars import StatusLine
from tuiapp.widgets.strips import fit_middle
from tuner.config.workspace import Workspace


async def test_a_long_path_gives_way_to_what_to_do_next(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=MIDDLE) as pilot:
        screen = main_screen(app)
        await until(pilot, lambda: screen.is_listed)
        screen.say(
            "✗", f"cannot write /{'folder/' * 20}manifest.json: Permission denied", "choose a writable workspace"
        )
        line = screen.query_one("#status", StatusLine)
        ending = "manifest.json: Permission denied  → choose a writable workspace"
        await until(pilot, lambda: text_of(line).rstrip().endswith(ending))
        assert text_of(line).startswith("✗ cannot write /folder/") and "…" in text_of(line)


async def test_where_both_have_no_room_the_reason_stays(workspace: Workspace) -> None:
    app = make_app(workspace)
    async with app.run_test(size=SMALL) as pilot:
        screen = main_screen(app)
        await until(pilot, lambda: screen.is_listed)
        screen.say("✗", f"/{'folder/' * 20}final_model is no model", "a hint " * 12)
        line = screen.query_one("#status", StatusLine)
        await until(pilot, lambda: text_of(line).rstrip().endswith("final_model is no model"))
        assert "hint" not in text_of(line)


@given(st.text(), st.integers(1, 60))
def test_the_middle_is_left_out(text: str, width: int) -> None:
    fitted = fit_middle(text, width)
    assert cell_len(fitted) <= width
    if cell_len(text) <= width:
        assert fitted == text
