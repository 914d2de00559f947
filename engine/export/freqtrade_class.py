"""Text of a freqtrade strategy: functions of a DataFrame, and the class that calls them."""

from __future__ import annotations

from typing import Final

FUNCTIONS: Final = '''\
def add_columns(dataframe, params=None, informative=None):
    """A copy of the candles with every expression (parameters apart) and decision (decided_*).

    informative: candles of higher timeframes by name; without them they are made of the own ones.
    """
    bars, values, decided = worked_out(dataframe, params, informative)
    found = {text: column for text, column in values.items() if not text.isidentifier()}
    found.update({"decided_" + name: column for name, column in decided.items()})
    return pd.concat([dataframe, pd.DataFrame(found, index=dataframe.index)], axis=1)


def worked_out(dataframe, params=None, informative=None):
    """(columns, expressions, decisions) of candles."""
    bars = columns_of(dataframe)
    for name, candles in (informative or {}).items():
        higher = columns_of(candles)
        bars[name] = aligned(higher, HIGHER[name], closes_of(bars["time"], SECONDS))
    values = indicators(bars, params)
    return bars, values, decide(bars, values)


def columns_of(dataframe):
    """Candles as numpy columns with open times in UTC milliseconds."""
    bars = {name: dataframe[name].to_numpy(dtype=float) for name in COLUMNS}
    bars["time"] = pd.DatetimeIndex(dataframe["date"]).as_unit("ms").asi8
    return bars


def aligned(higher, seconds, closes):
    """Higher candles, and for each own close the last one that has closed by then."""
    return higher, np.searchsorted(closes_of(higher["time"], seconds), closes, side="right") - 1


def first_stop(frame, name):
    """Protective level of an entry decided at each close, NaN for none."""
    side = RULES[name]["side"]
    nearer = np.fmax if side > 0 else np.fmin
    level = nearer(frame["decided_stop_" + name], frame["decided_trail_" + name])
    if RULES[name]["trailing"]:
        ref = frame["decided_ref_" + name]
        level = nearer(level, ref * (1 - side * RULES[name]["trailing"]))
    return level


def first_aims(frame, name):
    """Target prices of an entry decided at each close, one column each."""
    side, ref = RULES[name]["side"], frame["decided_ref_" + name]
    risk = (ref - first_stop(frame, name)).abs()
    return [
        ref + side * multiple * risk if multiple else frame[f"decided_aim_{name}_{place}"]
        for place, (_, multiple) in enumerate(RULES[name]["aims"])
    ]


def entries(frame, name):
    """Entries of a rule whose levels stand on the right side of the expected price."""
    side, ref = RULES[name]["side"], frame["decided_ref_" + name]
    wrong = side * (ref - first_stop(frame, name)) <= 0
    for aim in first_aims(frame, name):
        wrong |= side * (aim - ref) <= 0
    return frame["decided_enter_" + name] & ~frame["decided_exit_" + name] & ~wrong


def rule_of(trade):
    """The rule that opened a trade: its tag, or the first rule of its side."""
    side = -1 if trade.is_short else 1
    tag = getattr(trade, "enter_tag", None)
    return tag if tag in RULES else next(n for n in RULES if RULES[n]["side"] == side)


class Story:
    """What has become of a trade by the last candle: level, targets, trade state."""

    def __init__(self, frame, trade, params=None):
        self.name = name = rule_of(trade)
        rule = RULES[name]
        self.side, self.params = rule["side"], params or PARAMS
        self.bars, self.values, _ = worked_out(frame, params)
        closes = pd.DatetimeIndex(frame["date"]) + pd.Timedelta(seconds=SECONDS)
        self.begun = int((closes <= trade.open_date_utc).sum())
        before = frame.iloc[[max(self.begun - 1, 0)]]
        self.level = float(first_stop(before, name).iloc[0])
        self.aims = [float(aim.iloc[0]) for aim in first_aims(before, name)]
        ref = float(before["decided_ref_" + name].iloc[0])
        self.entry = float(getattr(trade, "open_rate", None) or ref)
        self.risk, self.past = abs(ref - self.level), {}
        self.units = float(getattr(trade, "nr_of_successful_entries", 1))
        self.highest, self.lowest = -np.inf, np.inf
        self.last = len(frame) - 1
        for t in range(self.begun, len(frame)):
            self.step(frame, t, rule)

    @property
    def held(self):
        """Candles since the fill."""
        return self.last - self.begun + 1

    def step(self, frame, t, rule):
        """One candle: extremes, trade state, level and moving targets."""
        bars, nearer = self.bars, np.fmax if self.side > 0 else np.fmin
        self.highest = max(self.highest, bars["high"][t])
        self.lowest = min(self.lowest, bars["low"][t])
        gain = self.side * (bars["close"][t] - self.entry)
        self.past[t] = {
            "entry_price": self.entry, "last_entry_price": self.entry,
            "highest_since_entry": self.highest, "lowest_since_entry": self.lowest,
            "bars_held": t - self.begun + 1.0, "open_return": gain / self.entry,
            "open_r": gain / self.risk if self.risk > 0 else np.nan,
            "units": self.units, "side": float(self.side),
        }
        self.level = nearer(self.level, frame["decided_trail_" + self.name].iloc[t])
        if rule["trailing"]:
            best = self.highest if self.side > 0 else self.lowest
            self.level = nearer(self.level, best * (1 - self.side * rule["trailing"]))
        if self.name in MOVES:
            self.level = nearer(self.level, self.ask(MOVES[self.name], t))
        if rule["breakeven"] and gain >= rule["breakeven"] * self.risk:
            self.level = nearer(self.level, self.entry)
        self.level = float(self.level)
        for (name, place), aim in AIMS.items():
            moved = self.ask(aim, t) if name == self.name else np.nan
            if not np.isnan(moved):
                self.aims[place] = moved

    def ask(self, program, t):
        """Value of an expression on the open trade at candle t."""
        def state(name, lag):
            return self.past.get(t - lag, {}).get(name, np.nan)
        return float(program(self.bars, self.values, state, self.params, t))


def stop_level(frame, trade, params=None):
    """Tightest level reached so far by a trade, NaN for none."""
    return Story(frame, trade, params).level
'''

HEAD: Final = '''\
class {name}(IStrategy):
    """The strategy; copy the file into user_data/strategies."""

    INTERFACE_VERSION = 3
    timeframe = "{timeframe}"
    can_short = {shorts}
    startup_candle_count = WARMUP
    process_only_new_candles = True
    use_exit_signal = True
    minimal_roi = {roi}
    stoploss = {stoploss}
    use_custom_stoploss = {stops}
'''

SIGNALS: Final = '''
    def params(self):
        """Parameter values of this run by name."""
        return {name: getattr(getattr(self, "p_" + name), "value", PARAMS[name]) for name in PARAMS}

    def populate_indicators(self, dataframe, metadata):
        """Add every column once."""
        higher = {
            name: self.dp.get_pair_dataframe(pair=metadata["pair"], timeframe=name)
            for name in HIGHER
            if getattr(self, "dp", None) is not None
        }
        return add_columns(dataframe, self.params(), higher)

    def populate_entry_trend(self, dataframe, metadata):
        """Entries for the next open, tagged by rule; two opposite ones at once give none."""
        wanted = {name: entries(dataframe, name) for name in RULES}
        sides = {side: pd.Series(False, dataframe.index) for side in (1, -1)}
        for name in RULES:
            sides[RULES[name]["side"]] |= wanted[name]
        for name in reversed(list(RULES)):
            side = RULES[name]["side"]
            alone = wanted[name] & ~sides[-side]
            dataframe.loc[alone, "enter_long" if side > 0 else "enter_short"] = 1
            dataframe.loc[alone, "enter_tag"] = name
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        """Exits for the next open, of sides with one rule; others leave through custom_exit."""
        for name in RULES:
            if ALONE[name]:
                leave = dataframe["decided_exit_" + name].copy()
                if "decided_over_" + name in dataframe:
                    leave |= dataframe["decided_over_" + name]
                column = "exit_long" if RULES[name]["side"] > 0 else "exit_short"
                dataframe.loc[leave, column] = 1
        return dataframe

    def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, min_stake,
                            max_stake, leverage, entry_tag, side, **kwargs):
        """Stake of the sizing rule at the last close; 0 means no trade."""
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        last, sign = frame.iloc[[-1]], 1 if side == "long" else -1
        own = [name for name in RULES if RULES[name]["side"] == sign]
        name = entry_tag if entry_tag in own else own[0]
        stop = float(first_stop(last, name).iloc[0])
        ref = float(last["decided_ref_" + name].iloc[0])
        weight = float(last["decided_weight"].iloc[0]) if "decided_weight" in last else np.nan
        equity = self.wallets.get_total_stake_amount()
        units = wanted_units((SIZING, SIZE, LARGEST), equity, ref, (stop, weight))
        return min(units * ref, max_stake) if units > 0 else 0
'''

INFORMATIVE: Final = '''
    def informative_pairs(self):
        """Every pair on the higher timeframes that the expressions look at."""
        return [(pair, name) for pair in self.dp.current_whitelist() for name in HIGHER]
'''

STOPS: Final = '''
    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit,
                        after_fill=False, **kwargs):
        """Distance to the level that the trade has reached; None keeps the one before."""
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        level = stop_level(frame, trade, self.params())
        if np.isnan(level) or level <= 0:
            return None
        return stoploss_from_absolute(
            level, current_rate, is_short=trade.is_short, leverage=trade.leverage
        )
'''

EXITS: Final = '''
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        """The way out of the rule that opened the trade: target, condition, age."""
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        story = Story(frame, trade, self.params())
        name, last = story.name, frame.iloc[-1]
        shares = RULES[name]["aims"]
        for aim, (share, _) in zip(story.aims, shares):
            if not ROI and share == 1 and story.side * (current_rate - aim) >= 0:
                return "target"
        if story.held < 1:
            return None
        if not ALONE[name]:
            if last["decided_exit_" + name] or last.get("decided_over_" + name, False):
                return "signal"
        if name in LEAVES and story.ask(LEAVES[name], story.last) == 1.0:
            return "signal"
        if RULES[name]["time_bars"] and story.held >= RULES[name]["time_bars"]:
            return "time"
        return None
'''

LIMIT_PRICE: Final = '''
    def custom_entry_price(self, pair, trade, current_time, proposed_rate, entry_tag, side,
                           **kwargs):
        """Limit price of a rule that enters by a limit order."""
        if RULES.get(entry_tag, {}).get("order") != "limit":
            return proposed_rate
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        return float(frame["decided_ref_" + entry_tag].iloc[-1])
'''

PARTS: Final = '''
    position_adjustment_enable = True

    def adjust_trade_position(self, trade, current_time, current_rate, current_profit, min_stake,
                              max_stake, *args, **kwargs):
        """Close a target's share (below zero) or add a unit (above zero); None leaves it."""
        frame, _ = self.dp.get_analyzed_dataframe(trade.pair, self.timeframe)
        story = Story(frame, trade, self.params())
        shares = [share for share, _ in RULES[story.name]["aims"]]
        reached = [
            place for place, aim in enumerate(story.aims)
            if shares[place] < 1 and story.side * (current_rate - aim) >= 0
        ]
        first = trade.select_filled_orders(trade.entry_side)[0]
        if len(reached) > trade.nr_of_successful_exits:
            share = shares[reached[trade.nr_of_successful_exits]]
            return -min(share * first.stake_amount_filled, trade.stake_amount)
        units = trade.nr_of_successful_entries
        if MAX_UNITS and units < MAX_UNITS and story.held >= units:
            if story.ask(ADDS, story.last) == 1.0:
                return min(first.stake_amount_filled, max_stake)
        return None
'''
