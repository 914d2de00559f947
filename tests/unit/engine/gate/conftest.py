"""A gate in a box: store, ledger and looks in a temporary folder, and markets to try it on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.data.bars import Bars, IntArray, bars_of
from engine.data.dataset import Dataset
from engine.data.samples import GOOG_WINDOW_END, goog_daily
from engine.data.store import DatasetStore
from engine.gate.candidate import Candidate
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence, HoldoutEvidence
from engine.gate.gather import Bench, holdout_evidence, train_evidence, train_returns
from engine.gate.judge import judge, needs_look
from engine.gate.looks import InMemoryLooks, LookOutcome, LookRefusal, LookRequest, looks_left
from engine.gate.report import GateReport
from engine.language.spec import StrategySpec, read_spec
from engine.ledger import Lineage
from engine.ledger_memory import InMemoryLedger
from engine.market import Instrument, Timeframe
from engine.records import Digest
from engine.seeds import stream

NOW = datetime(2024, 6, 1, tzinfo=UTC)
CODE = "c" * 64
CHEAP = CostModel(taker_fee_bps=1.0, maker_fee_bps=1.0, spread_bps=1.0, slippage_bps=0.5)
COIN = Instrument(symbol="COIN/USD", base="COIN", quote="USD")


def market(days: int, *, seed: int, memory: float = 0.0, volatility: float = 0.02) -> Bars:
    """Daily bars whose returns have lag-1 memory (0: a random walk without drift)."""
    steps = stream("tests/market", seed).standard_normal(days) * volatility
    for index in range(1, days):
        steps[index] += memory * steps[index - 1]
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.concatenate(([100.0], close[:-1]))
    time = int(datetime(2015, 1, 1, tzinfo=UTC).timestamp()) * 1000 + np.arange(days) * 86_400_000
    high, low = np.maximum(opened, close) * 1.002, np.minimum(opened, close) / 1.002
    return bars_of(COIN, Timeframe.D1, time, opened, high, low, close, np.full(days, 9.0))


def spec_of(entry: str, exit_: str | None = None, **changes: Any) -> StrategySpec:  # noqa: ANN401 - any field of a spec
    """A long-only daily spec with a 5 % stop."""
    document: dict[str, Any] = {
        "name": "tried",
        "family": "other",
        "timeframe": "1d",
        "universe": {"symbols": ["COIN/USD", "GOOG"]},
        "rules": [{"id": "one", "side": "long", "entry": entry, "exit": exit_}],
        "stops": [{"kind": "pct", "value": 0.05}],
        "sizing": {"kind": "fixed_fraction", "value": 0.5, "max_position_frac": 0.5},
        **changes,
    }
    return read_spec(json.dumps(document))


@dataclass(slots=True)
class Lab:
    """One installation's gate; `judge` walks the whole order of work."""

    store: DatasetStore
    criteria: GateCriteria
    ledger: InMemoryLedger = field(default_factory=lambda: InMemoryLedger(FixedClock(NOW)))
    looks: InMemoryLooks = field(default_factory=InMemoryLooks)

    @staticmethod
    def market(days: int, **options: Any) -> Bars:  # noqa: ANN401 - see `market`
        """Bars of a made-up market."""
        return market(days, **options)

    @staticmethod
    def spec(entry: str, exit_: str | None = None, **changes: Any) -> StrategySpec:  # noqa: ANN401 - see `spec_of`
        """A long-only daily spec."""
        return spec_of(entry, exit_, **changes)

    def days_of(self, dataset_id: Digest) -> IntArray:
        """Train days of a dataset."""
        return self.store.train(self.store.find(dataset_id)).days

    def bench(self, dataset: Dataset) -> Bench:
        """The bench of a dataset."""
        train = self.store.train(dataset)
        return Bench(dataset, train, self.ledger, self.criteria, CODE, self.days_of)

    def candidate(
        self, spec: StrategySpec, dataset: Dataset, costs: CostModel = CHEAP, lineage: str = ""
    ) -> Candidate:
        """A candidate whose lineage is its own unless one is named."""
        line = Lineage(lineage_id=lineage or spec.digest[:16])
        return Candidate(
            spec=spec, dataset_id=dataset.id, costs=costs, lineage=line, created_at=NOW
        )

    def evidence(self, candidate: Candidate) -> Evidence:
        """Train evidence, and the look if everything before it passed."""
        dataset = self.store.find(candidate.dataset_id)
        train = train_evidence(candidate, self.bench(dataset))
        holdout: HoldoutEvidence | None = None
        refusal = earlier = None
        if needs_look(candidate, train, self.criteria):
            request = LookRequest(
                family=train.family,
                dataset_id=dataset.id,
                lineage_id=candidate.lineage.lineage_id,
                candidate_digest=candidate.digest,
                rule_digest=train.rule_digest,
                shape_digest=train.shape_digest,
                cost_digest=candidate.costs.digest,
                train=train_returns(self.bench(dataset), train),
                at=NOW,
            )
            answer = self.looks.open_look(request)
            if isinstance(answer, LookRefusal):
                refusal, earlier = answer.code, answer.earlier
            else:
                bars = self.store.holdout(dataset, answer)
                holdout = holdout_evidence(candidate, train, bars, answer.k)
        left = looks_left(self.looks.rows(dataset.family), NOW.year)
        return Evidence(
            train=train, holdout=holdout, refusal=refusal, earlier=earlier, looks_left=left
        )

    def judge(self, candidate: Candidate) -> GateReport:
        """The report on a candidate; its look is recorded."""
        evidence = self.evidence(candidate)
        report = judge(candidate, evidence, self.criteria)
        for row in self.looks.rows(evidence.train.family):
            if evidence.holdout is not None and row.k == evidence.holdout.k:
                ended = LookOutcome(
                    verdict=report.verdict,
                    report_digest=report.digest,
                    shown=report.verdict == "PASS",
                )
                self.looks.record(row.look_id, ended)
        return report


MakeLab = Callable[[], Lab]


@pytest.fixture
def make_lab(tmp_path: Path) -> MakeLab:
    """Maker of labs with nothing in common."""
    count = iter(range(10_000))
    quick = GateCriteria(bootstrap_samples=999)
    return lambda: Lab(DatasetStore(tmp_path / f"lab{next(count)}"), quick)


@pytest.fixture
def lab(make_lab: MakeLab) -> Lab:
    """One lab."""
    return make_lab()


@dataclass(frozen=True, slots=True)
class Passed:
    """A planted edge that went through the gate: frozen, so that all tests may share it."""

    lab: Lab
    candidate: Candidate
    evidence: Evidence
    report: GateReport


@pytest.fixture(scope="session")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Passed:
    """A candidate that passes everything, judged once for all tests."""
    store = DatasetStore(tmp_path_factory.mktemp("passed"))
    lab = Lab(store, GateCriteria(bootstrap_samples=999))
    dataset = store.register(market(2_000, seed=1, memory=-0.4))
    candidate = lab.candidate(spec_of("close < close[1]", "close > close[1]"), dataset)
    evidence = lab.evidence(candidate)
    return Passed(lab, candidate, evidence, judge(candidate, evidence, lab.criteria))


@pytest.fixture
def goog(lab: Lab) -> Dataset:
    """The GOOG sample, registered in the lab."""
    return lab.store.register(goog_daily(), window_end=GOOG_WINDOW_END)
