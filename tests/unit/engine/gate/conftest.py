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
from engine.data.bars import Bars, bars_of
from engine.data.dataset import Dataset
from engine.data.samples import GOOG_WINDOW_END, goog_daily
from engine.data.store import DatasetStore
from engine.gate.bench import Bench, train_field
from engine.gate.candidate import Candidate
from engine.gate.criteria import GateCriteria
from engine.gate.evidence import Evidence
from engine.gate.gather import train_evidence
from engine.gate.judge import judge
from engine.gate.keys import gate_p
from engine.gate.looks import InMemoryLooks, LookOutcome
from engine.gate.report import GateReport
from engine.language.spec import StrategySpec, read_spec
from engine.ledger import Lineage
from engine.ledger_memory import InMemoryLedger
from engine.market import Instrument, Timeframe
from engine.seeds import stream
from guardrails.desk.looking import Look, Looked

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

    def bench(self, *datasets: Dataset) -> Bench:
        """The bench of some datasets."""
        panel = train_field([self.store.train(dataset) for dataset in datasets])
        return Bench(datasets, panel, self.ledger, self.criteria, CODE)

    def candidate(
        self, spec: StrategySpec, dataset: Dataset, costs: CostModel = CHEAP, lineage: str = "",
        **more: Any,  # noqa: ANN401 - further fields of a candidate
    ) -> Candidate:  # fmt: skip
        """A candidate whose lineage is its own unless one is named."""
        line = Lineage(lineage_id=lineage or spec.digest[:16], person="p1")
        return Candidate(
            spec=spec, dataset_id=dataset.id, costs=costs, lineage=line, created_at=NOW, **more
        )

    def looked(self, candidate: Candidate) -> Looked:
        """Train evidence, and the look if everything before it passed."""
        bench = self.bench(*(self.store.find(one) for one in candidate.datasets))
        train = train_evidence(candidate, bench)
        return Look(self.looks, self.store, FixedClock(NOW)).of(candidate, bench, train)

    def evidence(self, candidate: Candidate) -> Evidence:
        """All evidence on a candidate."""
        return self.looked(candidate).evidence

    def judge(self, candidate: Candidate) -> GateReport:
        """The report on a candidate; its look is recorded."""
        looked = self.looked(candidate)
        report = judge(candidate, looked.evidence, self.criteria)
        if looked.permit is not None:
            passed = report.verdict == "PASS"
            p, _ = gate_p(looked.evidence, self.criteria)
            ended = LookOutcome(
                verdict=report.verdict,
                report_digest=report.digest,
                shown=passed,
                p_gate=p if passed else 1.0,
            )
            self.looks.record(looked.permit.look_id, ended)
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
