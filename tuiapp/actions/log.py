"""The log: search, filter, jumps, wrap, pager."""

from __future__ import annotations

from tuiapp.actions.model import Action, Need, Where

LOG: tuple[Action, ...] = (
    Action(
        "log.search",
        "Search",
        "Search the log by regular expression; lower case finds both cases.",
        "slash",
        Where.LOG,
        "ask_search",
        Need.RUN,
        asks=True,
    ),
    Action("log.next", "Next", "Go to the next match.", "n", Where.LOG, "next_match", Need.RUN),
    Action(
        "log.previous", "Previous", "Go to the match before.", "N", Where.LOG, "previous_match", Need.RUN, in_bar=False
    ),
    Action(
        "log.filter",
        "Filter",
        "Show only the lines that match a regular expression; Esc shows all again.",
        "ampersand",
        Where.LOG,
        "ask_filter",
        Need.RUN,
        asks=True,
    ),
    Action("log.error", "Error", "Go to the next error line.", "e", Where.LOG, "next_error", Need.RUN),
    Action(
        "log.error_before",
        "Error before",
        "Go to the error line before.",
        "E",
        Where.LOG,
        "previous_error",
        Need.RUN,
        in_bar=False,
    ),
    Action(
        "log.go",
        "Go to",
        "Go to a line (1234), a time (14:32), a date and time, or a training step (step 810).",
        "colon",
        Where.LOG,
        "ask_place",
        Need.RUN,
        asks=True,
    ),
    Action("log.wrap", "Wrap", "Show long lines in several rows, or cut.", "w", Where.LOG, "wrap"),
    Action("log.pager", "Pager", "Open the log in $PAGER.", "v", Where.LOG, "open_pager", Need.RUN),
    Action(
        "log.copy",
        "Copy",
        "Copy the line under the cursor to the clipboard.",
        "y",
        Where.LOG,
        "copy_line",
        Need.RUN,
        in_bar=False,
    ),
    Action(
        "log.leave",
        "Leave",
        "End the filter, then the search.",
        "escape",
        Where.LOG,
        "leave_log",
        in_bar=False,
    ),
)
