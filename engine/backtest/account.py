"""One account over all bars: orders, fills, cash, one position at a time.

Decide at close t, act in bar t+1: market exits at the open, then market entries there. Flat
stretches are skipped. A ruined account is done with at the price of ruin, without costs, since
nothing is left to pay them, and no position follows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from engine.backtest.matching import TARGET, ruin_price, with_impact
from engine.backtest.orders import (
    BAR_ABSENT,
    DROP_CODES,
    FINE,
    QUANTITY_TOO_SMALL,
    Terms,
    afford,
    size_entry,
)
from engine.backtest.plans import Sides, Tape
from engine.backtest.ride import END, OPPOSITE, REVERSE, RUIN, Fixed, Ride, walk


class Order(NamedTuple):
    """An entry for the open of the bar after its decision; quantity 0 means there is none."""

    direction: int
    decided: int
    quantity: float
    cut: bool


class Deal(NamedTuple):
    """A position from entry to exit; prices after impact, fees and cash in quote currency."""

    direction: int
    entry_bar: int
    exit_bar: int
    entry_price: float
    exit_price: float
    quantity: float
    entry_fee: float
    exit_fee: float
    stop: float
    event: int
    cash_open: float
    cash_closed: float


class Tally(NamedTuple):
    """What the loop hands back beside the deals.

    Attributes:
        cut: entries cut to the cap or to cash.
        dropped: dropped orders, by number of their code in `orders.DROP_CODES`.
        pending_entry: direction of an entry decided at the last close, 0 for none.
        pending_exit: whether a market exit was decided at the last close.
    """

    cut: int
    dropped: tuple[int, ...]
    pending_entry: int
    pending_exit: bool


class _Account:
    """Cash and counts of one run; one method per thing that can happen."""

    def __init__(self, tape: Tape, sides: Sides, terms: Terms, cash: float) -> None:
        self.tape, self.sides, self.terms = tape, sides, terms
        self.last = len(tape.close) - 1
        self.cash = cash
        self.earliest = 0
        self.cut = 0
        self.dropped = [0] * len(DROP_CODES)
        self.pending_entry, self.pending_exit = 0, False
        self.deals: list[Deal] = []

    def decide(self, t: int, equity: float) -> Order | None:
        """The order that comes of the entry decided at close t, None when it is skipped."""
        direction = self.tape.wants[t]
        plan = self.sides.of(direction)
        fault, quantity, cut = plan.fault[t], 0.0, False
        if fault == FINE:
            quantity, cut = size_entry(self.terms, equity, self.tape.close[t], plan.level[t])
            fault = FINE if quantity > 0.0 else QUANTITY_TOO_SMALL
        if fault == FINE and t < self.last and self.tape.absent[t + 1]:
            fault = BAR_ABSENT
        if fault != FINE:
            self.dropped[fault] += 1
            return None
        return Order(direction, t, quantity, cut)

    def open(self, order: Order) -> tuple[Deal, Ride, Fixed] | None:
        """Fill an entry at its open; None when cash does not pay for the smallest order."""
        direction, bar, plan = order.direction, order.decided + 1, self.sides.of(order.direction)
        price = with_impact(self.tape.open[bar], direction, self.terms.impact)
        quantity, short_of_cash = afford(self.terms, order.quantity, price, self.cash)
        if not quantity > 0.0:
            self.dropped[QUANTITY_TOO_SMALL] += 1
            return None
        self.cut += order.cut or short_of_cash
        fee = quantity * price * self.terms.taker
        self.cash -= direction * quantity * price + fee
        stop, target = plan.level[order.decided], plan.target[order.decided]
        ruin = ruin_price(direction, self.cash, quantity)
        fixed = Fixed(bar, target, ruin, self.earliest, self.terms.through)
        ride = Ride(bar, stop, plan.trails[order.decided], math.nan, 0)
        deal = Deal(
            direction, bar, bar, price, price, quantity, fee, 0.0, stop, END, self.cash, self.cash
        )
        return deal, ride, fixed

    def hold(self, deal: Deal, ride: Ride, fixed: Fixed) -> Order | None:
        """Walk a position to its end and book it; the order of a reversal, if that ended it."""
        plan, order = self.sides.of(deal.direction), None
        while True:
            ride = walk(ride, fixed, plan, self.tape)
            self.dropped[BAR_ABSENT] += ride.dropped
            if ride.event not in {OPPOSITE, END}:
                break
            if self.tape.wants[ride.bar] == -deal.direction and ride.bar >= fixed.earliest:
                value = deal.cash_open + deal.direction * deal.quantity * ride.price
                order = self.decide(ride.bar, value)
            if ride.event == END or order is not None:
                break
            ride = ride._replace(bar=ride.bar + 1, event=0, dropped=0)
        if ride.event == END:
            self.pending_exit = ride.leave != 0 or order is not None
            self.pending_entry = 0 if order is None else order.direction
            order = None
        elif order is not None:
            raw = self.tape.open[ride.bar + 1]
            ride = ride._replace(bar=ride.bar + 1, event=ride.leave or REVERSE, price=raw)
        self.close(deal, ride)
        return order

    def close(self, deal: Deal, ride: Ride) -> None:
        """Book the end of a position; an open one is marked, which costs nothing."""
        price, rate = ride.price, 0.0
        if ride.event == TARGET:
            rate = self.terms.maker
        elif ride.event not in {RUIN, END}:
            price = with_impact(price, -deal.direction, self.terms.impact)
            rate = self.terms.taker
        fee = deal.quantity * price * rate
        cash = deal.cash_open + deal.direction * deal.quantity * price - fee
        if ride.event == RUIN:
            cash = min(cash, 0.0)
        self.cash = cash
        if ride.event != END and self.terms.cooldown:
            self.earliest = ride.bar + self.terms.cooldown + 1
        self.deals.append(
            deal._replace(
                exit_bar=ride.bar,
                exit_price=price,
                exit_fee=fee,
                event=ride.event,
                cash_closed=cash,
            )
        )


def run(
    tape: Tape, sides: Sides, terms: Terms, ahead: list[int], cash: float
) -> tuple[list[Deal], Tally]:
    """Run one account over all bars.

    Args:
        tape: prices and entry decisions.
        sides: plans of both sides.
        terms: sizing and costs.
        ahead: for each bar, the first one at or after it whose close decides an entry.
        cash: at the start, quote currency.
    """
    account = _Account(tape, sides, terms, cash)
    flat_from = 0
    while account.cash > 0.0:
        t = ahead[min(max(flat_from, account.earliest), account.last + 1)]
        if t > account.last:
            break
        order = account.decide(t, account.cash)
        if t == account.last:
            account.pending_entry = 0 if order is None else order.direction
            break
        flat_from = t + 1
        while order is not None:
            opened = account.open(order)
            if opened is None:
                break
            order = account.hold(*opened)
            flat_from = account.deals[-1].exit_bar
    return account.deals, Tally(
        account.cut, tuple(account.dropped), account.pending_entry, account.pending_exit
    )
