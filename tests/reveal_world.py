"""A desk whose gate has refuted a candidate: the edge of train turned round on the holdout."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from engine.data.bars import Bars, bars_of
from engine.market import Instrument, Timeframe
from engine.seeds import stream
from tests.api_world import open_world

COIN = Instrument(symbol="COIN/USD", base="COIN", quote="USD")
DAYS = 2_000
TRAIN_DAYS = 1_400
WAIT_S = 120.0
SPEC: dict[str, Any] = {
    "name": "turned",
    "family": "mean_reversion",
    "timeframe": "1d",
    "universe": {"symbols": ["COIN/USD"]},
    "rules": [
        {"id": "dip", "side": "long", "entry": "close < close[1]", "exit": "close > close[1]"}
    ],
    "stops": [{"kind": "pct", "value": 0.08}],
    "sizing": {"kind": "fixed_fraction", "value": 0.5, "max_position_frac": 0.5},
}
"""Buys after a fall and sells after a rise."""


def turning_market(*, after: float = 0.3) -> Bars:
    """Returns that swing back on train; on the holdout they follow themselves by `after`."""
    steps = stream("tests/turning").standard_normal(DAYS) * 0.03
    for index in range(1, DAYS):
        memory = -0.5 if index < TRAIN_DAYS else after
        steps[index] += memory * steps[index - 1]
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.concatenate(([100.0], close[:-1]))
    stamps = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp()) * 1000 + np.arange(DAYS) * 86_400_000
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) / 1.002
    return bars_of(COIN, Timeframe.D1, stamps, opened, high, low, close, np.full(DAYS, 9.0))


def make_refuted(root: Path) -> str:
    """A state folder whose gate has refuted the strategy after a look; the candidate's id."""
    with open_world(root) as world:
        world.desk.datasets.register(turning_market())
        visitor = world.operator()
        reply = visitor.post("/api/candidates", json={"spec": SPEC})
        candidate_id = str(reply.json()["candidate_id"])
        ends = time.monotonic() + WAIT_S
        while world.desk.candidates.get(candidate_id).status not in {"judged", "failed"}:
            assert time.monotonic() < ends, "the gate did not end"
            time.sleep(0.1)
        return candidate_id
