"""Other tools themselves, run as people run them: each leaves a real output directory.

The model is a llama of two layers with a tokenizer of characters, made on the spot.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.command_line import environment

_MODEL = """
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

characters = [chr(c) for c in range(32, 127)]
words = ["<unk>", "<s>", "</s>", *characters]
tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
tokenizer.decoder = decoders.Fuse()
PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="</s>"
).save_pretrained("model")
config = LlamaConfig(
    vocab_size=len(words), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
    num_key_value_heads=2, max_position_embeddings=128,
)
LlamaForCausalLM(config).save_pretrained("model")
"""

_HUGGING_FACE = """
import torch
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

class Rows(torch.utils.data.Dataset):
    def __len__(self):
        return 16
    def __getitem__(self, i):
        row = torch.arange(3 + i, 11 + i)
        return {"input_ids": row, "labels": row}

arguments = TrainingArguments(
    "out", max_steps=6, per_device_train_batch_size=2, logging_steps=1, save_steps=2, eval_strategy="steps",
    eval_steps=2, report_to="tensorboard", disable_tqdm=True, use_cpu=True,
)
trainer = Trainer(AutoModelForCausalLM.from_pretrained("model"), arguments, train_dataset=Rows(), eval_dataset=Rows())
trainer.train()
trainer.save_model()
trainer.save_state()
"""

_TRL = """
from datasets import Dataset
from peft import LoraConfig
from trl import SFTConfig, SFTTrainer

rows = Dataset.from_list([{"prompt": f"say {i}", "completion": f" it is {i}"} for i in range(12)])
arguments = SFTConfig(
    "out", max_steps=4, per_device_train_batch_size=2, logging_steps=1, save_steps=2, report_to="none",
    disable_tqdm=True, use_cpu=True, bf16=False, max_length=32,
)
SFTTrainer("model", arguments, train_dataset=rows, peft_config=LoraConfig(r=4, target_modules=["q_proj"])).train()
"""


def hugging_face(root: Path) -> Path:
    """model/, and a plain Trainer script: checkpoints at 2, 4 and 6, evaluations, event files, the model at the end."""
    root.mkdir()
    _python(root, _MODEL + _HUGGING_FACE)
    return root / "out"


def trl_sft(root: Path, model: Path) -> Path:
    """A TRL script with a LoRA adapter that saves nothing at the end."""
    shutil.copytree(model, root / "model")
    _python(root, _TRL)
    return root / "out"


def mlx_lm(root: Path, model: Path) -> Path:
    """The mlx-lm command line, its console saved in the adapter's folder as `… > adapters/train.log` does."""
    shutil.copytree(model, root / "model")
    data, adapters = root / "data", root / "adapters"
    data.mkdir()
    adapters.mkdir()
    for name in ("train", "valid"):
        rows = "".join(json.dumps({"text": f"abc def {i % 7}"}) + "\n" for i in range(8))
        (data / f"{name}.jsonl").write_text(rows, encoding="utf-8")
    words = "--train --iters 6 --batch-size 2 --num-layers 1 --steps-per-report 1 --steps-per-eval 3 --save-every 4"
    command = [str(Path(sys.executable).with_name("mlx_lm.lora")), "--model", "model", "--data", "data", *words.split()]
    done = _run(root, [*command, "--val-batches", "1", "--adapter-path", "adapters"], MLX_DISABLE_COMPILE="1")
    (adapters / "train.log").write_text(done, encoding="utf-8")
    return adapters


def _python(root: Path, script: str) -> None:
    _run(root, [sys.executable, "-c", script])


def _run(root: Path, command: list[str], **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=root,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
