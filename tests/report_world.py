"""A small strategy on a year and a half of made-up prices, judged and not judged."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.simulator import simulate
from engine.data.bars import Bars, bars_of
from engine.gate.findings import Effect, GateCode, GateFinding
from engine.gate.report import GateReport
from engine.language.decisions import Decisions, RuleDecisions, TargetDecisions
from engine.language.spec import Rule, Sizing, StrategySpec, Universe
from engine.market import Instrument, Timeframe
from engine.reports.build import ReportRun, report_data
from engine.reports.data import ReportData, RuleWords
from engine.reports.studies import (
    Calibration,
    CostPoint,
    Fan,
    MonteCarlo,
    NamedStatistic,
    ParameterMap,
    PowerPoint,
    RegimeLine,
    RegimeSpan,
    StressLine,
    Studies,
    WalkWindow,
)

DAY_MS = 86_400_000
START_MS = 18_262 * DAY_MS  # 2020-01-01
COSTS = CostModel()
WORDS = RuleWords(en=("Buy when it has risen.",), de=("Kaufe, wenn es gestiegen ist.",))
COIN = Instrument(symbol="BTC/USDT", base="BTC", quote="USDT")
STUDIES = Studies(
    statistics=(
        NamedStatistic(name="psr", year=2012, value=0.93),
        NamedStatistic(name="psr", year=2012, zone="holdout", value=0.765432),
        NamedStatistic(name="dsr", year=2014, value=0.41, trials=1_312),
    ),
    calibration=Calibration(
        noise_testnet=0.0059, noise_paper=0.09, power=(PowerPoint(sharpe=1.0, chance=0.07),)
    ),
    costs=tuple(
        CostPoint(factor=factor, total_return=0.2, sharpe=0.5, max_drawdown=0.1, trades=9)
        for factor in (0.0, 1.0, 2.0, 4.0)
    ),
    parameters=ParameterMap(
        across="fast", across_values=(5.0, 10.0), down="slow", down_values=(50.0, 100.0),
        sharpe=((0.5, 1.25), (None, -0.5)),
    ),
    walk_forward=(
        WalkWindow(
            first="2020-01-01", last="2020-06-30", chosen="fast=5", inside_sharpe=1.5,
            after_sharpe=-0.25, after_return=-0.02,
        ),
    ),
    monte_carlo=MonteCarlo(
        paths=2_000, block=10,
        fan=tuple(
            Fan(day=day, low=0.9, quarter=0.95, middle=1.0, three_quarters=1.1, high=1.2 + day)
            for day in (1, 50, 100)
        ),
        drawdown_middle=0.2, drawdown_bad=0.4, ruin=0.001,
    ),
    stress=(
        StressLine(kind="gap", size=0.2, middle_loss=0.02, worst_loss=0.19, rationale="<i>x</i>"),
    ),
    regime_spans=(
        RegimeSpan(
            first=datetime(2020, 2, 1, tzinfo=UTC), last=datetime(2020, 6, 1, tzinfo=UTC),
            trend="up",
        ),
    ),
    regimes=(RegimeLine(label="up, calm", share=0.4, total_return=0.1, sharpe=None, trades=3),),
)  # fmt: skip
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
    target = TargetDecisions(level=close * 1.10)
    up = RuleDecisions("up", 1, rise, ~rise, close * 0.98, nothing, targets=(target,))
    decisions = Decisions(3, Sizing(kind="fixed_fraction", value=0.8), (up,))
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


def make_reports() -> dict[str, ReportData]:
    """The same strategy not judged, judged with a sealed and an open holdout, and with studies."""
    train, holdout = make_run(make_bars(400)), make_run(make_bars(150, first=410))
    stamps = holdout.bars.time
    span = (int(stamps[0]), int(stamps[-1]) + DAY_MS - 1)
    spec = make_spec()
    return {
        "plain": report_data(spec, WORDS, train, COSTS),
        "sealed": report_data(spec, WORDS, train, COSTS, sealed_span=span, gate=make_gate()),
        "open": report_data(spec, WORDS, train, COSTS, holdout=holdout, gate=make_gate("PASS")),
        "studied": report_data(
            spec, WORDS, train, COSTS, sealed_span=span, gate=make_gate(), studies=STUDIES
        ),
    }


def make_hostile(hostile: str = HOSTILE) -> ReportData:
    """A report in which every free text is hostile."""
    bars = make_bars(120)
    words = RuleWords(en=(hostile,), de=(hostile,))
    spec = make_spec(hostile[:60], hypothesis=hostile)
    return report_data(
        spec, words, make_run(bars), COSTS, gate=make_gate(message=hostile), title=hostile
    )
