"""What the Data mode looks at, and how: objective, model, sequence length, row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuiapp.screens.data.panes import DataFiles
from tuiapp.screens.data.reading import DataReading
from tuiapp.screens.data.request import OBJECTIVES, SEQUENCE_LENGTH, DataRequest, known_models, usual_model
from tuner.runs.summary import RunSummary
from tuner.runs.text_tail import inert


class DataChoices(DataReading):
    """Each choice looks at the file again."""

    runs: Sequence[RunSummary] = ()
    """They say which models there are, and which was trained on which file."""
    first = 1
    """The first row whose mask is shown."""
    _objective: str | None = None
    """None: the one that such rows are for."""
    _length = SEQUENCE_LENGTH
    _model: str | None = None
    _named = False
    """Whether the person named the model; else it goes with the file."""

    def action_inspect(self) -> None:
        """Look at the file again."""
        raise NotImplementedError

    def show_masks(self, first: int) -> None:
        """Show the loss mask from that row on."""
        raise NotImplementedError

    @property
    def asked(self) -> DataRequest | None:
        """What the panes are to show; None while there is no file."""
        file = self.query_one(DataFiles).selected
        if file is None:
            return None
        model = self._model if self._named else usual_model(file.path, self.runs)
        return DataRequest(file.path, self._objective or file.objective, model, self._length)

    def action_objective(self) -> None:
        asked = self.asked
        if asked is not None:
            self._objective = OBJECTIVES[(OBJECTIVES.index(asked.objective) + 1) % len(OBJECTIVES)]
        self.action_inspect()

    def action_model(self) -> None:
        known, asked = known_models(self.runs), self.asked
        lines = ["A Hub id, a folder, or RUN[@STEP]. Nothing: no tokens are counted."]
        lines += [f"known: {inert(', '.join(known[:6]))}"] if known else []
        self._ask("Model", lines, (asked.model if asked else None) or "", "Qwen/Qwen3-4B", self._take_model)

    def _take_model(self, text: str) -> None:
        self._model, self._named = text or None, True
        self.action_inspect()

    def action_length(self) -> None:
        lines = ["Tokens a row may have; what is beyond is cut off."]
        self._ask("Sequence length", lines, str(self._length), str(SEQUENCE_LENGTH), self._take_length)

    def _take_length(self, text: str) -> None:
        if not text.isdecimal() or not 1 <= int(text) <= 10_000_000:
            self.say("✗", f"{inert(text)!r} is no sequence length", "a whole number, e.g. 2048")
            return
        self._length = int(text)
        self.action_inspect()

    def action_go_to_row(self) -> None:
        self._ask("Row", ["Show the loss mask from this row on."], str(self.first), "1", self._take_row)

    def _take_row(self, text: str) -> None:
        if not text.isdecimal() or not 1 <= int(text) <= 10**12:
            self.say("✗", f"{inert(text)!r} is no row", "rows are counted from 1")
            return
        self.show_masks(int(text))

    def _ask(self, title: str, lines: Sequence[str], text: str, example: str, take: Callable[[str], None]) -> None:
        from tuiapp.screens.ask_line import AskLineScreen

        def answered(line: str | None) -> None:
            if line is not None:
                take(line.strip())

        self.app.push_screen(AskLineScreen(title, lines, text, example), answered)
