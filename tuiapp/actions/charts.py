"""Charts: metrics, smoothing, axes, zoom, cursor."""

from __future__ import annotations

from tuiapp.actions.model import Action, Need, Where


def _everywhere(name: str, title: str, text: str, key: str, call: str, *, in_bar: bool = False) -> Action:
    return Action(f"chart.{name}", title, text, key, Where.MAIN, call, Need.RUN, in_bar=in_bar)


def _here(name: str, title: str, text: str, key: str, call: str, *, in_bar: bool = False, asks: bool = False) -> Action:
    return Action(f"chart.{name}", title, text, key, Where.CHARTS, call, in_bar=in_bar, asks=asks)


CHARTS: tuple[Action, ...] = (
    _everywhere("metric", "Metrics", "Show the next page of charts.", "m", "next_metric", in_bar=True),
    _everywhere(
        "smooth_more", "Smoother", "Smooth the lines more; what was measured stays behind.", "]", "smooth_more"
    ),
    _everywhere("smooth_less", "Rougher", "Smooth the lines less.", "[", "smooth_less"),
    _everywhere("log_y", "Log y", "Make y logarithmic, or linear again.", "l", "log_y"),
    _everywhere("log_x", "Log x", "Make x logarithmic, or linear again.", "L", "log_x"),
    _everywhere("axis", "Axis", "Go through step, relative time, wall time, epoch, tokens.", "t", "next_axis"),
    _here("full", "Full", "Give the whole screen to one chart, or take it back.", "enter", "enlarge", in_bar=True),
    _here("choose", "Choose", "Choose metrics by a regular expression.", "f", "choose_metrics", in_bar=True, asks=True),
    _here("zoom_in", "Zoom in", "Show less of x, around the cursor.", "+,=", "zoom_in", in_bar=True),
    _here("zoom_out", "Zoom out", "Show more of x.", "-", "zoom_out"),
    _here("all", "All", "Show all of x, and follow what is new.", "0", "show_all", in_bar=True),
    _here("pan_left", "Earlier", "Move the zoomed part to the left.", "<,shift+left", "pan_left"),
    _here("pan_right", "Later", "Move the zoomed part to the right.", ">,shift+right", "pan_right"),
    _here("clip", "Clip", "Leave outliers out of y's range, or take them back in.", "k", "clip", in_bar=True),
    _here("copy", "Copy", "Copy the values at the cursor.", "y", "copy_values", in_bar=True),
    _here("copy_all", "Copy all", "Copy what the chart shows, a line a point.", "Y", "copy_window"),
    _here("left", "Point left", "The cursor to the point before.", "left", "cursor_left"),
    _here("right", "Point right", "The cursor to the next point.", "right", "cursor_right"),
    _here("jump_left", "Jump left", "The cursor a tenth of the width to the left.", "pageup", "jump_left"),
    _here("jump_right", "Jump right", "The cursor a tenth of the width to the right.", "pagedown", "jump_right"),
    _here("first", "First point", "The cursor to the first point.", "home", "cursor_first"),
    _here("last", "Last point", "The cursor to the newest point.", "end", "cursor_last"),
    _here("previous", "Chart before", "The chart before this one.", "up", "previous_chart"),
    _here("next", "Next chart", "The next chart.", "down", "next_chart"),
    _here("leave", "Leave", "End choosing, full size, or the cursor.", "escape", "leave_chart"),
)
