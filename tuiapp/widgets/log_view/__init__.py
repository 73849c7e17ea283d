"""A run's log: followed, searched, filtered, over millions of lines."""

from tuiapp.widgets.log_view.view import LogView

__all__ = ["LogView"]
