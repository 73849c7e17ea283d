"""The form: a row for each parameter, changed where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from textual.events import Click, Key

from tuiapp.actions import Where
from tuiapp.widgets.bindings import bindings_for
from tuiapp.widgets.form.changing import next_choice, switched
from tuiapp.widgets.form.form_rows import FormRows
from tuiapp.widgets.form.painter import Zone
from tuiapp.widgets.form.rows import BackendRow, FieldRow, Heading
from tuiapp.widgets.form.steps import stepped
from tuner.core.fields import FieldKind

if TYPE_CHECKING:
    from tuiapp.handlers.form import FieldState

_TICKED = (FieldKind.CHECK, FieldKind.CHECKS)


class FormOwner(Protocol):
    """Whoever keeps the text. It is called, not told by message: the next key may be on its way already, and must find
    the value changed or the field in focus.
    """

    def change(self, state: FieldState, value: object) -> None:
        """A parameter gets another value; None is its default."""

    def pick_backend(self, name: str) -> None:
        """Another backend was chosen."""

    def write(self, state: FieldState, typed: str) -> None:
        """A value is to be written by hand; ``typed`` was typed already."""

    def refuse(self, why: str) -> None:
        """What was asked for cannot be had."""


class FormPane(FormRows):
    """Takes keys and clicks; what they change, its owner changes."""

    BINDINGS = [*bindings_for(Where.FORM), *bindings_for(Where.LIST, but={"list.choose"})]  # noqa: RUF012

    def __init__(self, title: str, owner: FormOwner, *, id: str | None = None) -> None:  # noqa: A002 (Textual's name)
        super().__init__(title, id=id)
        self._owner = owner

    def action_more(self) -> None:
        self._step(1)

    def action_less(self) -> None:
        self._step(-1)

    def action_more_finely(self) -> None:
        self._step(1, fine=True)

    def action_less_finely(self) -> None:
        self._step(-1, fine=True)

    def _step(self, way: int, *, fine: bool = False) -> None:
        row, state = self.row, self.field
        if isinstance(row, Heading):
            self._fold(row, open_=way > 0)
        elif isinstance(row, BackendRow):
            self.next_backend(way)
        elif state is None or self._refused(state):
            return
        elif state.field.kind in _TICKED:
            self.action_tick()
        elif state.choices:
            self._change(state, next_choice(state, self.value_of(state), way))
        elif state.field.is_number:
            self._change(state, stepped(state.field, self.value_of(state), way, fine=fine))
        else:
            self.action_write()

    def action_tick(self) -> None:
        row, state = self.row, self.field
        if isinstance(row, Heading):
            self._fold(row, open_=not row.is_open)
        elif isinstance(row, BackendRow) or (state is not None and state.field.kind is FieldKind.CHOICE):
            self.action_more()
        elif state is not None and isinstance(row, FieldRow) and state.field.kind in _TICKED:
            value, why = switched(state, self.value_of(state), row.option)
            if why:
                self._owner.refuse(why)
            else:
                self._change(state, value)
        elif state is not None:
            self.action_write()

    def action_write(self, typed: str = "") -> None:
        state = self.field
        if state is None or state.field.kind in (*_TICKED, FieldKind.CHOICE):
            self.action_tick()
        elif not self._refused(state):
            self._owner.write(state, typed)

    def action_default(self) -> None:
        state = self.field
        if state is not None and (state.is_set or state.field.path in self.pending):
            self._change(state, None)

    def action_next_backend(self) -> None:
        self.next_backend(1)

    def action_fold_all(self) -> None:
        """Open every section; where all are open, fold them."""
        headings = {r.section for r in self.rows if isinstance(r, Heading)}
        keep = self.row
        self.opened = set() if headings <= self.opened else set(headings)
        self.fill(keep)

    def next_backend(self, way: int) -> None:
        if self.state is not None and self.state.backends:
            names = self.state.backends
            at = names.index(self.state.backend) if self.state.backend in names else 0
            self._owner.pick_backend(names[(at + way) % len(names)])

    def _fold(self, row: Heading, *, open_: bool) -> None:
        (self.opened.add if open_ else self.opened.discard)(row.section)
        self.fill(row)

    def _change(self, state: FieldState, value: object) -> None:
        if value != self.value_of(state) or (value is None and state.is_set):
            self._owner.change(state, value)

    def _refused(self, state: FieldState) -> bool:
        if state.disabled:
            self._owner.refuse(state.disabled)
        return bool(state.disabled)

    def on_key(self, event: Key) -> None:
        """A digit on a number begins to write it."""
        state = self.field
        if state is not None and state.field.is_number and event.character and event.character.isdigit():
            event.stop()
            self.action_write(event.character)

    def on_click(self, event: Click) -> None:
        at = event.get_content_offset(self)
        index = at.y + self.scroll_offset.y if at is not None else -1
        if at is None or not 0 <= index < len(self.rows):
            return
        zones = self.painted(index, self.scrollable_content_region.width)[1]  # as it was when it was aimed at
        self.move_to(index)
        zone = next((z for z in zones if z.start <= at.x < z.end), None)
        if zone is not None:
            self._clicked(zone, again=event.chain >= 2)

    def _clicked(self, zone: Zone, *, again: bool) -> None:
        state = self.field
        if zone.does == "pick" and isinstance(self.row, BackendRow):
            self._owner.pick_backend(zone.choice)
        elif zone.does == "pick" and state is not None:
            reason = state.disabled or next((c.reason for c in state.choices if c.value == zone.choice), "")
            if reason:
                self._owner.refuse(reason)
            else:
                self._change(state, zone.choice)
        elif zone.does == "edit":
            if again:
                self.action_write()
        else:
            {"less": self.action_less, "more": self.action_more, "toggle": self.action_tick}[zone.does]()
