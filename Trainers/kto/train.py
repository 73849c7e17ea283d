"""Learning from answers labelled wanted or unwanted (KTO, arXiv 2402.01306) with TRL's KTOTrainer."""

from __future__ import annotations

import sys

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from tuner.core.enums import Objective


def train(payload: Payload, reporter: Reporter) -> bool:
    from trl import KTOConfig, KTOTrainer

    from Trainers.common.trl_training import train_with_trl

    # TRL pairs each answer with its neighbour's prompt for the KL term, and so reads in file order: mix the labels.
    return train_with_trl(payload, reporter, Objective.KTO, KTOTrainer, KTOConfig, shuffled=True)


if __name__ == "__main__":
    sys.exit(run_script(train))
