"""Checkpoints and the final model in the run's layout: an adapter as PEFT has it, or a whole model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from Trainers.mlx.adapters import write_adapter
from Trainers.mlx.layers import Trained
from tuner.runs.checkpoint_marker import mark_complete

KEPT = ("tokenizer.model", "tuner_tokenizer.json", "generation_config.json")
"""Files of the base that saving a tokenizer leaves out."""


class Saver:
    """Saves what is trained, each time beside its place, renamed in once it is whole."""

    def __init__(self, trained: Trained, tokenizer: Any, source: Path) -> None:
        """``source`` is the folder that the base came from."""
        self.trained = trained
        self.tokenizer = tokenizer
        self.source = source

    def save(self, folder: Path) -> None:
        """Write the folder anew."""
        temporary = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        if self.trained.adapter is not None:
            write_adapter(temporary, self.trained.weights(), self.trained.adapter.config, self.trained.mlx_config())
        else:
            self._save_whole(temporary)
        self.tokenizer.save_pretrained(str(temporary))
        for name in KEPT:
            if (self.source / name).is_file() and not (temporary / name).exists():
                shutil.copyfile(self.source / name, temporary / name)
        mark_complete(temporary)
        shutil.rmtree(folder, ignore_errors=True)
        temporary.replace(folder)

    def _save_whole(self, folder: Path) -> None:
        from mlx_lm.utils import save_model

        save_model(folder, self.trained.model)
        config = json.loads((self.source / "config.json").read_bytes())
        config.pop("torch_dtype", None)
        config["dtype"] = str(next(iter(self.trained.weights().values())).dtype).rpartition(".")[2]
        (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")
