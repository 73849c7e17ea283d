"""The handlers, made when first needed: they bring pydantic along, which the first paint must not wait for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tuner.config.workspace import Workspace

if TYPE_CHECKING:
    from tuiapp.handlers.context import Context


class Services:
    """One workspace and its context. Call ``context`` in workers only: it reads files."""

    def __init__(self, workspace: Workspace, context: Context | None = None) -> None:
        self.workspace = workspace
        self._context = context
        self._lock = threading.Lock()

    def context(self) -> Context:
        """The context that handlers are made with.

        Raises:
            ConfigurationError: the settings are broken.
        """
        with self._lock:
            if self._context is None:
                from tuiapp.handlers.context import Context
                from tuner.config.settings import load_settings

                self._context = Context(self.workspace, load_settings(self.workspace))
            return self._context
