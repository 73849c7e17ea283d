"""The TRL backends' own parameters, which a job gives under ``metadata``."""

from __future__ import annotations

from backends.training.guards import GUARD_CUSTOM
from backends.training.probe_custom import PROBE_CUSTOM
from backends.training.reporting import REPORTING_CUSTOM
from tuner.core.backend_protocol import CustomParameter

DPO_LOSSES = ["sigmoid", "sigmoid_norm", "hinge", "ipo", "robust", "nca_pair", "apo_zero", "apo_down"]
KTO_LOSSES = ["kto", "apo_zero_unpaired"]

CUSTOM = {
    **PROBE_CUSTOM,
    **GUARD_CUSTOM,
    **REPORTING_CUSTOM,
    "exact_match_rows": CustomParameter(
        kind="int",
        minimum=0,
        default=0,
        help="validation prompts answered at each evaluation and compared to the letter",
    ),
    "answer_tokens": CustomParameter(kind="int", minimum=1, default=64, help="longest answer, in tokens"),
    "evaluate_first": CustomParameter(kind="bool", default=False, help="evaluate once before the first step"),
    "train_on_turns": CustomParameter(
        kind="str",
        default="all",
        choices=["all", "last"],
        help="sft: learn all assistant turns of a conversation, or the last one alone",
    ),
    "dpo_loss": CustomParameter(
        kind="str", default="sigmoid", choices=DPO_LOSSES, help="dpo: loss over pairs, as TRL names it"
    ),
    "dpo_label_smoothing": CustomParameter(
        kind="float",
        default=0.0,
        minimum=0.0,
        maximum=0.49,
        help="dpo: how often a pair is thought to be labelled the wrong way round",
    ),
    "kto_loss": CustomParameter(
        kind="str", default="kto", choices=KTO_LOSSES, help="kto: loss over labelled answers, as TRL names it"
    ),
    "precompute_reference": CustomParameter(
        kind="bool",
        default=False,
        help="kto, dpo: ask the reference once before training, so that full fine-tuning keeps no second model",
    ),
}
