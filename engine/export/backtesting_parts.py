"""Methods of the Strategy class that only some specs need: fills, units, weights, limits.

What the package has no word for is done with its broker at the close of the bar, by copies of our
fill rules: an entry at the close, and the stop of a position that was entered inside the bar.
"""

from __future__ import annotations

from typing import Final

SETTLE: Final = '''
    def settle(self, t):
        """What the package leaves for the next bar: stops of positions entered inside this one."""
        bars, broker = self.bars, self._broker
        high, low, opened = bars["high"][t], bars["low"][t], bars["open"][t]
        for trade in list(self.trades):
            held, place, _ = trade.tag
            if trade.entry_bar != t or held.rule["order"] not in ("stop", "limit"):
                continue
            paid = broker._adjusted_price(trade.size, opened)
            at_open = abs(trade.entry_price - paid) <= 1e-12 * opened
            aim = held.aims[place] if place is not None and at_open else np.nan
            price, event = protective_exit(held.side, held.level, aim, opened, high, low, False)
            if event == NOTHING:
                continue
            broker._close_trade(trade, float(price if at_open else held.level), t)
            broker._equity[t] = broker.equity
'''

AT_CLOSE: Final = '''
    def fill_at_close(self, t):
        """Entries placed for the close of this bar, an opposite position closed at it."""
        broker, close = self._broker, float(self.data.Close[-1])
        for name, (plan, _) in list(self.working.items()):
            held, units, _, decided = plan
            if RULES[name]["order"] != "market_on_close" or decided >= t:
                continue
            if any(one.entry_bar == t for one in [*self.trades, *self.closed_trades[-4:]]):
                continue  # one entry a bar
            del self.working[name]
            for trade in [one for one in self.trades if one.is_long != (held.side > 0)]:
                broker._close_trade(trade, close, t)
            price = broker._adjusted_price(held.side)
            if units * price > broker.margin_available * broker._leverage:
                continue
            for size, place in self.parts(held, units):
                broker._open_trade(price, held.side * size, None, None, t, (held, place, t))
            broker._equity[t] = broker.equity
'''

ADDS: Final = '''
    def grow(self, held, t):
        """Another unit with the first one's risk; it shares stop and target."""
        if held.units >= MAX_UNITS or self.ask(adds, held, t) != 1.0:
            return
        ref, side = float(self.data.Close[-1]), held.side
        nearer = np.fmax if side > 0 else np.fmin
        trail = self.decided["trail_" + held.name][t]
        if held.rule["trailing"]:
            trail = nearer(trail, ref * (1 - side * held.rule["trailing"]))
        stop = float(nearer(self.decided["stop_" + held.name][t], trail))
        risk = abs(ref - stop)
        risk = ref if np.isnan(risk) or np.isnan(held.risk) else risk
        room = max(LARGEST * self.equity / ref - held.quantity, 0.0)
        units = whole(min(held.unit_risk / risk, room)) if risk > 0 else 0
        if units < 1:
            return
        if LATEST:
            held.level = float(nearer(held.level, stop))
            for trade in self.trades:
                self.protect(trade)
        buy = self.buy if side > 0 else self.sell
        for _, place in self.parts(held, units):
            stop = held.level if held.level > 0 else None
            target = held.aims[place] if place is not None and held.aims[place] > 0 else None
            try:
                buy(size=units, sl=stop, tp=target, tag=(held, place, t))
            except ValueError:
                pass  # the price has passed a level: the position is out at the next open
'''

RESIZES: Final = '''
    def resize(self, held, t):
        """Bring the position back to its weight at the next open."""
        weight, close = self.decided["weight"][t], float(self.data.Close[-1])
        if np.isnan(weight) or self.equity <= 0:
            return
        weight = min(weight, LARGEST)
        units = sum(abs(trade.size) for trade in self.trades)
        if abs(units * close / self.equity - weight) <= BAND * weight:
            return
        more = whole(weight * self.equity / close) - units
        if more == 0 or more == -units:
            return
        if more > 0:
            trade, buy = self.trades[0], self.buy if held.side > 0 else self.sell
            buy(size=more, sl=trade.sl, tp=trade.tp, tag=(held, trade.tag[1], trade.tag[2]))
        for trade in self.trades if more < 0 else ():
            fewer = min(-more, abs(trade.size))
            more += fewer
            if fewer > 0:
                trade.close(fewer / abs(trade.size))
'''

LIMITS: Final = '''
    def count_day(self, t):
        """A new day or week: its counts begin again."""
        if self.days[t]:
            self.day_start, self.day_trades, self.day_losses = self.last_equity, 0, 0
        if self.weeks[t]:
            self.week_trades = 0
        self.last_equity = self.equity

    def limit(self, held, t):
        """A drawdown that is reached ends the run flat."""
        self.peak = max(self.peak, self.equity)
        if MAX_DRAWDOWN and self.equity <= (1 - MAX_DRAWDOWN) * self.peak:
            self.halted = True
            self.working = {}
        later = min(t + 1, len(self.days) - 1)
        if held is not None and (self.halted or self.flat[later]):
            self.leave(held)

    def allowed(self, t):
        """Whether account and clock take an entry in the next bar; only its time is looked at."""
        later = min(t + 1, len(self.days) - 1)
        if self.halted or self.shut[later]:
            return False
        if MAX_DAILY_LOSS and 1 - self.equity / self.day_start >= MAX_DAILY_LOSS:
            return False
        today, week = not self.days[later], not self.weeks[later]
        return not (
            (MAX_DAY_TRADES and today and self.day_trades >= MAX_DAY_TRADES)
            or (MAX_WEEK_TRADES and week and self.week_trades >= MAX_WEEK_TRADES)
            or (MAX_DAY_LOSSES and today and self.day_losses >= MAX_DAY_LOSSES)
        )
'''
