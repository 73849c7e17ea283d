"""A workspace with tiny datasets and a tokenizer, in which real models are trained."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from backends.training.launching import script_launch
from tests.support.waiting import wait_for
from tuner.config.workspace import Workspace
from tuner.core.states import ENDED_STATES, RunState
from tuner.jobs.start import start_supervisor
from tuner.jobs.submit import Launch, RunSpec, create_run
from tuner.runs.layout import RunPaths
from tuner.runs.state_file import read_state

WORDS = ["red", "green", "blue", "black", "white", "brown", "grey", "pink"]
THINGS = ["cup", "door", "lamp", "book", "chair"]

PRETRAIN = """
objective: pretrain
model: {architecture: llama, size: 2m, tokenizer: pieces}
datasets: {training: data/pretrain.jsonl, validation_fraction: 0.2}
method: {type: full}
schedule: {max_steps: 4, batch_size: 4, sequence_length: 64, checkpoints: 0, evaluations: 1}
optimizer: {learning_rate: 3e-3}
output: {suffix: base}
"""

SFT = """
objective: sft
model: {base_model: base}
datasets: {training: data/train.jsonl, validation_fraction: 0.25}
method: {type: lora, lora: {rank: 4, alpha: 8, dropout: 0.125, trainable_modules: [q_proj, v_proj]}}
schedule: {max_steps: 6, batch_size: 2, gradient_accumulation: 2, sequence_length: 512, checkpoints: 3, evaluations: 3}
optimizer:
  learning_rate: 1e-2
  weight_decay: 0.03
  max_gradient_norm: 0.7
  scheduler: {type: cosine, warmup_ratio: 0.34, min_lr_ratio: 0.1}
seed: 7
metadata: {exact_match_rows: 4, answer_tokens: 8, evaluate_first: true}
output: {suffix: tools}
"""

KTO = """
objective: kto
model: {parent: tools@best}
datasets: {training: data/kto.jsonl, validation: data/kto-validation.jsonl}
schedule: {max_steps: 4, batch_size: 4, sequence_length: 512, checkpoints: 2, evaluations: 2}
optimizer: {learning_rate: 1e-3}
preference: {beta: 0.2, desirable_weight: 1.5}
metadata: {exact_match_rows: 2, answer_tokens: 8}
output: {suffix: preferred}
"""

DPO = """
objective: dpo
model: {parent: tools@best}
datasets: {training: data/dpo.jsonl, validation_fraction: 0.2}
schedule: {max_steps: 4, batch_size: 4, sequence_length: 512, checkpoints: 2, evaluations: 2}
optimizer: {learning_rate: 1e-3}
preference: {beta: 0.2}
metadata: {dpo_loss: ipo, exact_match_rows: 2, answer_tokens: 8}
output: {suffix: preferring}
"""

ENDLESS = """
objective: sft
model: {base_model: base}
datasets: {training: data/messages.jsonl, validation_fraction: 0.0}
method: {type: full}
schedule: {max_steps: 100000, batch_size: 1, sequence_length: 512, checkpoints: 0, evaluations: 0}
"""


def questions() -> list[tuple[str, str]]:
    """Requests with their one right answer."""
    return [(f"paint the {thing} {word}", f"{thing} is {word}") for thing in THINGS for word in WORDS]


def write_laboratory(root: Path) -> Workspace:
    """data/ and configs/, and a trained tokenizer as the run "pieces"."""
    (root / "data").mkdir(parents=True)
    (root / "configs").mkdir()
    pairs = questions()
    rows: list[dict[str, object]] = [{"prompt": q, "completion": a} for q, a in pairs]
    bad = [{"prompt": "", "completion": "x"}, {"prompt": "no answer"}]
    _jsonl(root, "train", [*rows[:5], bad[0], *rows[5:20], bad[1], *rows[20:]])
    _jsonl(root, "messages", [{"messages": [_turn("user", q), _turn("assistant", a)]} for q, a in pairs])
    _jsonl(root, "alpaca", [{"instruction": "Answer.", "input": q, "output": a} for q, a in pairs])
    _jsonl(root, "pretrain", [*rows, *({"text": f"{q}, for {a}. " * 20} for q, a in pairs[:8])])
    labelled = [{**row, "label": i % 2 == 0} for i, row in enumerate(rows)]
    _jsonl(root, "kto", labelled[:32])
    _jsonl(root, "kto-validation", labelled[32:])
    _jsonl(root, "dpo", [{"prompt": q, "chosen": a, "rejected": pairs[i - 1][1]} for i, (q, a) in enumerate(pairs)])
    for name, text in (("pretrain", PRETRAIN), ("sft", SFT), ("kto", KTO), ("dpo", DPO), ("endless", ENDLESS)):
        (root / "configs" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (root / "data" / "corpus.txt").write_text("\n".join(f"{q}\n{a}" for q, a in pairs * 3), encoding="utf-8")
    return Workspace(root)


def train_tokenizer(workspace: Workspace, name: str = "pieces", corpus: str = "corpus.txt", pieces: int = 320) -> Path:
    """A run of Trainers/tokenizer, waited for."""
    payload = {"corpus": str(workspace.root / "data" / corpus), "vocab_size": pieces}
    spec = RunSpec(kind="tokenizer", name=name, payload=payload, backend="cpu")

    def launch(run_dir: Path) -> Launch:
        plan = script_launch("Trainers.tokenizer.train", run_dir, sys.executable)
        return Launch(plan.argv, str(plan.cwd), plan.environment, plan.passed_on)

    run_dir = create_run(workspace, spec, launch)
    start_supervisor(run_dir)
    wait_for(lambda: read_state(run_dir).state in ENDED_STATES, what="the tokenizer's run to end")
    return run_dir


def must_have_succeeded(run_dir: Path) -> Path:
    """The run itself, once it is sure that it went well."""
    state = read_state(run_dir)
    assert state.state is RunState.SUCCEEDED, f"{state}\n{RunPaths(run_dir).console.read_text()}"
    return run_dir


def rows_of(run_dir: Path) -> list[dict[str, float]]:
    """The metric rows as written."""
    files = RunPaths(run_dir).metric_files()
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def _turn(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _jsonl(root: Path, name: str, rows: list[dict[str, object]]) -> None:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (root / "data" / f"{name}.jsonl").write_text(text, encoding="utf-8")
