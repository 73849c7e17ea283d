"""A run's rows written to other places too, where the job asks for it: TensorBoard's event files, Weights & Biases.

Neither is loaded unless it is asked for, and neither may end a training: what goes wrong is told once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from Trainers.common.failures import first_line
from Trainers.common.payload import Payload
from Trainers.common.ranks import is_main

Row = Mapping[str, object]
Warn = Callable[[str], None]
_OFFLINE = "offline"


class Mirror(Protocol):
    """Takes rows as the run's metric file does, until it is closed."""

    name: str

    def write(self, step: int, numbers: Mapping[str, float]) -> None: ...

    def close(self) -> None: ...


class Mirrors:
    """All of a run's mirrors; one that fails is left out from then on. ``secret`` is kept out of what is told."""

    def __init__(self, warn: Warn, secret: str = "") -> None:
        self._told, self._secret = warn, secret
        self._mirrors: list[Mirror] = []

    def open(self, name: str, make: Callable[[], Mirror]) -> None:
        try:
            self._mirrors.append(make())
        except Exception as error:  # noqa: BLE001  # another's program or service; the training goes on without it
            self.warn(f"{name} gets no rows: {first_line(error)}")

    def write(self, step: int, row: Row) -> None:
        numbers = {k: float(v) for k, v in row.items() if isinstance(v, int | float) and not isinstance(v, bool)}
        self._each(lambda mirror: mirror.write(step, numbers))

    def close(self) -> None:
        self._each(lambda mirror: mirror.close())
        self._mirrors = []

    def warn(self, text: str) -> None:
        self._told(text.replace(self._secret, "…") if self._secret else text)

    def _each(self, act: Callable[[Mirror], None]) -> None:
        for mirror in list(self._mirrors):
            try:
                act(mirror)
            except Exception as error:  # noqa: BLE001  # as above
                self._mirrors.remove(mirror)
                self.warn(f"{mirror.name} gets no more rows: {first_line(error)}")


def open_mirrors(payload: Payload, warn: Warn) -> Mirrors:
    """Those that the payload asks for; of several processes the first one's."""
    asked = payload.reporting if is_main() else {}
    wandb = asked.get("wandb")
    key = os.environ.get(str(wandb.get("api_key_env")), "") if isinstance(wandb, dict) else ""
    mirrors = Mirrors(warn, key)
    if asked.get("tensorboard"):
        mirrors.open(TensorBoard.name, lambda: TensorBoard(payload.paths.logs / "tensorboard"))
    if isinstance(wandb, dict):
        mirrors.open(WeightsAndBiases.name, lambda: WeightsAndBiases(payload, wandb, key, mirrors.warn))
    return mirrors


class TensorBoard:
    """Event files, made with the package ``tensorboard``."""

    name = "TensorBoard"

    def __init__(self, folder: Path) -> None:
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._writer = EventFileWriter(str(folder))

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary

        values = [Summary.Value(tag=name, simple_value=value) for name, value in numbers.items()]
        self._writer.add_event(Event(wall_time=time.time(), step=step, summary=Summary(value=values)))
        self._writer.flush()

    def close(self) -> None:
        self._writer.close()


class WeightsAndBiases:
    """One W&B run a run, over all its attempts. Its key comes from the environment and is written nowhere."""

    name = "Weights & Biases"

    def __init__(self, payload: Payload, asked: Mapping[str, Any], key: str, warn: Warn) -> None:
        import wandb

        if key:
            os.environ["WANDB_API_KEY"] = key
        values = payload.values
        options: dict[str, Any] = {
            "project": asked["project"],
            "entity": asked.get("entity"),
            "name": asked.get("name"),
            "id": payload.run_dir.name,
            "resume": "allow",
            "dir": str(payload.paths.logs),
            "config": {k: values.get(k) for k in ("trainer", "model", "method", "arguments", "options", "seed")},
            "settings": wandb.Settings(console="off", disable_code=True, silent=True, init_timeout=30),
        }
        try:
            self._run = wandb.init(**options)
        except wandb.Error as error:
            warn(f"W&B cannot be reached ({first_line(error)}); the report is kept in logs/wandb for `wandb sync`")
            wandb.teardown()  # its service still holds the name of the run that did not come about
            self._run = wandb.init(**options, mode=_OFFLINE)
        self._run.define_metric("*", step_metric="step")

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        self._run.log({**numbers, "step": step})

    def close(self) -> None:
        self._run.finish()
