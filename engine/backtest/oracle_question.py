"""The question to the second engine: our decisions in its words, or why it cannot be asked.

What it has no word for but can be read off our run (a drawdown limit that ended it, a day's loss,
trading hours) becomes plain conditions at closes. Everything else is named, never left out.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.backtest.oracle_messages import OracleRequest, OracleRule, OrderWord, packed
from engine.backtest.reasons import SIGNAL
from engine.backtest.result import BacktestResult
from engine.backtest.tape import absent_bars, least_distance
from engine.data.bars import Bars, BoolArray, FloatArray
from engine.language.decisions import Decisions, RuleDecisions
from engine.market import Instrument

CASH_FACTOR: Final = 100.0
_COUNTED: Final = (
    "TRADES_PER_DAY",
    "TRADES_PER_WEEK",
    "LOSSES_PER_DAY",
    "CORRELATED",
    "SIZE_UNKNOWN",
)


def obstacle_to(bars: Bars, decisions: Decisions, result: BacktestResult) -> str:
    """Why this run cannot be put to the other engine, one sentence; empty when it can."""
    return _unknown_form(decisions) or _obstacle(bars, decisions, result)


def _unknown_form(decisions: Decisions) -> str:
    """What the other engine has no word for, empty when it can be asked."""
    rules = decisions.rules
    at_a_price = any(rule.order in {"stop", "limit"} for rule in rules)
    obstacles = {
        "orders at the close": any(rule.order == "market_on_close" for rule in rules),
        "orders that work for several bars": any(rule.valid_bars > 1 for rule in rules),
        "stop or limit entries beside protective orders": at_a_price
        and any(_protected(rule) for rule in rules),
        "several or moving targets": any(
            len(rule.targets) > 1 or any(aim.program or aim.fraction < 1 for aim in rule.targets)
            for rule in rules
        ),
        "levels that follow an expression on the position": any(
            rule.trail_program is not None for rule in rules
        ),
        "stops at a loss of equity": any(rule.max_loss_fraction > 0 for rule in rules),
        "entries that depend on the last trade": any(rule.enter_won is not None for rule in rules),
        "several units": decisions.adds is not None,
        "weights that are re-sized or ranked": decisions.resize is not None or decisions.ranked,
    }
    named = [what for what, there in obstacles.items() if there]
    return f"the other engine does not know {' and '.join(named)}" if named else ""


def _protected(rule: RuleDecisions) -> bool:
    """Whether a position of the rule has a stop or a target of any kind."""
    levels = not (np.isnan(rule.stop).all() and np.isnan(rule.trail).all())
    numbers = rule.trailing_fraction, rule.breakeven_r, rule.max_loss_fraction
    return levels or any(numbers) or bool(rule.targets) or rule.trail_program is not None


def _obstacle(bars: Bars, decisions: Decisions, result: BacktestResult) -> str:
    """Why this run cannot be compared, empty when it can."""
    drops = dict(result.drops)
    absent = absent_bars(bars)
    if any(trade.exit_reason == "ruin" for trade in result.trades):
        return "the account was ruined; the other engine has more cash and goes on"
    if "QUANTITY_TOO_SMALL" in drops:
        return "an order was too small for the account; the other engine has more cash"
    held = (absent[trade.entry_bar : trade.exit_bar + 1].any() for trade in result.trades)
    if "BAR_ABSENT" in drops or any(held):
        return "an order was due in a bar without a trade; the other engine fills there"
    counted = [code for code in _COUNTED if code in drops]
    if counted:
        return f"a limit on trades was reached ({counted[0]}); the other engine knows none"
    firing = np.sum([rule.enter & ~rule.exit for rule in decisions.rules], axis=0)
    if any(rule.order != "market_next_open" for rule in decisions.rules) and firing.max() > 1:
        return "several entry orders worked in one bar; the other engine fills them one by one"
    return ""


def _rule(bars: Bars, rule: RuleDecisions, number: int, limits: Limits) -> OracleRule:
    words: dict[str, OrderWord] = {"stop": "stop", "limit": "limit"}
    return OracleRule(
        side="long" if rule.direction > 0 else "short",
        order=words.get(rule.order, "market"),
        enter=tuple(np.flatnonzero(rule.enter & ~limits.shut).tolist()),
        leave=_leaves(rule, number, limits),
        price="" if rule.price is None else packed(rule.price),
        stop=packed(rule.stop),
        target=packed(_target(bars, rule)),
        trail=packed(rule.trail),
        trailing_fraction=rule.trailing_fraction,
        breakeven_r=rule.breakeven_r,
        time_bars=rule.time_bars,
    )


class Limits(NamedTuple):
    """What account and clock forbid, read off our run. Arrays of shape (n,).

    Attributes:
        shut: closes at which no entry is decided.
        leave: closes after which nothing is held.
        result: the run.
    """

    shut: BoolArray
    leave: BoolArray
    result: BacktestResult


def _limits(decisions: Decisions, result: BacktestResult) -> Limits:
    """Drawdown, daily loss and trading hours as conditions at closes."""
    n = len(result.equity)
    shut, leave = np.zeros(n, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    limits, hours = decisions.limits, decisions.hours
    if limits.max_drawdown > 0:
        peak = np.maximum.accumulate(np.maximum(result.equity, result.start_equity))
        halted = np.flatnonzero(result.equity <= (1 - limits.max_drawdown) * peak)[:1]
        leave[halted] = True
        shut |= np.logical_or.accumulate(leave)
    if limits.max_daily_loss > 0 and hours.new_day is not None:
        shut |= _lost(result, hours.new_day) >= limits.max_daily_loss
    if hours.closed is not None:
        shut[:-1] |= hours.closed[1:]
    if hours.flat is not None:
        leave[:-1] |= hours.flat[1:]
    return Limits(shut, leave, result)


def _lost(result: BacktestResult, new_day: BoolArray) -> FloatArray:
    """Share of the day's first equity that is lost at each close. Shape (n,)."""
    before = np.concatenate(([result.start_equity], result.equity[:-1]))
    first = np.maximum.accumulate(np.where(new_day, np.arange(len(new_day)), 0))
    lost: FloatArray = 1 - result.equity / before[first]
    return lost


def _leaves(rule: RuleDecisions, number: int, limits: Limits) -> tuple[int, ...]:
    """Closes at which the rule leaves; those that a program decides are taken from our run."""
    leave = rule.exit | limits.leave
    if rule.regime_end is not None:
        leave |= rule.regime_end
    if rule.exit_program is not None:
        log = limits.result.log
        own = (log.column("rule") == number) & (log.column("reason") == SIGNAL)
        leave[log.column("exit_bar")[own].astype(np.int64) - 1] = True
    return tuple(np.flatnonzero(leave).tolist())


def _target(bars: Bars, rule: RuleDecisions) -> FloatArray:
    """Price of the one target if an entry is decided at a close. Shape (n,)."""
    if not rule.targets:
        return np.full(len(bars), np.nan)
    aim = rule.targets[0]
    if aim.level is not None:
        return aim.level
    nearer = np.fmax if rule.direction > 0 else np.fmin
    first = nearer(rule.stop, rule.trail)
    if rule.trailing_fraction:
        first = nearer(first, bars.close * (1 - rule.direction * rule.trailing_fraction))
    level: FloatArray = bars.close + rule.direction * aim.multiple * np.abs(bars.close - first)
    return level


def _steps(quantity: float, instrument: Instrument) -> int:
    return max(1, round(quantity * float(1 / instrument.quantity_step)))


def question(
    bars: Bars, decisions: Decisions, result: BacktestResult, impact: FloatArray
) -> OracleRequest:
    """Everything that the worker needs to trade the same decisions.

    Args:
        bars: one instrument's bars.
        decisions: what was decided on them.
        result: our run of them; the quantities are taken from it.
        impact: half the spread plus slippage in each bar, a fraction, shape (n,).
    """
    limits = _limits(decisions, result)
    richest = max(result.start_equity, float(np.max(result.equity)))
    return OracleRequest(
        time=packed(bars.time),
        open=packed(bars.open),
        high=packed(bars.high),
        low=packed(bars.low),
        close=packed(bars.close),
        rules=tuple(
            _rule(bars, rule, number, limits) for number, rule in enumerate(decisions.rules)
        ),
        warmup=decisions.warmup,
        cooldown=decisions.limits.cooldown_bars,
        needs_stop=decisions.sizing.kind == "risk_per_trade",
        impact=packed(impact) if any(rule.breakeven_r for rule in decisions.rules) else "",
        least_distance=least_distance(bars.instrument),
        units=tuple(
            (trade.entry_bar - 1, _steps(trade.quantity, bars.instrument))
            for trade in result.trades
        ),
        cash=CASH_FACTOR * richest * float(1 / bars.instrument.quantity_step),
    )
