"""Runs and panes: start, stop, choose, publish, delete, find."""

from __future__ import annotations

from tuiapp.actions.model import Action, Need, Where

RUNS: tuple[Action, ...] = (
    Action("run.new", "New", "Start a new run from a preset, an earlier run or a file.", "n", Where.MAIN, "new_run"),
    Action(
        "run.clone",
        "Clone",
        "Edit a copy of the selected run's configuration.",
        "c",
        Where.MAIN,
        "clone_run",
        Need.OWN_RUN,
    ),
    Action(
        "run.stop",
        "Stop",
        "Ask the selected run to stop at the next step, saving.",
        "s",
        Where.MAIN,
        "stop_run",
        Need.LIVE_RUN,
    ),
    Action(
        "run.fix",
        "Repair",
        "Show what to change so that a run that ran out of memory fits, and start it.",
        "R",
        Where.MAIN,
        "fix_run",
        Need.OUT_OF_MEMORY,
    ),
    Action(
        "checkpoint.best",
        "Best",
        "Go to the best checkpoint and say why it is.",
        "b",
        Where.MAIN,
        "best",
        Need.CHECKPOINT,
    ),
    Action(
        "checkpoint.publish",
        "Publish",
        "Show what publishing the best would do.",
        "u",
        Where.MAIN,
        "publish",
        Need.CHECKPOINT,
    ),
    Action(
        "run.delete",
        "Delete",
        "Move the run, or all marked, into the trash.",
        "d,delete",
        Where.MAIN,
        "delete_run",
        Need.ENDED_RUN,
    ),
    Action(
        "run.adopt",
        "Adopt",
        "Make another tool's run one of this workspace; the original stays.",
        "A",
        Where.MAIN,
        "adopt_run",
        Need.FOREIGN_RUN,
    ),
    Action(
        "checkpoint.sort", "Sort", "Sort checkpoints by the next column.", "o", Where.MAIN, "sort_next", Need.CHECKPOINT
    ),
    Action(
        "checkpoint.reverse",
        "Reverse",
        "Turn the order of checkpoints around.",
        "O",
        Where.MAIN,
        "sort_reverse",
        Need.CHECKPOINT,
        in_bar=False,
    ),
    Action("pane.zoom", "Zoom", "Give the whole screen to the focused pane, or take it back.", "z", Where.MAIN, "zoom"),
    Action(
        "run.find",
        "Find",
        "Show only runs that match: words, state:live, loss<1.2, tag:x, is:archived.",
        "slash",
        Where.MAIN,
        "find",
        Need.RUNS,
        asks=True,
    ),
    *(
        Action(f"pane.{word}", word.capitalize(), f"Make the focused pane {word}.", key, Where.MAIN, call, in_bar=False)
        for word, key, call in (
            ("wider", "),ctrl+right", "grow_pane(1, 0)"),
            ("narrower", "(,ctrl+left", "grow_pane(-1, 0)"),
            ("taller", "},ctrl+up", "grow_pane(0, 1)"),
            ("lower", "{,ctrl+down", "grow_pane(0, -1)"),
        )
    ),
    Action(
        "pane.reset",
        "Reset panes",
        "Give the panes their first sizes; so does a double click on a border, which is dragged with the mouse.",
        "|",
        Where.MAIN,
        "reset_panes",
        in_bar=False,
    ),
    Action("pane.next", "Pane", "Go to the next pane.", "tab", Where.MAIN, "next_pane"),
    Action("pane.previous", "Back", "Go to the pane before.", "shift+tab", Where.MAIN, "previous_pane", in_bar=False),
    Action("pane.leave", "Leave", "End the search, or leave the zoom.", "escape", Where.MAIN, "leave", in_bar=False),
    Action("run.refresh", "Refresh", "Read everything again.", "r", Where.MAIN, "refresh_all", in_bar=False),
    Action(
        "app.themes",
        "Themes",
        "Choose a theme, your own ones too; each is tried on as the cursor comes to it.",
        "ctrl+y",
        Where.MAIN,
        "app.choose_theme",
        in_bar=False,
    ),
    Action("app.quit", "Quit", "Leave. Runs go on; come back any time.", "q", Where.MAIN, "app.quit"),
)
