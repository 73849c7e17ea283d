"""The whole job in one workspace: tokenizer, base, SFT, KTO, choice on validation, one report on test, publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tuiapp.handlers.context import Context
from tuiapp.handlers.demo.files import write_files
from tuiapp.handlers.demo.steps import DemoRuns, Watch
from tuiapp.handlers.upload import UploadHandler, UploadRequest
from tuner.core.interfaces import IHandler
from tuner.discovery.references import RankedCheckpoint, ranked_checkpoints
from tuner.runs.json_file import UnreadableFile, read_object
from tuner.runs.manifest_file import read_manifest
from tuner.runs.metric_reader import read_history

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo came to; shares are 0 to 1. ``climb`` is (step, exact match on validation rows), base first."""

    workspace: Path
    runs: dict[str, str]
    climb: list[tuple[int, float]]
    kto_exact_match: float | None
    kto_kept: bool
    best_run: str
    best_step: int
    best_why: str
    test_exact_match: float
    test_rows: int
    published: Path

    def as_dict(self) -> dict[str, object]:
        """The object of `demo --json`."""
        return {
            "workspace": str(self.workspace),
            "runs": self.runs,
            "climb": [{"step": step, "eval_exact_match": value} for step, value in self.climb],
            "kto": {"eval_exact_match": self.kto_exact_match, "kept": self.kto_kept},
            "best": {"run_id": self.best_run, "step": self.best_step, "why": self.best_why},
            "test": {"exact_match": self.test_exact_match, "rows": self.test_rows},
            "published": str(self.published),
        }


class DemoHandler(IHandler):
    """Makes the demo workspace, or goes on where an earlier try stopped."""

    def __init__(self, context: Context, watch: Watch, say: Say) -> None:
        self.context = context
        self.watch = watch
        self.say = say

    @property
    def name(self) -> str:
        return "demo"

    def can_handle_direct_mode(self) -> bool:
        return True

    def handle(self) -> int:
        self.make()
        return 0

    def make(self) -> DemoReport:
        """Do the whole job.

        Raises:
            TunerError: a step failed; a second try goes on from there.
        """
        write_files(self.context.workspace)
        runs = DemoRuns(self.context, self.watch)
        tokenizer = runs.tokenizer()
        base = runs.training("pretrain", "demo-base", "base model")
        sft = runs.training("sft", "household-sft", "SFT")
        best_sft = _best(sft)
        climb = _climb(sft)
        self.say(f"SFT: exact match on validation rows {' → '.join(f'{v:.0%}' for _, v in climb)}")
        kto = runs.training("kto", "household-kto", "KTO")
        chosen_run, chosen, kept, kto_value = self._choose(sft, best_sft, kto)
        test = runs.test_score(chosen_run, chosen, str(_final_model(base)), "test")
        published = self._publish(chosen_run, chosen)
        results = _results(test)
        return DemoReport(
            workspace=self.context.workspace.root,
            runs={
                "tokenizer": tokenizer.name,
                "base": base.name,
                "sft": sft.name,
                "kto": kto.name,
                "test": test.name,
            },
            climb=climb,
            kto_exact_match=kto_value,
            kto_kept=kept,
            best_run=chosen_run.name,
            best_step=chosen.info.step,
            best_why=chosen.why,
            test_exact_match=_number(results.get("exact_match")),
            test_rows=int(_number(results.get("total"))),
            published=published,
        )

    def _choose(
        self, sft: Path, best_sft: RankedCheckpoint, kto: Path
    ) -> tuple[Path, RankedCheckpoint, bool, float | None]:
        """KTO is kept only where its best checkpoint answers more validation prompts right."""
        best_kto = _best(kto)
        before, after = _exact(best_sft), _exact(best_kto)
        kept = after > before
        verdict = "kept" if kept else "not kept: no better than SFT"
        self.say(f"KTO: exact match {after:.1%}, SFT's best {before:.1%}: {verdict}")
        return (kto, best_kto, True, after) if kept else (sft, best_sft, False, after)

    def _publish(self, run_dir: Path, chosen: RankedCheckpoint) -> Path:
        handler = UploadHandler(self.context)
        which = "final" if chosen.info.is_final else str(chosen.info.step)
        plan = handler.plan(UploadRequest(f"{run_dir.name}@{which}"))
        try:
            marker = read_object(plan.target / "tuner.json")
        except UnreadableFile:
            marker = {}
        if marker.get("run_id") == run_dir.name and marker.get("step") == chosen.info.step:
            return plan.target
        return handler.publish(plan)


def _best(run_dir: Path) -> RankedCheckpoint:
    return next(c for c in ranked_checkpoints(run_dir) if c.is_best)


def _exact(checkpoint: RankedCheckpoint) -> float:
    return checkpoint.info.metrics.get("eval_exact_match", 0.0)


def _climb(run_dir: Path) -> list[tuple[int, float]]:
    steps, values = read_history(run_dir).series("eval_exact_match")
    return list(zip(steps, values, strict=True))


def _final_model(run_dir: Path) -> Path:
    return run_dir / "final_model"


def _results(run_dir: Path) -> dict[str, object]:
    results = read_manifest(run_dir).get("results")
    return results if isinstance(results, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
