"""The closed lists of values that the demo's tools share, with the tools of the base model's own training."""

from __future__ import annotations

ROOMS = ["kitchen", "bedroom", "office", "hallway", "garage", "bathroom", "living room", "attic"]
PEOPLE = ["Ana", "Bo", "Chen", "Dara", "Eli", "Fay", "Gus", "Hana", "Ivo", "Jun"]
MUSIC = ["jazz", "rock", "piano", "rain sounds", "opera", "folk", "news"]
UNITS = ["minutes", "seconds", "hours"]
STATES = ["on", "off"]
OPENINGS = ["", "hey, ", "ok, ", "please ", "could you ", "now ", "house: "]
TIMES = [5, 10, 15, 20, 30, 45]
DEGREES = list(range(15, 29))
