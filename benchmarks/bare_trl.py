"""A plain TRL script, as one would write it without Tuner: the peer of benchmarks/supervision.py.

``python bare_trl.py ARGUMENTS.json`` writes the wall-clock time of each logged step, a line each.
"""

import json
import sys
import time
from pathlib import Path

from datasets import load_dataset
from peft import LoraConfig
from transformers import TrainerCallback
from trl import SFTConfig, SFTTrainer

given = json.loads(Path(sys.argv[1]).read_text())


class Times(TrainerCallback):
    def on_log(self, args, state, control, logs=None, **kwargs):
        if "loss" in logs:
            with Path(given["times"]).open("a") as file:
                file.write(f"{time.time()}\n")


trainer = SFTTrainer(
    model=given["model"],
    args=SFTConfig(output_dir=given["output"], **given["arguments"]),
    train_dataset=load_dataset("json", data_files=given["dataset"], split="train"),
    peft_config=LoraConfig(task_type="CAUSAL_LM", **given["lora"]),
    callbacks=[Times()],
)
trainer.train()
trainer.save_model(given["output"] + "/final")
