"""A small world for research: the sample stock, a rule with two open numbers, a ledger."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from engine.gate.identity import code_digest
from engine.language.spec import StrategySpec, read_spec
from engine.ledger import Ledger
from engine.ledger_memory import InMemoryLedger
from engine.records import canonical
from engine.research.crew import Alone, Crew
from engine.research.lab import Lab
from engine.research.market import ResearchMarket
from engine.research.study import Study
from guardrails.desk.sample_data import register_samples

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
COSTS = CostModel()
SAMPLES = 999
SWEPT: dict[str, Any] = {
    "spec_version": "1",
    "name": "crossing",
    "family": "trend_following",
    "timeframe": "1d",
    "universe": {"symbols": ["GOOG"]},
    "params": [
        {"name": "fast", "type": "int", "default": 5, "low": 5, "high": 20, "step": 5},
        {"name": "slow", "type": "int", "default": 30, "low": 10, "high": 50, "step": 20},
    ],
    "rules": [
        {
            "id": "up",
            "side": "long",
            "entry": "cross_above(sma(close,fast),sma(close,slow))",
            "exit": "cross_below(sma(close,fast),sma(close,slow))",
        }
    ],
    "stops": [{"kind": "atr", "value": 3, "period": 14}],
    "sizing": {"kind": "fixed_fraction", "value": 0.5},
}
"""Twelve points; at (10, 10), (15, 10) and (20, 10) the fast line is not faster."""


def swept(**parts: object) -> StrategySpec:
    """The crossing, with other parts where they are given."""
    return read_spec(json.dumps(SWEPT | parts))


def fixed() -> StrategySpec:
    """The crossing with nothing to sweep."""
    params = [{"name": p["name"], "type": "int", "default": p["default"]} for p in SWEPT["params"]]
    return swept(params=params)


def sample_store(root: Path) -> DatasetStore:
    """A dataset store with the samples."""
    store = DatasetStore(root)
    register_samples(store)
    return store


def goog(store: DatasetStore) -> Dataset:
    """The sample stock."""
    return store.find("GOOG:1d")


def market_of(store: DatasetStore) -> ResearchMarket:
    """Its train bars."""
    dataset = goog(store)
    return ResearchMarket.of([dataset], [store.train(dataset)])


def study_of(market: ResearchMarket, **parts: Any) -> Study:  # noqa: ANN401 - fields of a study
    """A study of the crossing on this market."""
    fields = {
        "spec": swept(), "datasets": tuple(one.id for one in market.datasets), "costs": COSTS,
    }  # fmt: skip
    return Study.model_validate(fields | parts)


def memory() -> InMemoryLedger:
    """An empty ledger."""
    return InMemoryLedger(FixedClock(NOON))


def lab_of(
    market: ResearchMarket,
    ledger: Ledger | None = None,
    crew: Crew | None = None,
    **parts: Any,  # noqa: ANN401 - fields of a lab
) -> Lab:
    """A lab on this market; alone and with a fresh ledger unless told otherwise."""
    fields: dict[str, Any] = {"code": code_digest(), "person": "tester", "samples": SAMPLES}
    return Lab(market, ledger or memory(), crew or Alone(market.raw), **(fields | parts))


def ledger_bytes(ledger: Ledger) -> str:
    """Digest of every row, in order."""
    return hashlib.sha256(b"".join(canonical(row) for row in ledger.rows())).hexdigest()
