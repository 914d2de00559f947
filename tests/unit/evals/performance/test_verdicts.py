"""The two keys are timed on as many trials as are promised."""

from __future__ import annotations

import pytest

from evals.performance import verdicts
from evals.performance.floors import FLOORS


def test_each_number_of_trials_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure for each, in seconds, for five years of days."""
    monkeypatch.setattr(verdicts, "TRIALS", (2, 5))
    told = verdicts.gate_keys()
    assert set(told) == {"train_days", "holdout_days", "trials_2_s", "trials_5_s"}
    assert told["trials_2_s"] > 0.0
    assert told["train_days"] + 10 + told["holdout_days"] == 5 * 365


def test_the_promises_are_about_these_figures() -> None:
    """Their paths are those that the part fills."""
    paths = {floor.path for floor in FLOORS}
    assert {f"gate_keys.trials_{trials}_s" for trials in verdicts.TRIALS} <= paths
