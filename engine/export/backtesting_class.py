"""Text of the Strategy class: what is remembered of a position, and what is done at a close."""

from __future__ import annotations

from typing import Final

HELD: Final = '''\
class Held:
    """What is remembered of one position; its trades carry it as their tag, with a target's place.

    level: stop; risk: distance of the first stop from the expected price; aims: target prices.
    """

    def __init__(self, name, level, risk, aims, unit_risk):
        self.name, self.rule, self.side = name, RULES[name], RULES[name]["side"]
        self.level, self.risk, self.aims = level, risk, aims
        self.unit_risk = unit_risk
        self.begun, self.units, self.leaving = None, 0, False
        self.entry = self.newest = self.quantity = 0.0
        self.highest, self.lowest = -np.inf, np.inf
        self.orders = set()
        self.past = {}

    def filled(self, trade, order):
        """Another trade of the position; trades of one order are one unit."""
        if self.begun is None:
            self.begun = trade.entry_bar
        size = abs(trade.size)
        if self.quantity == 0.0:
            self.entry = trade.entry_price
        elif trade.entry_price != self.entry:
            worth = self.quantity * self.entry + size * trade.entry_price
            self.entry = worth / (self.quantity + size)
        self.newest = trade.entry_price
        self.quantity += size
        self.orders.add(order)
        self.units = len(self.orders)

    def mark(self, t, high, low, close):
        """Extremes and trade state at close t."""
        self.highest, self.lowest = max(self.highest, high), min(self.lowest, low)
        gain = self.side * (close - self.entry)
        self.past[t] = {
            "entry_price": self.entry, "last_entry_price": self.newest,
            "highest_since_entry": self.highest, "lowest_since_entry": self.lowest,
            "bars_held": t - self.begun + 1.0, "open_return": gain / self.entry,
            "open_r": gain / self.risk if self.risk > 0 else np.nan,
            "units": float(self.units), "side": float(self.side),
        }
'''

CLASS: Final = '''\
class {name}(Strategy):
    """The strategy; run it with finalize_trades=False, so that open trades stay open."""

    price_step = 0.01  # smallest price change; a stop needs two of them
{params}
    def init(self):
        """Work out all decisions once; none of them looks at a later bar."""
        frame = self.data.df
        self.bars = {{
            name: frame[name.capitalize()].to_numpy(dtype=float)
            for name in ("open", "high", "low", "close", "volume")
        }}
{time}        self.given = {{name: getattr(self, "p_" + name) for name in PARAMS}}
        self.values = indicators(self.bars, self.given)
        self.decided = decide(self.bars, self.values)
        self.working = {{}}  # rule -> (its order in our words, last bar in which it works)
        self.known, self.gone = {{}}, 0
        self.won = {{1: False, -1: False}}
        self.rested = 0  # first close that may decide an entry again
{begin}
    def next(self):
        """At this close: see what was filled, raise stops, plan exits, place entries."""
        t = len(self.data) - 1
        for order in list(self.orders):
            if order.parent_trade is None:
                order.cancel()  # an entry that was not filled; it is sent again while it works
{day}{settle}        self.look(t)
        held = None
        for held in dict.fromkeys(trade.tag[0] for trade in self.trades):
            self.guard(held, t)
{account}        if t >= max(WARMUP, self.rested){allowed}:
            self.decide(held, t)
{more}        self.place(t)

    def look(self, t):
        """Take note of fills and of positions that have ended."""
        for trade in [*self.closed_trades[self.gone:], *self.trades]:
            if id(trade.tag) not in self.known:
                self.known[id(trade.tag)] = trade.tag
                held, _, order = trade.tag
{count}                held.filled(trade, order)
                self.working = {{
                    name: plan for name, plan in self.working.items()
                    if plan[0][0] is not held and RULES[name]["side"] != held.side
                }}
        ended = [trade.tag[0] for trade in self.closed_trades[self.gone:]]
        self.gone = len(self.closed_trades)
        for held in dict.fromkeys(ended):
            if not any(trade.tag[0] is held for trade in self.trades):
                self.end(held, t)

    def end(self, held, t):
        """The position is gone: cool-down, result of the last trade of this side."""
        self.rested = t + COOLDOWN + 1 if COOLDOWN else self.rested
{result}
    def guard(self, held, t):
        """Ratchet the stop, move targets and leave on a condition or by age."""
        bars, rule, side = self.bars, held.rule, held.side
        nearer = np.fmax if side > 0 else np.fmin
        held.quantity = sum(abs(trade.size) for trade in self.trades if trade.tag[0] is held)
        held.mark(t, bars["high"][t], bars["low"][t], bars["close"][t])
        level = nearer(held.level, self.decided["trail_" + held.name][t])
        if rule["trailing"]:
            best = held.highest if side > 0 else held.lowest
            level = nearer(level, best * (1 - side * rule["trailing"]))
        if held.name in MOVES:
            level = nearer(level, self.ask(MOVES[held.name], held, t))
        gain = side * (bars["close"][t] - held.entry)
        if rule["breakeven"] and gain >= rule["breakeven"] * held.risk:
            level = nearer(level, held.entry)
        held.level = float(level)
        for (name, place), aim in AIMS.items():
            moved = self.ask(aim, held, t) if name == held.name else np.nan
            if not np.isnan(moved):
                held.aims[place] = moved
        for trade in self.trades:
            self.protect(trade)
        if self.over(held, t):
            self.leave(held)

    def ask(self, program, held, t):
        """Value of an expression on the open position."""
        def state(name, lag):
            return held.past.get(t - lag, {{}}).get(name, np.nan)
        return float(program(self.bars, self.values, state, self.given, t))

    def protect(self, trade):
        """Give a trade the stop and the target that hold now."""
        held, place, _ = trade.tag
        stop = held.level if held.level > 0 else None
        target = held.aims[place] if place is not None and held.aims[place] > 0 else None
        if trade.sl != stop:
            trade.sl = stop
        if trade.tp != target:
            trade.tp = target

    def over(self, held, t):
        """Whether the position is left at the next open."""
        name = held.name
        if self.decided["exit_" + name][t]:
            return True
        if name in LEAVES and self.ask(LEAVES[name], held, t) == 1.0:
            return True
        limit = held.rule["time_bars"]
        if limit and t - held.begun + 1 >= limit:
            return True
        return "over_" + name in self.decided and self.decided["over_" + name][t]

    def leave(self, held):
        """Close everything at the next open."""
        if not held.leaving:
            held.leaving = True
            for trade in self.trades:
                if trade.tag[0] is held:
                    trade.close()

    def fires(self, name, t):
        """Whether a rule decides an entry at this close and no exit."""
        column = "won_" if "won_" + name in self.decided and self.won[RULES[name]["side"]] else ""
        entry = self.decided[(column or "enter_") + name][t]
        return entry and not self.decided["exit_" + name][t]

    def decide(self, held, t):
        """Orders of the rules that fire; of several market entries of a side the first counts."""
        side = held.side if held is not None else 0
        firing = [name for name in RULES if RULES[name]["side"] != side and self.fires(name, t)]
        market = [name for name in RULES if RULES[name]["order"] == "market_next_open"]
        wanted = [name for name in market if self.fires(name, t)]
        if len({{RULES[name]["side"] for name in wanted}}) == 1 and wanted[0] in firing:
            self.plan(wanted[0], t)
        for name in firing:
            if name not in market:
                self.plan(name, t)

    def plan(self, name, t):
        """Levels and size of an entry; nothing where they stand on the wrong side."""
        rule, found = RULES[name], self.decided
        side = rule["side"]
        nearer = np.fmax if side > 0 else np.fmin
        ref, trail = float(found["ref_" + name][t]), found["trail_" + name][t]
        if rule["trailing"]:
            trail = nearer(trail, ref * (1 - side * rule["trailing"]))
        stop = float(nearer(found["stop_" + name][t], trail))
        away = side * (ref - stop)
        if away <= 0 or away < 2 * self.price_step * (1 - 1e-9):
            return
        aims = self.aims(name, t, ref, stop)
        if any(side * (aim - ref) <= 0 for aim in aims):
            return
        weight = found["weight"][t] if "weight" in found else np.nan
        size = wanted_units((SIZING, SIZE, LARGEST), self.equity, ref, (stop, weight))
        units = whole(size)
        if units < 1:
            return
        if rule["max_loss"]:
            stop = float(nearer(stop, ref - side * rule["max_loss"] * self.equity / units))
        risk = abs(ref - stop)
        aims = self.aims(name, t, ref, stop)
        held = Held(name, stop, risk, aims, units * (risk if risk > 0 else ref))
        self.working[name] = ((held, units, ref, t), t + rule["valid"])

    def aims(self, name, t, ref, stop):
        """Target prices of an entry with this expected price and stop."""
        side, aims = RULES[name]["side"], RULES[name]["aims"]
        return [
            ref + side * multiple * abs(ref - stop) if multiple
            else float(self.decided[f"aim_{{name}}_{{place}}"][t])
            for place, (_, multiple) in enumerate(aims)
        ]

    def parts(self, held, units):
        """(units, target's place) of an entry; the farthest target takes what rounding leaves."""
        aims = held.rule["aims"]
        if not aims:
            return [(units, None)]
        order = sorted(range(len(aims)), key=lambda place: held.side * held.aims[place])
        shares = [(whole(aims[place][0] * units), place) for place in order]
        rest = units - sum(size for size, _ in shares)
        if sum(share for share, _ in aims) > 1 - 1e-9:
            shares[-1] = (shares[-1][0] + rest, shares[-1][1])
        else:
            shares.append((rest, None))
        return [(size, place) for size, place in shares if size > 0]

    def place(self, t):
        """Send what works in the next bar; a price order carries what it closes on its way."""
        for name, (plan, until) in list(self.working.items()):
            if until <= t or plan[0].begun is not None:
                del self.working[name]
            elif RULES[name]["order"] != "market_on_close":
                self.send(name, *plan[:2], plan[2], t)

    def send(self, name, held, units, ref, t):
        """Orders of one entry, one for each of its targets."""
        buy = self.buy if held.side > 0 else self.sell
        against = [trade for trade in self.trades if trade.is_long != (held.side > 0)]
        kind, close = held.rule["order"], float(self.data.Close[-1])
        waiting = [] if against and against[0].tag[0].leaving else against
        over = sum(abs(trade.size) for trade in waiting)
        for size, place in self.parts(held, units):
            tag = (held, place, t)
            if kind in ("stop", "limit"):
                buy(size=size + over, tag=tag, **{{kind: ref}})
                over = 0
                continue
            stop = held.level if held.level > 0 else None
            target = held.aims[place] if place is not None and held.aims[place] > 0 else None
            buy(size=size, sl=stop, tp=target, tag=tag)
        if kind == "market_next_open" and waiting:
            self.leave(waiting[0].tag[0])
'''
