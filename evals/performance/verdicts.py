"""How long the gate's two keys take when a market has many trials: the statistic by itself."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from engine.gate.on_returns import judge_returns
from engine.seeds import stream
from evals.performance.timing import cpu_seconds

TRIALS: Final = (1_000, 10_000)
TRAIN_DAYS, HOLDOUT_DAYS = 1_277, 538
"""Five years of days."""


def gate_keys() -> dict[str, Any]:
    """CPU seconds of one verdict for each number of trials, net and excess series, fresh draws."""
    told: dict[str, Any] = {"train_days": TRAIN_DAYS, "holdout_days": HOLDOUT_DAYS}
    for trials in TRIALS:
        told[f"trials_{trials}_s"] = round(_seconds(trials), 3)
    return told


def _seconds(trials: int) -> float:
    random = stream("evals/performance/gate", trials)
    train, excess = (np.rint(random.standard_normal((TRAIN_DAYS, trials)) * 1e6) for _ in range(2))
    holdout, after = (np.rint(random.standard_normal(HOLDOUT_DAYS) * 1e6) for _ in range(2))

    def verdict() -> None:
        """What the gate asks of return matrices."""
        judge_returns(
            train.astype(np.int64), 0, holdout.astype(np.int64),
            train_excess=excess.astype(np.int64), holdout_excess=after.astype(np.int64),
        )  # fmt: skip

    return cpu_seconds(verdict)
