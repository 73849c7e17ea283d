"""Which tokens of a row are learned, as the backend's own collator says it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuiapp.handlers.context import Context
from tuiapp.handlers.model_source import find_model
from tuner.core.errors import BackendError, ErrorCode

_TIMEOUT = 300.0


@dataclass(frozen=True, slots=True)
class MaskedRow:
    """One sequence as training takes it.

    ``line`` is its line in the file, ``tokens`` its length before truncation, ``trainable`` how many of the tokens
    that are left are learned. ``pieces`` are the runs of its text after truncation, each with whether it is learned;
    ``rendered`` is all of the text that the chat template makes. ``note`` says what is special: chosen or rejected (a
    preference row comes as two), or that nothing is learned and why.
    """

    line: int
    tokens: int
    trainable: int
    truncated: bool
    pieces: list[tuple[str, bool]]
    rendered: str
    note: str = ""

    def as_dict(self) -> dict[str, object]:
        return {
            "line": self.line,
            "tokens": self.tokens,
            "trainable": self.trainable,
            "truncated": self.truncated,
            "pieces": [{"text": text, "trained": trained} for text, trained in self.pieces],
            "rendered": self.rendered,
            "note": self.note,
        }


def loss_masks(
    context: Context,
    path: Path,
    *,
    model: str,
    objective: str,
    backend: str | None = None,
    sequence_length: int = 2048,
    train_on_inputs: str = "auto",
    turns: str = "all",
    start: int = 0,
    rows: int = 20,
    line: int | None = None,
) -> list[MaskedRow]:
    """The masks of ``rows`` usable rows from the ``start``-th (counted from 0) on, or of the one on a ``line``.

    Runs in the backend's interpreter, where torch and TRL (or mlx) are: seconds.

    Raises:
        BackendError: the interpreter lacks what it needs, or the collator failed.
        DiscoveryError: the model is not on this machine.
    """
    name = backend or context.default_backend()
    context.backends.get(name)  # raises for an unknown one
    request = {
        "path": str(path.absolute()),
        "format": "auto",
        "model": str(find_model(context, model).folder),
        "objective": objective,
        "sequence_length": sequence_length,
        "train_on_inputs": train_on_inputs,
        "turns": turns,
        "start": start,
        "rows": rows,
        "line": line,
        "trainer": "mlx" if name == "mac" else "trl",
    }
    answer = _ask(context, name, request)
    return [
        MaskedRow(**{**row, "pieces": [(text, bool(learned)) for text, learned in row["pieces"]]}) for row in answer
    ]


def _ask(context: Context, backend: str, request: dict[str, object]) -> list[dict[str, Any]]:
    from backends.training.packages import packages_path

    python = context.settings.python_path(backend)
    environment = {
        **os.environ,
        "PYTHONPATH": str(packages_path(context.workspace.hidden)),
        "PYTHONSAFEPATH": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",  # all that is needed lies on this machine
        "CUDA_VISIBLE_DEVICES": "",  # a run may need all of the GPU
    }
    try:
        done = subprocess.run(
            [python, "-m", "Trainers.inspect.masks"],
            input=json.dumps(request),
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(backend, f"interpreter {python}: {error}") from error
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise _failed(backend, last) from None
    if "error" in answer:
        raise _failed(backend, str(answer["error"].get("message")))
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def _failed(backend: str, why: str) -> BackendError:
    return BackendError(
        f"the {backend} backend cannot show the loss mask: {why}",
        code=ErrorCode.UNSUPPORTED_BACKEND,
        hint="look at what is installed (tuner doctor), or name another with --backend",
    )
