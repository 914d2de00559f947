"""Requests for looks: ideas by number, each with train returns of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine.data.bars import FloatArray
from engine.data.dataset import Window
from engine.gate.looks import LookOutcome, LookRequest, TrainReturns
from engine.records import digest

GOOG = Window(family="goog", first="2020-01-01")
GOOG_NEXT = Window(family="goog", first="2022-01-01")
BTC = Window(family="btc", first="2021-01-01")
NOW = datetime(2024, 5, 1, tzinfo=UTC)


def noise(seed: int, days: int = 400) -> FloatArray:
    """Standard normal numbers that only this seed has, shape (days,)."""
    return np.random.default_rng(seed).standard_normal(days)


def packed(values: FloatArray, first: int = 0) -> TrainReturns:
    """Values as daily returns of a percent each, on consecutive days."""
    days = np.arange(first, first + len(values), dtype=np.int64)
    return TrainReturns.of(days, (values * 1e6).astype(np.int64))


def returns(seed: int, days: int = 400, mixed: float = 0.0) -> TrainReturns:
    """Returns of their own, or mixed with those of seed 1 in a share of the variance."""
    return packed(np.sqrt(1 - mixed) * noise(seed, days) + np.sqrt(mixed) * noise(1, days))


def request(idea: int, **changes: Any) -> LookRequest:  # noqa: ANN401 - any field of a request
    """A look on one market's window for idea number `idea`, with any field changed."""
    fields = {
        "windows": (GOOG,),
        "datasets": (digest("t", "dataset"),),
        "lineage_id": f"idea-{idea}",
        "candidate_digest": digest("t", idea),
        "rule_digest": digest("t", f"rule {idea}"),
        "shape_digest": digest("t", f"shape {idea}"),
        "cost_digest": digest("t", "costs"),
        "train": returns(idea),
        "at": NOW,
    }
    return LookRequest(**fields | changes)


def outcome(verdict: str, *, shown: bool = False) -> LookOutcome:
    """What a look ended with."""
    return LookOutcome.model_validate(
        {"verdict": verdict, "report_digest": digest("t", "report"), "shown": shown}
    )
