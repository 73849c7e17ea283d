"""What works on every screen."""

from __future__ import annotations

from tuiapp.actions.model import Action, Where

ANYWHERE: tuple[Action, ...] = (
    Action(
        "app.palette", "Palette", "Find any action by name.", "ctrl+p", Where.ANYWHERE, "app.command_palette", asks=True
    ),
    Action("app.help", "Help", "Show every action with its key.", "question_mark", Where.ANYWHERE, "app.show_help"),
    Action(
        "app.theme",
        "Theme",
        "Go to the next theme: dark, light, and both again for eyes that cannot tell red from green.",
        "ctrl+t",
        Where.ANYWHERE,
        "app.next_theme",
        in_bar=False,
    ),
)
