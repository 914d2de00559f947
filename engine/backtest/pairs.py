"""A pair: two legs bought and sold together, held at the hedge ratio of the decision.

Decided at close t on bars that both legs have, both filled at the next such open or none. There
is no path between two instruments inside a bar, so a pair's stop and target are tested at closes
and acted on at the next open, as a fraction of the gross value at the entry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.orders import on_grid
from engine.backtest.result import BacktestResult, ExitReason, Trade, log_of
from engine.backtest.tape import absent_bars
from engine.data.bars import Bars, BoolArray, FloatArray, IntArray
from engine.data.panel import Panel
from engine.errors import InputError
from engine.language.decisions import Decisions, RuleDecisions
from engine.language.spec import Pair, Sizing, StrategySpec


@dataclass(slots=True)
class _Leg:
    """One open leg; `bar` counts common bars."""

    bars: Bars
    direction: int
    quantity: float
    bar: int
    price: float
    fee: float

    def gain(self, close: float) -> float:
        """Profit at a price, entry fee not counted."""
        return self.direction * self.quantity * (close - self.price)


@dataclass(slots=True)
class _Book:
    """The account of a pair run; gross and stake are gross value and equity at the entry."""

    cash: float
    trades: list[Trade] = field(default_factory=list)
    legs: tuple[_Leg, _Leg] | None = None
    rule: int = 0
    gross: float = 0.0
    stake: float = 0.0
    traded: float = 0.0
    cut: int = 0
    drops: dict[str, int] = field(default_factory=dict)

    def drop(self, code: str) -> None:
        """Count an order that was not done."""
        self.drops[code] = self.drops.get(code, 0) + 1


@dataclass(frozen=True, slots=True, eq=False)
class _Tape:
    """Both legs on the bars they share, shape (2, n); `absent`: one of them traded nothing."""

    open: FloatArray
    close: FloatArray
    absent: BoolArray
    rows: IntArray


def simulate_pair(  # noqa: PLR0913 - a market, decisions, a hedge, costs and money
    panel: Panel,
    spec: StrategySpec,
    decisions: Decisions,
    hedge: FloatArray,
    costs: CostModel,
    *,
    start_equity: float,
    grid: bool = True,
) -> BacktestResult:
    """Run a pair on one account.

    Args:
        panel: holds both legs.
        spec: its pair, stops, targets and sizing.
        decisions: of the y leg, on its own bars.
        hedge: hedge ratio at y's closes.
        costs: paid on both legs.
        start_equity: quote currency.
        grid: False switches quantity steps off.

    Raises:
        InputError: PAIR_LEG_MISSING, PAIR_PART.
    """
    pair = _pair(spec)
    places = [panel.place(symbol) for symbol in (pair.y, pair.x)]
    if None in places:
        raise InputError(
            "PAIR_LEG_MISSING", "a leg of the pair has no bars", value=f"{pair.y}, {pair.x}",
            hint="give datasets of both symbols",
        )  # fmt: skip
    legs = [panel.each[place] for place in places if place is not None]
    for leg in legs:
        if not leg.instrument.shorts_allowed:
            raise InputError(
                "SHORT_NOT_POSSIBLE",
                f"{leg.instrument.symbol} cannot be sold short on {leg.instrument.venue}",
                value=leg.instrument.symbol, hint="a pair sells one of its legs short",
            )  # fmt: skip
    tape = _tape(panel, [place for place in places if place is not None])
    book = _Book(start_equity)
    equity, units = _run(_Desk(spec, pair, legs, decisions, hedge, costs, tape, grid=grid), book)
    return _result(panel, tape, book, equity, units, start_equity)


def _pair(spec: StrategySpec) -> Pair:
    if spec.pair is None:
        raise InputError("PAIR_PART", "this spec has no pair", value=spec.name, hint="add one")
    for place, stop in enumerate(spec.stops):
        if stop.kind not in {"pct", "time_bars", "max_loss_equity"}:
            raise _refused(f"/stops/{place}/kind", stop.kind)
    for place, target in enumerate(spec.targets):
        if target.kind != "pct" or target.close_fraction < 1:
            raise _refused(f"/targets/{place}/kind", target.kind)
    if spec.sizing.kind not in {"fixed_fraction", "fixed_notional", "risk_per_trade"}:
        raise _refused("/sizing/kind", spec.sizing.kind)
    return spec.pair


def _refused(path: str, kind: str) -> InputError:
    return InputError(
        "PAIR_PART",
        f"{path}: a pair cannot use `{kind}`",
        value=kind,
        hint="use pct, max_loss_equity and time_bars stops, pct targets and a fixed size",
    )


def _tape(panel: Panel, places: list[int]) -> _Tape:
    first, second = (panel.rows[place] for place in places)
    shared = np.flatnonzero((first >= 0) & (second >= 0))
    rows = np.stack([first[shared], second[shared]])
    legs = [panel.each[place] for place in places]
    absent = [absent_bars(bars)[own] for bars, own in zip(legs, rows, strict=True)]
    return _Tape(
        open=np.stack([bars.open[own] for bars, own in zip(legs, rows, strict=True)]),
        close=np.stack([bars.close[own] for bars, own in zip(legs, rows, strict=True)]),
        absent=absent[0] | absent[1],
        rows=np.concatenate([rows, shared[None]]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Desk:
    """Everything that does not change during a run."""

    spec: StrategySpec
    pair: Pair
    bars: list[Bars]
    decisions: Decisions
    hedge: FloatArray
    costs: CostModel
    tape: _Tape
    grid: bool = True

    def ratio(self, row: int, closes: FloatArray) -> float:
        """Units of x against one of y at the close of y's bar `row`."""
        h = float(self.hedge[row])
        if self.pair.hedge in {"one", "log_ols"}:
            return h * float(closes[0]) / float(closes[1])
        return h

    def wanted(self, row: int) -> int | None:
        """The rule that decides an entry at y's bar `row`, None without one or with two sides."""
        if row < self.decisions.warmup:
            return None
        firing = [n for n, rule in enumerate(self.decisions.rules) if _fires(rule, row)]
        if len({self.decisions.rules[n].direction for n in firing}) != 1:
            return None
        return firing[0]


def _fires(rule: RuleDecisions, row: int) -> bool:
    return bool(rule.enter[row]) and not bool(rule.exit[row])


def _run(desk: _Desk, book: _Book) -> tuple[FloatArray, FloatArray]:
    """Equity (n,) and units (2, n) over the shared bars."""
    tape, n = desk.tape, desk.tape.close.shape[1]
    equity, units = np.empty(n), np.zeros((2, n))
    leave: ExitReason | None = None
    entry: tuple[int, int] | None = None
    earliest = 0
    for t in range(n):
        if tape.absent[t]:
            for due in (leave, entry):
                if due is not None:
                    book.drop("BAR_ABSENT")
        else:
            if leave is not None or (entry is not None and book.legs is not None):
                _close(desk, book, t, leave or "reverse")
                cooldown = desk.decisions.limits.cooldown_bars
                earliest = t + cooldown + 1 if cooldown else 0
            if entry is not None:
                _open(desk, book, t, *entry)
        closes = tape.close[:, t]
        value = 0.0
        if book.legs is not None:
            units[:, t] = [leg.direction * leg.quantity for leg in book.legs]
            value = float(units[:, t] @ closes)
        equity[t] = book.cash + value
        row = int(tape.rows[0, t])
        leave = None if book.legs is None else _leaving(desk, book, t, row, closes)
        wanted = desk.wanted(row) if t >= earliest and t < n - 1 else None
        entry = None
        if wanted is not None and _turns(desk, book, wanted):
            entry = (wanted, t)
    for place, leg in enumerate(book.legs or ()):
        price = float(tape.close[place, n - 1])
        book.trades.append(_trade(desk, book, leg, n - 1, price, 0.0, "open"))
    return equity, units


def _turns(desk: _Desk, book: _Book, wanted: int) -> bool:
    """Whether an entry is new: flat, or on the other side of what is held."""
    if book.legs is None:
        return True
    return desk.decisions.rules[wanted].direction != book.legs[0].direction


def _leaving(  # noqa: PLR0911 - one line per reason
    desk: _Desk, book: _Book, t: int, row: int, closes: FloatArray
) -> ExitReason | None:
    """Exit decided at this close."""
    if book.legs is None:
        return None
    rule = desk.decisions.rules[book.rule]
    gain = sum(leg.gain(float(close)) for leg, close in zip(book.legs, closes, strict=True))
    for stop in desk.spec.stops:
        value = stop.value or 0.0
        if stop.kind == "pct" and gain <= -value * book.gross:
            return "stop"
        if stop.kind == "max_loss_equity" and gain <= -value * book.stake:
            return "stop"
    for target in desk.spec.targets:
        if gain >= (target.value or 0.0) * book.gross:
            return "target"
    if bool(rule.exit[row]):
        return "signal"
    if rule.time_bars and t - book.legs[0].bar + 1 >= rule.time_bars:
        return "time"
    return "regime" if rule.regime_end is not None and bool(rule.regime_end[row]) else None


def _notional(sizing: Sizing, equity: float, stops: list[float]) -> float:
    """Gross value that the sizing asks for, quote currency."""
    value = sizing.value or 0.0
    if sizing.kind == "fixed_notional":
        return value
    if sizing.kind == "risk_per_trade":
        return value * equity / min(stops) if stops else 0.0
    return value * equity


def _open(desk: _Desk, book: _Book, t: int, rule: int, decided: int) -> None:
    """Buy one leg and sell the other at the open; both or none."""
    closes = desk.tape.close[:, decided]
    ratio = desk.ratio(int(desk.tape.rows[0, decided]), closes)
    direction = desk.decisions.rules[rule].direction
    stops = [stop.value or 0.0 for stop in desk.spec.stops if stop.kind == "pct"]
    gross = _notional(desk.spec.sizing, book.cash, stops)
    cap = min(desk.spec.sizing.max_position_frac, 1.0) * book.cash
    book.cut += gross > cap
    if not math.isfinite(ratio) or ratio <= 0.0:
        book.drop("SIZE_UNKNOWN")
        return
    units = min(gross, cap) / float(closes[0] + ratio * closes[1])
    legs = [
        _leg(desk, t, place, direction * sign, quantity)
        for place, sign, quantity in ((0, 1, units), (1, -1, units * ratio))
    ]
    if any(leg is None for leg in legs):
        book.drop("QUANTITY_TOO_SMALL")
        return
    first, second = legs
    if first is None or second is None:
        return
    book.legs, book.rule, book.stake = (first, second), rule, book.cash
    book.gross = sum(leg.quantity * leg.price for leg in book.legs)
    book.traded += book.gross
    for leg in book.legs:
        book.cash -= leg.direction * leg.quantity * leg.price + leg.fee


def _leg(desk: _Desk, t: int, place: int, direction: int, wanted: float) -> _Leg | None:
    bars = desk.bars[place]
    instrument = bars.instrument
    quantity = on_grid(wanted, float(1 / instrument.quantity_step) if desk.grid else 0.0)
    price = float(desk.tape.open[place, t]) * (1.0 + direction * desk.costs.impact)
    if (desk.grid and quantity < float(instrument.min_quantity)) or quantity <= 0.0:
        return None
    return _Leg(bars, direction, quantity, t, price, quantity * price * desk.costs.taker)


def _close(desk: _Desk, book: _Book, t: int, reason: ExitReason) -> None:
    """Close both legs at the open of bar t."""
    if book.legs is None:
        return
    for place, leg in enumerate(book.legs):
        price = float(desk.tape.open[place, t]) * (1.0 - leg.direction * desk.costs.impact)
        fee = leg.quantity * price * desk.costs.taker
        book.cash += leg.direction * leg.quantity * price - fee
        book.traded += leg.quantity * price
        book.trades.append(_trade(desk, book, leg, t, price, fee, reason))
    book.legs = None


def _trade(  # noqa: PLR0913, PLR0917 - one leg's end
    desk: _Desk, book: _Book, leg: _Leg, t: int, price: float, fee: float, reason: ExitReason
) -> Trade:
    place = 0 if leg.bars is desk.bars[0] else 1
    closes = desk.tape.close[place, leg.bar : t]
    low = min(float(np.min(closes, initial=price)), price) / leg.price - 1.0
    high = max(float(np.max(closes, initial=price)), price) / leg.price - 1.0
    worst, best = (low, high) if leg.direction > 0 else (-high, -low)
    return Trade(
        side="long" if leg.direction > 0 else "short",
        entry_bar=int(desk.tape.rows[2, leg.bar]),
        exit_bar=int(desk.tape.rows[2, t]),
        entry_price=leg.price,
        exit_price=price,
        quantity=leg.quantity,
        pnl=leg.gain(price) - leg.fee - fee,
        fees=leg.fee + fee,
        stop_price=math.nan,
        exit_reason=reason,
        mae=min(worst, 0.0),
        mfe=max(best, 0.0),
        symbol=leg.bars.instrument.symbol,
        rule=desk.decisions.rules[book.rule].rule,
    )


def _result(  # noqa: PLR0913, PLR0917 - the parts of one result
    panel: Panel, tape: _Tape, book: _Book, equity: FloatArray, units: FloatArray, start: float
) -> BacktestResult:
    """Curves on the panel's timeline; between shared bars the last mark stands."""
    n = len(panel)
    at = np.searchsorted(tape.rows[2], np.arange(n), side="right") - 1
    known = np.maximum(at, 0)
    curve = np.where(at >= 0, equity[known], start)
    closes = tape.close[:, known]
    position = np.where(at >= 0, units[:, known], 0.0)
    return BacktestResult(
        time=panel.time,
        equity=curve,
        position=position,
        value=(position * closes).sum(axis=0),
        log=log_of(book.trades),
        start_equity=start,
        orders_cut=book.cut,
        orders_dropped=sum(book.drops.values()),
        bar_ms=panel.timeframe.seconds * 1000,
        drops=tuple(sorted(book.drops.items())),
        traded=book.traded,
    )
