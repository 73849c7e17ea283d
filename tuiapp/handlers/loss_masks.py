"""Which tokens of a row are learned, as the backend's own collator says it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuiapp.handlers.context import Context
from tuiapp.handlers.model_source import find_model
from tuner.core.errors import BackendError, ErrorCode
from tuner.data.hub_name import HubName

_TIMEOUT = 300.0
_LOOK_EVERY = 0.1
"""Seconds; the process is given up so soon after nobody waits for it any more."""


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
    given_up: Callable[[], bool] = lambda: False,
) -> list[MaskedRow]:
    """The masks of ``rows`` usable rows from the ``start``-th (counted from 0) on, or of the one on a ``line``.

    Runs in the backend's interpreter, where torch and TRL (or mlx) are: seconds. Once it is ``given_up``, it ends.

    Raises:
        BackendError: the interpreter lacks what it needs, the collator failed, or it was given up.
        DiscoveryError: the model is not on this machine.
    """
    name = backend or context.default_backend()
    context.backends.get(name)  # raises for an unknown one
    hub = HubName.parse(str(path)) is not None
    request = {
        "path": str(path if hub else path.absolute()),
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
    answer = _ask(context, name, request, offline=not hub, given_up=given_up)
    return [
        MaskedRow(**{**row, "pieces": [(text, bool(learned)) for text, learned in row["pieces"]]}) for row in answer
    ]


def _ask(
    context: Context, backend: str, request: dict[str, object], *, offline: bool, given_up: Callable[[], bool]
) -> list[dict[str, Any]]:
    from backends.training.packages import packages_path

    python = context.settings.python_path(backend)
    environment = {
        **os.environ,
        "PYTHONPATH": str(packages_path(context.workspace.hidden)),
        "PYTHONSAFEPATH": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "CUDA_VISIBLE_DEVICES": "",  # a run may need all of the GPU
        **({"HF_HUB_OFFLINE": "1"} if offline else {}),  # all that is needed lies on this machine
    }
    try:
        process = subprocess.Popen(
            [python, "-m", "Trainers.inspect.masks"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
    except OSError as error:
        raise _failed(backend, f"interpreter {python}: {error}") from error
    said, complaints = _ended(process, json.dumps(request), backend, given_up)
    try:
        answer = json.loads(said)
    except ValueError:
        last = (complaints.strip().splitlines() or ["it said nothing"])[-1]
        raise _failed(backend, last) from None
    if "error" in answer:
        raise _failed(backend, str(answer["error"].get("message")))
    rows: list[dict[str, Any]] = answer["rows"]
    return rows


def _ended(process: subprocess.Popen[str], request: str, backend: str, given_up: Callable[[], bool]) -> tuple[str, str]:
    """What the process wrote on stdout and stderr; it is ended where it takes too long, or nobody waits."""
    began = time.monotonic()
    sent: str | None = request
    with process:
        while True:
            try:
                return process.communicate(sent, timeout=_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                sent = None  # it is sent already
            late = time.monotonic() - began > _TIMEOUT
            if late or given_up():
                process.kill()
                raise _failed(backend, f"it took longer than {_TIMEOUT:.0f} s" if late else "it was given up")


def _failed(backend: str, why: str) -> BackendError:
    return BackendError(
        f"the {backend} backend cannot show the loss mask: {why}",
        code=ErrorCode.UNSUPPORTED_BACKEND,
        hint="look at what is installed (tuner doctor), or name another with --backend",
    )
