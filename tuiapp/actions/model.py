"""What an action is, where it applies, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where an action applies; the value is its heading in the help."""

    MAIN = "Runs"
    TABLE = "In the run table"
    QUERY = "While finding runs"
    CHARTS = "In the charts"
    LOG = "In the log"
    COMPARE = "Comparing runs"
    EXPORT = "Exporting"
    DATA = "Data"
    CONVERT = "Converting a dataset"
    LIST = "In every list"
    CHOOSER = "New run: choose"
    EDITOR = "New run: edit"
    FORM = "New run: the form"
    FIX = "Mending a run that ran out of memory"
    PUBLISH = "Publish"
    CONFIRM = "Questions"
    COLUMNS = "Choosing columns"
    ASK = "Writing tags or a note"
    THEMES = "Choosing a theme"
    HELP = "Help"
    ANYWHERE = "Anywhere"


class Need(StrEnum):
    """What must be there for an action to have a sense; the value says so where it is missing."""

    NOTHING = ""
    RUNS = "there is no run yet; press n to start one"
    RUN = "no run is selected"
    LIVE_RUN = "the selected run has already ended"
    ENDED_RUN = "the selected run is still going; stop it first"
    OWN_RUN = "the selected run is another tool's; adopt it first (A)"
    FOREIGN_RUN = "the selected run is one of this workspace already"
    OUT_OF_MEMORY = "the selected run did not run out of memory"
    CHECKPOINT = "the selected run has no whole checkpoint yet"


@dataclass(frozen=True)
class Action:
    """One action. ``call`` names the method ``action_<call>``, on the application where it begins with "app.".

    ``asks``: it opens a field to type in.
    """

    id: str
    title: str
    help: str
    key: str
    where: Where
    call: str
    need: Need = Need.NOTHING
    in_bar: bool = True
    asks: bool = False
