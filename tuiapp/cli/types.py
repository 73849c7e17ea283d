"""Types that the command modules share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from tuiapp.cli import parser

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[parser.Parser]
    """What ``add_subparsers`` returns; argparse gives it no public name."""
else:
    Commands = object
