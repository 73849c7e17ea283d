"""Makes docs/pictures/*.svg from the real screen on a real workspace: ``make pictures``.

Uses ./tuner-demo (run `make demo` first). Only what the machine would show of itself (user, host, clock) is fixed.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from tuiapp.app import TunerApp
from tuiapp.screens.appearance import Appearance
from tuiapp.screens.services import Services
from tuiapp.screens.surroundings import Surroundings
from tuner.config.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
BROKEN = "  epochs: 99\n  batch_sise: 8\n"


async def _sft(pilot: Pilot[None]) -> None:
    """Select the SFT run: it stands below KTO, which is the newest that trained and so selected first."""
    await pilot.press("down")


async def _first(pilot: Pilot[None]) -> None:
    """As it opens."""


async def _publish(pilot: Pilot[None]) -> None:
    await _sft(pilot)
    await _calm(pilot)
    await pilot.press("u")


async def _text(pilot: Pilot[None]) -> None:
    """The configuration as text, with mistakes in it."""
    from textual.widgets import TextArea

    await _keys("c", "ctrl+r")(pilot)
    area = pilot.app.screen.query_one(TextArea)
    area.cursor_blink = False
    area.text = area.text.replace("schedule:\n", f"schedule:\n{BROKEN}")


async def _data(pilot: Pilot[None]) -> None:
    """The rows that the demo's SFT was trained on, as the real collator makes them."""
    from tuiapp.screens.data.panes import DataFiles, MaskPane

    await _keys("5")(pilot)
    await _calm(pilot)
    files = pilot.app.screen.query_one(DataFiles)
    names = [file.name for file in files.files or ()]
    await pilot.press(*["down"] * names.index("data/household-train.jsonl"), "enter")
    while not pilot.app.screen.query_one(MaskPane).rows:
        await pilot.pause(0.2)


def _keys(
    *keys: str, first: Callable[[Pilot[None]], Awaitable[None]] = _sft
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Select a run, then press keys one after the other."""

    async def act(pilot: Pilot[None]) -> None:
        await first(pilot)
        await _calm(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause(0.4)  # a field's cursor blinks: there is no standing still to wait for

    return act


Act = Callable[[Pilot[None]], Awaitable[None]]
"""What to do before the picture is taken."""

SHOTS: list[tuple[str, str, tuple[int, int], Act]] = [
    ("main", "tuner-dark", (160, 48), _sft),
    ("light", "tuner-light", (160, 48), _sft),
    ("narrow", "tuner-dark", (80, 24), _first),
    ("charts", "tuner-dark", (160, 48), _keys("tab", "z", "right_square_bracket", "right_square_bracket", "left")),
    ("overlay", "tuner-dark", (120, 36), _keys("space", "space", "x", "tab", "z", first=_first)),
    ("log", "tuner-dark", (120, 36), _keys("tab", "tab", "tab", "z", "slash", *"saved", "enter")),
    ("compare", "tuner-dark", (120, 36), _keys("space", "space", "V", first=_first)),
    ("colours", "tuner-safe-dark", (120, 36), _sft),
    ("publish", "tuner-dark", (120, 36), _publish),
    ("editor", "tuner-dark", (160, 48), _keys("c")),
    ("editor-text", "tuner-dark", (120, 36), _text),
    ("data", "tuner-dark", (160, 48), _data),
    ("table", "tuner-dark", (120, 36), _keys("space", "v", "z")),
]


async def _calm(pilot: Pilot[None]) -> None:
    """Until the screen has stood still for a while: the same picture three times."""
    same, before = 0, ""
    while same < 3:
        await pilot.pause(0.3)
        now = pilot.app.export_screenshot()
        same, before = (same + 1 if now == before else 0), now


async def _shoot(workspace: Path, name: str, theme: str, size: tuple[int, int], act: Act) -> None:
    around = Surroundings("me@gpu-box:~/tuner-demo", lambda: 0.0, lambda: "14:32", lambda: 412_000_000_000)
    app = TunerApp(Services(Workspace(workspace)), Appearance(theme), around)
    async with app.run_test(size=size) as pilot:
        await _calm(pilot)
        await act(pilot)
        await _calm(pilot)
        (PICTURES / f"{name}.svg").write_text(app.export_screenshot(title="tuner-tui"), encoding="utf-8")
    print(f"docs/pictures/{name}.svg")


async def main() -> int:
    workspace = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "tuner-demo"
    if not (workspace / "runs").is_dir():
        sys.exit(f"{workspace} holds no runs: run `make demo` first")
    PICTURES.mkdir(parents=True, exist_ok=True)
    session = workspace.resolve() / ".tuner" / "session.json"
    before = session.read_bytes() if session.is_file() else None
    for shot in SHOTS:
        session.unlink(missing_ok=True)  # what one shot chose is not for the next
        await _shoot(workspace.resolve(), *shot)
    session.unlink(missing_ok=True)
    if before is not None:
        session.write_bytes(before)
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
