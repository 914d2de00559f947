"""A small strategy on a year and a half of made-up prices, judged and not judged."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, bars_of
from engine.gate.findings import Effect, GateCode, GateFinding
from engine.gate.report import GateReport
from engine.language.decisions import Decisions, SideDecisions
from engine.language.spec import Rule, Sizing, StrategySpec, Universe
from engine.market import Instrument, Timeframe
from engine.reports.build import ReportRun, report_data
from engine.reports.data import ReportData, RuleWords

DAY_MS = 86_400_000
START_MS = 18_262 * DAY_MS  # 2020-01-01
COSTS = CostModel()
WORDS = RuleWords(en=("Buy when it has risen.",), de=("Kaufe, wenn es gestiegen ist.",))
COIN = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
HOSTILE = "<script>alert(1)</script> {{fact}} | `x` \u202eevil"


def make_bars(n: int = 500, first: int = 0) -> Bars:
    """Slow waves around a slow rise, deterministic."""
    steps = np.arange(first, first + n)
    close = 100.0 + 0.05 * steps + 12.0 * np.sin(steps / 9.0)
    open_ = np.concatenate(([close[0]], close[:-1]))
    high, low = np.maximum(open_, close) + 0.5, np.minimum(open_, close) - 0.5
    times = START_MS + steps * DAY_MS
    return bars_of(COIN, Timeframe.D1, times, open_, high, low, close, np.ones(n))


def make_run(bars: Bars) -> ReportRun:
    """In after a rise of three bars, out after a fall, stop two percent away."""
    close, n = bars.close, len(bars)
    rise = np.zeros(n, dtype=np.bool_)
    rise[3:] = close[3:] > close[:-3]
    nothing = np.full(n, np.nan)
    side = SideDecisions(rise, ~rise, close * 0.98, close * 1.10, nothing)
    decisions = Decisions(3, Sizing(kind="fixed_fraction", value=0.8), side)
    return ReportRun(simulate(bars, decisions, COSTS), bars)


def make_spec(name: str = "rise_btc_moderate", hypothesis: str = "") -> StrategySpec:
    """A spec to name in a report."""
    return StrategySpec(
        name=name,
        family="momentum",
        timeframe=Timeframe.D1,
        universe=Universe(symbols=("BTC/USDT",)),
        hypothesis=hypothesis,
        rules=(Rule(id="up", side="long", entry="close > close[3]", exit="close < close[3]"),),
    )


def make_gate(verdict: str = "FAIL", message: str = "Closed trades on train.") -> GateReport:
    """A verdict with one criterion of each kind; the holdout's figure has a value on purpose."""

    def finding(
        code: GateCode, stage: str, effect: Effect, value: float, passed: bool
    ) -> GateFinding:
        return GateFinding.model_validate(
            {
                "code": code, "stage": stage, "effect": effect, "value": value,
                "threshold": 30.0, "passed": passed, "message": message,
            }
        )  # fmt: skip

    ok = verdict == "PASS"
    return GateReport.model_validate(
        {
            **{
                name: mark * 64
                for name, mark in (
                    ("candidate_digest", "1"), ("spec_digest", "2"), ("rule_digest", "3"),
                    ("dataset_id", "4"), ("cost_digest", "5"), ("code_digest", "6"),
                    ("criteria_digest", "7"),
                )
            },
            "verdict": verdict, "tier": "paper" if ok else None,
            "trials": 1_312, "look": 1, "looks_left": 23,
            "findings": (
                finding(GateCode.TRADES_TOO_FEW, "1", Effect.FAIL, 41.0, passed=True),
                finding(GateCode.ZONE_SHORT, "0", Effect.CAP, 2.5, passed=False),
                finding(GateCode.HOLDOUT_REFUTED, "2", Effect.FAIL, 0.765432, passed=ok),
            ),
        }
    )  # fmt: skip


@pytest.fixture(scope="session")
def report_of() -> Callable[[str], ReportData]:
    """The same strategy as `plain` (not judged), `sealed` or `open` (judged) report."""
    train, holdout = make_run(make_bars(400)), make_run(make_bars(150, first=410))
    stamps = holdout.bars.time
    span = (int(stamps[0]), int(stamps[-1]) + DAY_MS - 1)
    spec = make_spec()
    reports = {
        "plain": report_data(spec, WORDS, train, COSTS),
        "sealed": report_data(spec, WORDS, train, COSTS, sealed_span=span, gate=make_gate()),
        "open": report_data(spec, WORDS, train, COSTS, holdout=holdout, gate=make_gate("PASS")),
    }
    return reports.__getitem__


@pytest.fixture
def hostile() -> str:
    """Text that tries to be more than text."""
    return HOSTILE


@pytest.fixture
def hostile_report(hostile: str) -> ReportData:
    """A report in which every free text is hostile."""
    bars = make_bars(120)
    words = RuleWords(en=(hostile,), de=(hostile,))
    spec = make_spec(hostile[:60], hypothesis=hostile)
    return report_data(
        spec, words, make_run(bars), COSTS, gate=make_gate(message=hostile), title=hostile
    )


@pytest.fixture
def run_on() -> Callable[[Bars], ReportRun]:
    """Runner of the small strategy."""
    return make_run


@pytest.fixture
def wave() -> Callable[..., Bars]:
    """Maker of bars."""
    return make_bars


@pytest.fixture
def spec() -> StrategySpec:
    """The spec of the reports."""
    return make_spec()
