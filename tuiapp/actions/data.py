"""Looking datasets through."""

from __future__ import annotations

from tuiapp.actions.model import Action, Where

DATA: tuple[Action, ...] = (
    Action(
        "data.open", "Data", "Look datasets through: rows, problems, tokens, loss mask.", "5", Where.MAIN, "open_data"
    ),
    Action("data.inspect", "Count all", "Look the whole file through again, every row.", "i", Where.DATA, "inspect"),
    Action(
        "data.objective", "Objective", "Look at it as sft, kto, dpo or pretrain would.", "o", Where.DATA, "objective"
    ),
    Action(
        "data.model",
        "Model",
        "Choose the model whose tokenizer counts and whose template is rendered.",
        "m",
        Where.DATA,
        "model",
        asks=True,
    ),
    Action("data.length", "Length", "Set the sequence length.", "l", Where.DATA, "length", asks=True),
    Action("data.next_rows", "Next rows", "The rows further on, with their loss mask.", "n", Where.DATA, "next_rows"),
    Action(
        "data.previous_rows",
        "Rows before",
        "The rows before, with their loss mask.",
        "p",
        Where.DATA,
        "previous_rows",
        in_bar=False,
    ),
    Action("data.row", "Go to row", "Show the loss mask from a row on.", "colon", Where.DATA, "go_to_row", asks=True),
    Action("data.convert", "Convert", "Write the rows in another format.", "c", Where.DATA, "convert", asks=True),
    Action("data.pane", "Pane", "Go to the next pane.", "tab", Where.DATA, "next_pane"),
    Action(
        "data.pane_back", "Pane back", "Go to the pane before.", "shift+tab", Where.DATA, "previous_pane", in_bar=False
    ),
    Action("data.refresh", "Refresh", "Look for files again.", "r", Where.DATA, "refresh_all", in_bar=False),
    Action("data.back", "Back", "Return to the runs.", "escape,1", Where.DATA, "back"),
    Action("convert.write", "Write", "Write the file.", "enter", Where.CONVERT, "write"),
    Action("convert.back", "Cancel", "Write nothing.", "escape", Where.CONVERT, "back"),
)
