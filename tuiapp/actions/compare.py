"""Comparing runs and exporting them."""

from __future__ import annotations

from tuiapp.actions.model import Action, Need, Where

COMPARE: tuple[Action, ...] = (
    Action(
        "run.overlay",
        "Overlay",
        "Draw the marked runs over the watched one, or take them away.",
        "x",
        Where.MAIN,
        "overlay",
        Need.RUNS,
    ),
    Action(
        "run.compare",
        "Compare",
        "Compare the marked runs, or the selected one with its parent.",
        "V",
        Where.MAIN,
        "compare",
        Need.RUNS,
    ),
    Action(
        "run.export",
        "Export",
        "Write the metrics of the marked runs, or of the selected one, to a file.",
        "E",
        Where.MAIN,
        "export_runs",
        Need.RUN,
        asks=True,
    ),
    Action("compare.table", "Table", "Go between settings and metrics.", "tab,shift+tab", Where.COMPARE, "other_table"),
    Action("compare.all", "All", "Show the settings that are equal, too, or hide them.", "a", Where.COMPARE, "all"),
    Action("compare.right", "Right", "The runs further right.", "right,l", Where.COMPARE, "right", in_bar=False),
    Action("compare.left", "Left", "The runs further left.", "left,h", Where.COMPARE, "left", in_bar=False),
    Action("compare.export", "Export", "Write these runs' metrics to a file.", "e", Where.COMPARE, "export", asks=True),
    Action(
        "compare.picture",
        "Picture",
        "Draw these runs' metrics into a picture.",
        "E",
        Where.COMPARE,
        "picture",
        asks=True,
    ),
    Action("compare.refresh", "Refresh", "Read the runs again.", "r", Where.COMPARE, "refresh_all", in_bar=False),
    Action("compare.back", "Back", "Return to the runs.", "escape", Where.COMPARE, "back"),
    Action("export.write", "Write", "Write the file.", "enter", Where.EXPORT, "write"),
    Action("export.back", "Cancel", "Write nothing.", "escape", Where.EXPORT, "back"),
)
