"""Learning from pairs of a better and a worse answer (DPO, arXiv 2305.18290) with TRL's DPOTrainer."""

from __future__ import annotations

import sys

from Trainers.common.entry import run_script
from Trainers.common.payload import Payload
from Trainers.common.reporting import Reporter
from tuner.core.enums import Objective


def train(payload: Payload, reporter: Reporter) -> bool:
    from trl import DPOConfig, DPOTrainer

    from Trainers.common.trl_training import train_with_trl

    return train_with_trl(payload, reporter, Objective.DPO, DPOTrainer, DPOConfig)


if __name__ == "__main__":
    sys.exit(run_script(train))
