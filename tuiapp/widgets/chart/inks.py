"""The ink numbers of a drawing; styles.py makes colours of them."""

AXIS, MARK, BEST, EVALUATION, BAND = 1, 2, 3, 4, 5
FIRST_LINE = 10
"""The line of palette place 0; the others follow, up to LINES of them, then the ink begins anew."""
LINES = 60
FIRST_RAW = 100
"""The raw values behind the smoothed line of palette place 0."""


def line_ink(colour: int) -> int:
    return FIRST_LINE + colour % LINES


def raw_ink(colour: int) -> int:
    return FIRST_RAW + colour % LINES
