"""The demo's runs, one after the other; what has succeeded before is used again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from backends.training.launching import script_launch
from tuiapp.handlers.configs import read_configuration
from tuiapp.handlers.context import Context
from tuiapp.handlers.runs import RunsHandler
from tuiapp.handlers.train import TrainHandler, TrainRequest
from tuner.core.errors import BackendError, ErrorCode
from tuner.core.states import RunState
from tuner.data.dataset_files import file_sha256
from tuner.discovery.references import RankedCheckpoint
from tuner.jobs.start import start_supervisor
from tuner.jobs.submit import Launch, RunSpec, create_run
from tuner.runs.summary import RunSummary

Watch = Callable[[str, RunSummary], None]

VOCABULARY = 2048
BACKEND = "cpu"


class DemoRuns:
    """Makes each run of the demo once. ``watch`` sees a step's label and the run while it goes."""

    def __init__(self, context: Context, watch: Watch) -> None:
        self.context = context
        self.watch = watch
        self.runs = RunsHandler(context)
        self.train = TrainHandler(context)

    def tokenizer(self) -> Path:
        """The tokenizer's run."""
        corpus = self.context.workspace.root / "data" / "corpus.txt"
        spec = RunSpec(
            kind="tokenizer",
            name="demo-tokenizer",
            backend=BACKEND,
            tags=["demo"],
            payload={"corpus": str(corpus), "vocab_size": VOCABULARY},
            facts={"dataset": {"path": str(corpus)}},
        )
        return self._script_run(spec, "Trainers.tokenizer.train", "tokenizer")

    def training(self, config: str, name: str, label: str) -> Path:
        """The run of configs/<config>.yaml."""

        def make() -> Path:
            text, _ = read_configuration(self.context, str(self.context.workspace.root / "configs" / f"{config}.yaml"))
            plan = self.train.plan(TrainRequest(text, BACKEND, tags=["demo"]))
            return self.train.submit(plan)

        return self._once(name, make, label)

    def test_score(self, run_dir: Path, checkpoint: RankedCheckpoint, base: str, label: str) -> Path:
        """The one report on test rows, of the checkpoint that validation rows chose."""
        test = self.context.workspace.root / "data" / "household-test.jsonl"
        step = checkpoint.info.step
        spec = RunSpec(
            kind="score",
            name=f"test-{run_dir.name[-4:]}-{'final' if step < 0 else step}",
            backend=BACKEND,
            parent=run_dir.name,
            tags=["demo"],
            payload={
                "model": {"path": base, "parent": str(checkpoint.info.path), "dtype": "float32", "device": "cpu"},
                "dataset": {"test": str(test)},
                "answer_tokens": 64,
                "seed": 42,
            },
            facts={
                "evaluated": {"run_id": run_dir.name, "step": step},
                "dataset": {"path": str(test), "sha256": file_sha256(test)},
            },
        )
        return self._script_run(spec, "Trainers.score.score", label)

    def _script_run(self, spec: RunSpec, module: str, label: str) -> Path:
        python = self.context.settings.python_path(BACKEND)

        def launch(run_dir: Path) -> Launch:
            plan = script_launch(module, run_dir, python)
            return Launch(plan.argv, str(plan.cwd), plan.environment, plan.passed_on)

        return self._once(spec.name, lambda: create_run(self.context.workspace, spec, launch), label)

    def _once(self, name: str, make: Callable[[], Path], label: str) -> Path:
        usable = {RunState.SUCCEEDED, RunState.RUNNING, RunState.FINALIZING}
        known = (r for r in self.runs.list() if r.name == name and "demo" in r.tags)
        existing = next((r for r in known if r.state in usable), None)
        if existing is not None:
            run_dir = existing.path
        else:
            run_dir = make()
            start_supervisor(run_dir)
        summary = self.runs.wait(run_dir, watch=lambda s: self.watch(label, s))
        if summary.state != RunState.SUCCEEDED:
            error = summary.error or {}
            raise BackendError(
                f"{label}: {error.get('message') or summary.message or summary.state}",
                code=ErrorCode(str(error.get("code", ErrorCode.TRAINER_CRASHED))),
                hint=f"see its log: tuner runs logs {summary.id} --workspace {self.context.workspace.root}",
            )
        return run_dir
