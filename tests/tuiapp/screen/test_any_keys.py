"""A thousand random sequences of keys, clicks and new sizes: whatever is pressed, the screen goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from textual.errors import NoWidget
from textual.pilot import OutOfBounds, Pilot

from tests.tuiapp.screen.support import MIDDLE, SMALL, WIDE, add_several, in_a_hurry, make_app
from tuiapp.actions import ACTIONS
from tuner.config.workspace import Workspace

SEQUENCES_AN_APP, APPS, PARTS = 50, 5, 4
LAUNCHES = "editor.launch"
"""Starting a run has tests of its own; here nothing is to train."""

KEYS = sorted(
    {key.strip() for a in ACTIONS if a.id != LAUNCHES for key in a.key.split(",")}
    | {"left", "right", "backspace", "space", "a", "Z", "1", "colon", "backslash", "left_square_bracket", "é", "漢"}
)
SIZES = (WIDE, MIDDLE, SMALL, (40, 12), (8, 3))

key = st.sampled_from(KEYS)
click = st.tuples(st.integers(0, 159), st.integers(0, 47))
size = st.sampled_from(SIZES)
# Eight keys to one click and one new size; `one_of` counts a strategy that is named twice once.
events = st.integers(0, 9).flatmap(lambda n: {0: click, 1: size.map(list)}.get(n, key))
sequence = st.lists(events, min_size=1, max_size=6)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_sequence_of_keys_ends_the_screen(part: int) -> None:
    """In parts, so that several processes share them; each from a seed of its own."""
    sequences = st.lists(sequence, min_size=SEQUENCES_AN_APP, max_size=SEQUENCES_AN_APP)
    seed(part)(_SETTINGS(given(sequences)(_press_all)))()


_SETTINGS = settings(
    max_examples=APPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.generate],  # a smaller example would take minutes to find
)


def _press_all(sequences: list[list[object]]) -> None:
    with TemporaryDirectory() as folder, in_a_hurry():
        workspace = Workspace(Path(folder))
        add_several(workspace)
        left = iter(sequences)
        while asyncio.run(_press_until_it_is_left(workspace, left)):
            continue  # somebody pressed q: opened again for the rest


async def _press_until_it_is_left(workspace: Workspace, sequences: Iterator[Sequence[object]]) -> bool:
    """Whether it was left before the last sequence. An exception in the application comes out of ``run_test``."""
    app = make_app(workspace)
    async with app.run_test(size=WIDE) as pilot:
        for events in sequences:
            for event in events:
                await _do(pilot, event)
                if not app.is_running or app._exit:
                    return True
            assert app.screen.is_attached
    return False


async def _do(pilot: Pilot[None], event: object) -> None:
    if isinstance(event, str):
        await pilot.press(event)
    elif isinstance(event, tuple):
        try:
            await pilot.click(offset=event)
        except (OutOfBounds, NoWidget):
            return  # the screen has become smaller
    elif isinstance(event, list):
        await pilot.resize_terminal(*event)
