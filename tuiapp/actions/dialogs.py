"""The screens that ask: chooser, publish, confirm, help."""

from __future__ import annotations

from tuiapp.actions.model import Action, Where

DIALOGS: tuple[Action, ...] = (
    Action("chooser.edit", "Edit", "Open the chosen configuration in the editor.", "enter", Where.CHOOSER, "edit"),
    Action("chooser.back", "Back", "Return without starting anything.", "escape", Where.CHOOSER, "back"),
    Action("publish.do", "Publish", "Do what the plan says.", "enter", Where.PUBLISH, "publish"),
    Action("publish.back", "Cancel", "Publish nothing.", "escape", Where.PUBLISH, "back"),
    Action("confirm.yes", "Yes", "Do it.", "y,enter", Where.CONFIRM, "yes"),
    Action("confirm.no", "No", "Leave everything as it is.", "escape,n", Where.CONFIRM, "no"),
    Action("theme.keep", "Keep", "Take this theme, also the next time.", "enter", Where.THEMES, "keep"),
    Action("theme.back", "Back", "Return to the theme there was.", "escape,q", Where.THEMES, "back"),
    Action("help.close", "Close", "Close the help.", "escape,q", Where.HELP, "close"),
)
