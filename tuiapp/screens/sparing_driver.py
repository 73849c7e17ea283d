"""Textual's driver for terminals, writing only what has changed: for slow links."""

from __future__ import annotations

import threading

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.message import Message

from tuiapp.screens.frame_diff import FrameDiff


class SparingDriver(LinuxDriver):
    """Every write goes through the comparison of frames, from whichever thread it comes."""

    def __init__(
        self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        self._frames = FrameDiff()
        self._turn = threading.RLock()
        super().__init__(app, debug=debug, mouse=mouse, size=size)

    def write(self, data: str) -> None:
        with self._turn:
            needed = self._frames.reduce(data)
            if needed:
                super().write(needed)

    def start_application_mode(self) -> None:
        """Anything may stand on the terminal now: a pager was there, or the shell."""
        with self._turn:
            self._frames.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call] # as Textual has it

    def send_message(self, message: Message) -> None:
        if isinstance(message, Resize):
            with self._turn:
                self._frames.forget()
        super().send_message(message)
