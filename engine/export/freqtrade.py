"""A spec as a freqtrade strategy (IStrategy, interface version 3), in one file.

`add_columns` is a plain function of a DataFrame: every indicator and every decision as a column,
worked out by copies of our kernels. The class turns them into freqtrade's signals, stops and
stakes.
"""

from __future__ import annotations

from typing import Final

from engine.export.backtesting_py import class_name
from engine.export.blueprint import Blueprint, blueprint_of
from engine.export.decide_code import assumptions, decisions_source
from engine.export.header import header
from engine.export.sources import prelude
from engine.language.spec import Parameter, StrategySpec

TARGET: Final = "freqtrade"

_FUNCTIONS: Final = '''\
def add_columns(dataframe, params=None):
    """A copy of the candles with every expression (parameters apart) and decision (decided_*)."""
    bars = {name: dataframe[name].to_numpy(dtype=float) for name in COLUMNS}
    bars["time"] = pd.DatetimeIndex(dataframe["date"]).as_unit("ms").asi8
    values = indicators(bars, params).items()
    found = {text: column for text, column in values if not text.isidentifier()}
    found.update({"decided_" + name: values for name, values in decide(bars, params).items()})
    return pd.concat([dataframe, pd.DataFrame(found, index=dataframe.index)], axis=1)


def first_stop(frame, side):
    """Protective level of an entry decided at each close, NaN for none."""
    nearer = np.fmax if side == "long" else np.fmin
    level = nearer(frame["decided_stop_" + side], frame["decided_trail_" + side])
    if TRAILING[side]:
        level = nearer(level, frame["close"] * (1 - SIGN[side] * TRAILING[side]))
    return level


def entries(frame, side):
    """Entries of a side whose levels stand on the right side of the close."""
    stop, target = first_stop(frame, side), frame["decided_target_" + side]
    wrong = SIGN[side] * (frame["close"] - stop) <= 0
    wrong |= SIGN[side] * (target - frame["close"]) <= 0
    return frame["decided_enter_" + side] & ~frame["decided_exit_" + side] & ~wrong


def held(frame, opened):
    """(row that decided the entry, rows since the fill) of a trade opened at that time."""
    closes = pd.DatetimeIndex(frame["date"]) + pd.Timedelta(seconds=SECONDS)
    before = int((closes <= opened).sum())
    return frame.iloc[max(before - 1, 0)], frame.iloc[before:]


def stop_level(frame, opened, side):
    """Tightest level reached so far by a trade opened at that time, NaN for none."""
    entry, since = held(frame, opened)
    nearer = np.fmax if side == "long" else np.fmin
    level = float(first_stop(frame.loc[[entry.name]], side).iloc[0])
    for trail in since["decided_trail_" + side]:
        level = float(nearer(level, trail))
    if TRAILING[side] and len(since):
        best = since["high"].max() if side == "long" else since["low"].min()
        level = float(nearer(level, best * (1 - SIGN[side] * TRAILING[side])))
    return level
'''

_HEAD: Final = '''\
class {name}(IStrategy):
    """The strategy; copy the file into user_data/strategies."""

    INTERFACE_VERSION = 3
    timeframe = "{timeframe}"
    can_short = {shorts}
    startup_candle_count = WARMUP
    process_only_new_candles = True
    use_exit_signal = True
    minimal_roi = {roi}
    stoploss = -0.99  # never meant to be reached: levels come from custom_stoploss
    use_custom_stoploss = {stops}
'''

_SIGNALS: Final = '''
    def params(self):
        """Parameter values of this run by name."""
        return {name: getattr(getattr(self, "p_" + name), "value", PARAMS[name]) for name in PARAMS}

    def populate_indicators(self, dataframe, metadata):
        """Add every column once."""
        return add_columns(dataframe, self.params())

    def populate_entry_trend(self, dataframe, metadata):
        """Entries for the next open; two opposite ones at once give none."""
        wanted = {side: entries(dataframe, side) for side in SIDES}
        for side in SIDES:
            alone = wanted[side]
            for other in SIDES:
                alone = alone & ~wanted[other] if other != side else alone
            dataframe.loc[alone, "enter_" + side] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        """Exits for the next open."""
        for side in SIDES:
            dataframe.loc[dataframe["decided_exit_" + side], "exit_" + side] = 1
        return dataframe

    def custom_stake_amount(self, pair, current_time, current_rate, proposed_stake, min_stake,
                            max_stake, leverage, entry_tag, side, **kwargs):
        """Stake of the sizing rule at the last close; 0 means no trade."""
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        last = frame.iloc[[-1]]
        stop, close = float(first_stop(last, side).iloc[0]), float(last["close"].iloc[0])
        equity = self.wallets.get_total_stake_amount()
        units = wanted_units((SIZING, SIZE, LARGEST), equity, close, stop)
        return min(units * close, max_stake) if units > 0 else 0
'''

_STOPS: Final = '''
    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit,
                        after_fill=False, **kwargs):
        """Distance to the level that the trade has reached; None keeps the one before."""
        side = "short" if trade.is_short else "long"
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        level = stop_level(frame, trade.open_date_utc, side)
        if np.isnan(level) or level <= 0:
            return None
        return stoploss_from_absolute(
            level, current_rate, is_short=trade.is_short, leverage=trade.leverage
        )
'''

_EXITS: Final = '''
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        """Target reached or position too old."""
        side = "short" if trade.is_short else "long"
        frame, _ = self.dp.get_analyzed_dataframe(pair, self.timeframe)
        entry, since = held(frame, trade.open_date_utc)
        target = entry["decided_target_" + side]
        if not ROI and SIGN[side] * (current_rate - target) >= 0:
            return "target"
        if TIME_BARS[side] and len(since) >= TIME_BARS[side]:
            return "time"
        return None
'''

_COOLDOWN: Final = '''
    @property
    def protections(self):
        """Bars after an exit without an entry."""
        return [{{"method": "CooldownPeriod", "stop_duration_candles": {bars}}}]
'''

_ALWAYS: Final = (
    "one pair at a time: pairs share the wallet, each is decided on its own candles",
    "fees, order types and order timing are those of freqtrade's configuration",
    "stops fill exactly at their level there; our engine fills a gap at the open",
    "sizes are rounded by the exchange, stakes are cut to what the wallet has",
    "a stop that would stand closer than two ticks is not refused",
)


def approximations(blueprint: Blueprint) -> list[str]:
    """What differs from our engine, one sentence each."""
    spec = blueprint.spec
    found = list(_ALWAYS)
    if _roi(blueprint) is not None:
        found.append("the target is a return on the fill after fees (minimal_roi), ours a price")
    elif spec.targets:
        found.append("targets are tested against the current rate, in tests the candle's open")
    if any(stop.kind == "time_bars" for stop in spec.stops):
        found.append("the time exit is seen when a candle closes, with the exchange's delay")
    if blueprint.params:
        found.append("parameters are optimised in the space `buy`")
    return [*found, *assumptions(blueprint)]


def _roi(blueprint: Blueprint) -> float | None:
    """The one percentage target that every rule has, None when it is something else."""
    targets = blueprint.spec.targets
    if len(targets) == 1 and targets[0].kind == "pct" and not targets[0].rules:
        return targets[0].value
    return None


def export(spec: StrategySpec) -> str:
    """The whole file.

    Raises:
        InputError: EXPORT_NOT_POSSIBLE with the path of the part that cannot be written.
        SpecError: the spec is not right.
    """
    blueprint = blueprint_of(spec, TARGET)
    code = [decisions_source(blueprint, TARGET), _FUNCTIONS.rstrip(), _strategy(blueprint)]
    imports, helpers = prelude("\n".join(code))
    tuned = sorted({_kind(param) for param in spec.params if _tuned(param)})
    names = ", ".join(sorted([*tuned, "IStrategy", "stoploss_from_absolute"], key=str.lower))
    head = [
        header(blueprint, TARGET, approximations(blueprint), "#"),
        "",
        "from __future__ import annotations",
        "",
        *imports,
        "import pandas as pd",
        f"from freqtrade.strategy import {names}",
        "",
        _constants(blueprint),
    ]
    return "\n\n\n".join(["\n".join(head), helpers, *code]) + "\n"


def _constants(blueprint: Blueprint) -> str:
    sizing = blueprint.spec.sizing
    levels = {side: blueprint.side(side)[0].levels for side in blueprint.sides}
    return "\n".join([
        'COLUMNS = ["open", "high", "low", "close", "volume"]',
        f"SIDES = {list(blueprint.sides)!r}",
        'SIGN = {"long": 1, "short": -1}',
        f"SECONDS = {blueprint.spec.timeframe.seconds}",
        f"TRAILING = { {side: one.trailing_fraction for side, one in levels.items()}!r}",
        f"TIME_BARS = { {side: one.time_bars for side, one in levels.items()}!r}",
        f"ROI = {_roi(blueprint)!r}",
        f"SIZING, SIZE, LARGEST = {sizing.kind!r}, {sizing.value!r}, {blueprint.cap!r}",
    ])  # fmt: skip


def _strategy(blueprint: Blueprint) -> str:
    spec, roi = blueprint.spec, _roi(blueprint)
    stops = any(stop.kind != "time_bars" for stop in spec.stops)
    parts = [
        _HEAD.format(
            name=class_name(spec.name),
            timeframe=spec.timeframe.value,
            shorts="short" in blueprint.sides,
            roi={"0": 100 if roi is None else roi},
            stops=stops,
        ),
        "".join(f"    {_parameter(param)}\n" for param in spec.params),
        _SIGNALS,
    ]
    if stops:
        parts.append(_STOPS)
    if (roi is None and spec.targets) or any(stop.kind == "time_bars" for stop in spec.stops):
        parts.append(_EXITS)
    if spec.limits.cooldown_bars:
        parts.append(_COOLDOWN.format(bars=spec.limits.cooldown_bars))
    return "".join(parts).rstrip()


def _tuned(param: Parameter) -> bool:
    return param.low is not None and param.high is not None


def _kind(param: Parameter) -> str:
    return "IntParameter" if param.type == "int" else "DecimalParameter"


def _parameter(param: Parameter) -> str:
    """One class attribute: a tunable parameter when it has a range, else its value."""
    if param.low is None or param.high is None:
        return f'p_{param.name} = PARAMS["{param.name}"]'
    if param.type == "int":
        bounds = f"{int(param.low)}, {int(param.high)}, default={int(param.default)}"
        return f'p_{param.name} = IntParameter({bounds}, space="buy")'
    bounds = f"{param.low!r}, {param.high!r}, default={param.default!r}"
    return f'p_{param.name} = DecimalParameter({bounds}, decimals={_decimals(param)}, space="buy")'


def _decimals(param: Parameter) -> int:
    """Places after the point that range, step and default need."""
    values = (param.low, param.high, param.step, param.default)
    texts = (repr(float(value)).partition(".")[2] for value in values if value is not None)
    return max(len(text) for text in texts)
