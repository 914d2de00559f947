"""Random questions to the bar loop: several instruments, rules with everything on, all limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.backtest.simulator import simulate_panel
from engine.data.bars import Bars, FloatArray, bars_of
from engine.data.panel import Panel, panel_of
from engine.language.decisions import (
    AddDecisions,
    Decisions,
    HoursDecisions,
    LimitDecisions,
    RuleDecisions,
    TargetDecisions,
)
from engine.language.expressions import parse
from engine.language.plan import Plan
from engine.language.program import OR, Program, steps_of
from engine.language.spec import Sizing
from engine.market import Instrument, Timeframe
from tests.rules import DAY_MS, FREE

SIZINGS = (
    Sizing(kind="fixed_fraction", value=0.9),
    Sizing(kind="risk_per_trade", value=0.02, max_position_frac=0.8),
    Sizing(kind="fixed_fraction", value=0.3, max_position_frac=0.5),
    Sizing(kind="weight_expr", expr="0.5", max_position_frac=0.9, band_frac=0.1),
)
COSTS = (
    FREE,
    CostModel(),
    CostModel(limit_fill="touch", spread="quoted", slippage_range=0.05, borrow_bps_year=500),
)
EXITS = (
    "open_return > 0.03 and bars_held >= 2",
    "close < highest_since_entry*0.97",
    "cross_below(close, entry_price)",
    "bars_held >= 4 or falling(close, 2)",
    "open_r > 1 and not last_trade_won",
)
TRAILS = ("highest_since_entry*0.96", "where(bars_held > 3, entry_price*0.99, close*0.93)")
AIMS = ("entry_price*1.04", "max(entry_price*1.01, highest_since_entry[1]*1.02)")
ADDS = ("open_return > 0.01", "close > last_entry_price*1.005 and units < 3")
MIRRORED_TRAILS = ("lowest_since_entry*1.04", "where(bars_held > 3, entry_price*1.01, close*1.07)")
MIRRORED_AIMS = ("entry_price*0.96", "min(entry_price*0.99, lowest_since_entry[1]*0.98)")


@dataclass(frozen=True)
class Run:
    """One question: instruments, decisions, costs and money."""

    panel: Panel
    each: tuple[Decisions, ...]
    costs: CostModel
    equity: float = 10_000.0

    def done(self, *, grid: bool = True) -> BacktestResult:
        """The answer."""
        return simulate_panel(
            self.panel, self.each, self.costs, start_equity=self.equity, grid=grid
        )

    def until(self, time_ms: int) -> Run:
        """The same question when only bars that open before `time_ms` are known."""
        panel = self.panel.before(time_ms)
        each = tuple(
            decided.until(len(bars)) for decided, bars in zip(self.each, panel.each, strict=True)
        )
        return replace(self, panel=panel, each=each)


def random_bars(
    rng: np.random.Generator, n: int, *, symbol: str = "TEST", scale: float = 1.0
) -> Bars:
    """A walk with gaps, ties, funding, quotes, and a few bars without volume."""
    close = np.maximum(np.round(100 + np.cumsum(rng.normal(0, 2, n)), 1), 10.0)
    gap = np.round(rng.normal(0, 2, n), 1) * (rng.random(n) < 0.3)
    open_ = np.maximum(np.concatenate(([100.0], close[:-1])) + gap, 5.0)
    high = np.maximum(open_, close) + np.round(rng.random(n) * 2, 1)
    low = np.maximum(np.minimum(open_, close) - np.round(rng.random(n) * 2, 1), 1.0)
    volume = np.where(rng.random(n) < 0.05, 0.0, 1.0)
    funding = np.where(rng.random(n) < 0.3, rng.normal(0, 2e-4, n), np.nan)
    half = close * rng.random(n) * 1e-3
    prices = (column * scale for column in (open_, high, low, close))
    paper = Instrument(symbol=symbol, base=symbol, quote="USD", shorts_allowed=True)
    more: dict[str, Any] = {"bid": (close - half) * scale, "ask": (close + half) * scale}
    if rng.random() < 0.5:
        more["funding"] = funding
    return bars_of(paper, Timeframe.D1, np.arange(n) * DAY_MS, *prices, volume, **more)


def with_gaps(rng: np.random.Generator, bars: Bars) -> Bars:
    """The same bars with some left out: an instrument with a history of its own."""
    kept = rng.random(len(bars)) > 0.15
    kept[0] = True
    return bars.take(np.flatnonzero(kept).astype(np.int64))


def program(text: str, bars: Bars) -> Program:
    """An expression on the open position as a program on these bars."""
    plan = Plan()
    steps = steps_of([parse(text)], plan, join=OR)
    return steps.on(plan.run(bars))


def _targets(
    rng: np.random.Generator, bars: Bars, sign: int, kinds: list[tuple[int, float, int]]
) -> tuple[TargetDecisions, ...]:
    found = []
    for kind, share, number in kinds:
        distance = np.round(rng.random(len(bars)) * 0.04 + 0.005, 3)
        level = bars.close * (1 + sign * (distance if kind == 0 else 0.04))
        text = (AIMS if sign > 0 else MIRRORED_AIMS)[number]
        found.append(
            (
                TargetDecisions(level=level, fraction=share),
                TargetDecisions(multiple=1.5, fraction=share),
                TargetDecisions(level=level, program=program(text, bars), fraction=share),
            )[kind]
        )
    return tuple(found)


def random_rule(rng: np.random.Generator, bars: Bars, draws: dict[str, Any]) -> RuleDecisions:
    """Entries, exits and levels on all sides of the price; `draws` is the same per instrument."""
    n, sign, close = len(bars), draws["sign"], bars.close

    def level(direction: int, missing: float = 0.3) -> FloatArray:
        values = close * (1 - direction * sign * np.round(rng.random(n) * 0.06, 3))
        return np.where(rng.random(n) < missing, np.nan, values)

    priced = draws["order"] in {"stop", "limit"}
    toward = 1 if draws["order"] == "limit" else -1
    trails = TRAILS if sign > 0 else MIRRORED_TRAILS
    return RuleDecisions(
        rule=draws["rule"],
        direction=sign,
        enter=rng.random(n) < 0.25,
        exit=rng.random(n) < 0.1,
        stop=level(1, 0.0 if draws["always"] else 0.3),
        trail=level(1) if draws["trail"] else np.full(n, np.nan),
        targets=_targets(rng, bars, sign, draws["targets"]),
        enter_won=rng.random(n) < 0.4 if draws["won"] else None,
        regime_end=rng.random(n) < 0.05 if draws["regime"] else None,
        order=draws["order"],
        price=level(toward, 0.0) if priced else None,
        valid_bars=draws["valid"] if priced else 1,
        trailing_fraction=draws["trailing"],
        time_bars=draws["time"],
        breakeven_r=draws["breakeven"],
        max_loss_fraction=draws["loss"],
        exit_program=program(EXITS[draws["exit"]], bars) if draws["exit"] >= 0 else None,
        trail_program=program(trails[draws["follow"]], bars) if draws["follow"] >= 0 else None,
    )


def _draws(rng: np.random.Generator, number: int) -> dict[str, Any]:
    def some(chance: float, value: Any, otherwise: Any) -> Any:  # noqa: ANN401 - any field
        return value if rng.random() < chance else otherwise

    return {
        "rule": f"rule_{number}",
        "sign": int(rng.choice([-1, 1])),
        "order": str(
            rng.choice(["market_next_open", "market_next_open", "stop", "limit", "market_on_close"])
        ),
        "always": rng.random() < 0.5,
        "trail": rng.random() < 0.3,
        "targets": [
            (int(rng.integers(0, 3)), float(rng.choice([0.3, 0.5])), int(rng.integers(0, 2)))
            for _ in range(int(rng.integers(0, 4)))
        ],
        "won": rng.random() < 0.2,
        "regime": rng.random() < 0.3,
        "valid": int(rng.integers(1, 5)),
        "trailing": some(0.3, 0.03, 0.0),
        "time": int(rng.integers(0, 6)),
        "breakeven": some(0.3, 1.0, 0.0),
        "loss": some(0.3, 0.01, 0.0),
        "exit": some(0.4, int(rng.integers(0, len(EXITS))), -1),
        "follow": some(0.3, int(rng.integers(0, len(TRAILS))), -1),
    }


def _limits(rng: np.random.Generator) -> LimitDecisions:
    def some(chance: float, value: float) -> Any:  # noqa: ANN401 - a number of the field's type
        return value if rng.random() < chance else type(value)(0)

    return LimitDecisions(
        max_positions=some(0.3, 2),
        max_leverage=float(rng.choice([1.0, 1.0, 2.0])),
        max_drawdown=some(0.15, 0.15),
        max_daily_loss=some(0.2, 0.02),
        max_trades_per_day=some(0.2, 2),
        max_trades_per_week=some(0.2, 3),
        max_losses_per_day=some(0.2, 1),
        max_correlation=some(0.2, 0.7),
        cooldown_bars=some(0.3, 2),
    )


def random_run(seed: int, scale: float = 1.0) -> Run:
    """A random question; the same seed with another scale has all its prices times that."""
    rng = np.random.default_rng(seed)
    n, symbols = int(rng.integers(3, 70)), int(rng.integers(1, 5))
    whole = [random_bars(rng, n, symbol=f"T{s}", scale=scale) for s in range(symbols)]
    panel = panel_of([with_gaps(rng, bars) if rng.random() < 0.4 else bars for bars in whole])
    draws = [_draws(rng, number) for number in range(int(rng.integers(1, 5)))]
    limits, sizing = _limits(rng), SIZINGS[int(rng.integers(0, len(SIZINGS)))]
    adds, text = rng.random() < 0.3, ADDS[int(rng.integers(0, len(ADDS)))]
    ranked, hours, warmup = rng.random() < 0.15, rng.random() < 0.3, int(rng.integers(0, 4))
    latest, weighted = rng.random() < 0.5, rng.random() < 0.6
    each = []
    for bars in panel.each:
        size = len(bars)
        weight = np.where(rng.random(size) < 0.1, np.nan, np.round(rng.random(size), 2))
        clock = HoursDecisions(
            *(rng.random(size) < share for share in (0.1, 0.05)),
            new_day=np.append(True, rng.random(size - 1) < 0.5),
            new_week=np.append(True, rng.random(size - 1) < 0.2),
        )
        signs = np.sign(rng.random(size) - 0.4)
        each.append(
            Decisions(
                warmup=warmup,
                sizing=sizing,
                rules=tuple(random_rule(rng, bars, draw) for draw in draws),
                weight=weight * signs if ranked else weight,
                resize=rng.random(size) < 0.3 if ranked or weighted else None,
                ranked=ranked,
                adds=AddDecisions(3, program=program(text, bars), latest=latest) if adds else None,
                hours=clock if hours else HoursDecisions(),
                limits=limits,
            )
        )
    if ranked:
        each = [replace(one, rules=_sides(one.rules)) for one in each]
    costs = COSTS[int(rng.integers(0, len(COSTS)))]
    return Run(panel, tuple(each), costs, 10_000.0 * scale)


def _sides(rules: tuple[RuleDecisions, ...]) -> tuple[RuleDecisions, ...]:
    """A ranking has one market rule a side, the long one first."""
    plain = replace(rules[0], order="market_next_open", price=None, targets=())
    nothing = np.full(len(plain.stop), np.nan)
    quiet = replace(
        plain, stop=nothing, trail=nothing, trail_program=None, trailing_fraction=0.0,
        max_loss_fraction=0.0,
    )  # fmt: skip
    return (replace(quiet, direction=1), replace(quiet, direction=-1))
