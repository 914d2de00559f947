"""Operators and names as calls of our own kernels, as they stand in exported Python files.

`{0}`, `{1}` ... are the arguments from the left: series and conditions as arrays, windows as int,
numbers as float, words as strings. An operator that is not here is refused by its name.
"""

from __future__ import annotations

from typing import Final

CALLS: Final[dict[str, str]] = {
    # averages
    "sma": "sma({0}, {1})", "mean": "sma({0}, {1})", "wma": "wma({0}, {1})",
    "vwma": "vwma({0}, volume, {1})", "median": "median({0}, {1})", "sum": "total({0}, {1})",
    "ema": "ema({0}, {1})", "dema": "dema({0}, {1})", "tema": "tema({0}, {1})",
    "rma": "rma({0}, {1})", "hma": "hma({0}, {1})", "kama": "kama({0}, {1})",
    "quantile": "quantile({0}, {1}, {2})",
    # oscillators and momentum
    "rsi": "rsi({0}, {1})", "stoch_k": "stoch_k(high, low, close, n={0}, m={1})",
    "stoch_d": "sma(stoch_k(high, low, close, n={0}, m={1}), {2})",
    "stochrsi": "stochrsi({0}, {1}, {2})", "macd": "macd({0}, {1}, {2})",
    "macd_signal": "macd_signal({0}, {1}, {2}, {3})", "macd_hist": "macd_hist({0}, {1}, {2}, {3})",
    "roc": "roc({0}, {1})", "log_return": "log_return({0}, {1})", "delta": "change({0}, {1})",
    "cci": "cci(high, low, close, {0})", "willr": "willr(high, low, close, {0})",
    "mfi": "mfi(typical(high, low, close), volume, {0})",
    "ultosc": "ultosc(high, low, close, ({0}, {1}, {2}))", "aroon_up": "aroon_up(high, {0})",
    "aroon_down": "aroon_down(low, {0})", "chop": "chop(high, low, close, {0})",
    # trend and volatility
    "adx": "adx(high, low, close, {0})", "plus_di": "plus_di(high, low, close, {0})",
    "minus_di": "minus_di(high, low, close, {0})", "psar": "psar(high, low, {0}, {1})",
    "supertrend": "supertrend(high, low, close, {0}, {1}).line",
    "supertrend_dir": "supertrend(high, low, close, {0}, {1}).direction",
    "tr": "true_range(high, low, close)", "atr": "atr(high, low, close, {0})",
    "natr": "natr(high, low, close, {0})", "bb_upper": "band({0}, {1}, {2})",
    "bb_mid": "sma({0}, {1})", "bb_lower": "band({0}, {1}, -{2})",
    "bb_width": "band_width({0}, {1}, {2})", "bb_pctb": "band_place({0}, {1}, {2})",
    "kc_upper": "keltner(high, low, close, n={0}, a={1}, k={2})",
    "kc_lower": "keltner(high, low, close, n={0}, a={1}, k=-{2})", "kc_mid": "ema(close, {0})",
    "stdev": "stdev({0}, {1})", "realized_vol": "realized_vol({0}, {1}, BARS_PER_YEAR)",
    "ewm_vol": "ewm_vol({0}, {1}, BARS_PER_YEAR)", "abs": "abs({0})",
    # volume
    "obv": "obv(close, volume)", "force_index": "force_index(close, volume, {0})",
    "cmf": "cmf(high, low, close, volume=volume, n={0})", "rel_volume": "rel_volume(volume, {0})",
    "vwap_rolling": "vwap_rolling(typical(high, low, close), volume, {0})",
    # levels
    "highest": "highest({0}, {1})", "lowest": "lowest({0}, {1})",
    "donchian_upper": "highest(high, {0})", "donchian_lower": "lowest(low, {0})",
    "donchian_mid": "channel_mid(high, low, {0})", "tenkan": "channel_mid(high, low, {0})",
    "kijun": "channel_mid(high, low, {0})", "span_a": "span_a(high, low, t={0}, k={1}, d={2})",
    "span_b": "span_b(high, low, {0}, {1})", "pivot_high": "pivot_high(high, {0}, {1})",
    "pivot_low": "pivot_low(low, {0}, {1})",
    # statistics, choices, candles
    "slope": "slope({0}, {1})", "r2": "r2({0}, {1})", "zscore": "zscore({0}, {1})",
    "skew": "skew({0}, {1})", "kurt": "kurt({0}, {1})", "pct_rank": "pct_rank({0}, {1})",
    "corr": "corr({0}, {1}, {2})", "beta": "beta({0}, {1}, {2})", "sign": "np.sign({0})",
    "log": "logs({0})", "min": "np.minimum({0}, {1})", "max": "np.maximum({0}, {1})",
    "where": "where({0}, {1}, {2})", "candle": "candle(Candles(open_, high, low, close), {0})",
    # conditions
    "cross_above": "cross_above({0}, {1})", "cross_below": "cross_above({1}, {0})",
    "rising": "rising({0}, {1})", "falling": "rising(-{0}, {1})", "any_of": "any_of({0}, {1})",
    "all_of": "all_of({0}, {1})", "count": "count({0}, {1})", "streak": "streak({0})",
    "bars_since": "bars_since({0})",
}  # fmt: skip
"""Operator -> call."""

SERIES: Final[dict[str, str]] = {
    "open": "open_", "high": "high", "low": "low", "close": "close", "volume": "volume",
    "hl2": "(high + low) / 2", "hlc3": "(high + low + close) / 3",
    "ohlc4": "(open_ + high + low + close) / 4", "dow": "weekday(time)",
    "dom": "day_of_month(time)", "month": "month_of_year(time)",
    "hour": "minute_of_day(time) // 60", "minute_of_day": "minute_of_day(time)",
    "trading_day_of_month": "day_of_month(time)",
    "trading_days_left_in_month": "days_left_in_month(time)",
}  # fmt: skip
"""Bar series and calendar names -> expression."""

ROUND_THE_CLOCK: Final = frozenset({"trading_day_of_month", "trading_days_left_in_month", "htf"})
"""Words that a file can work out only for markets that never close."""

CALENDAR: Final = frozenset({"dow", "dom", "month", "hour", "minute_of_day"}) | ROUND_THE_CLOCK
"""Words that need the bar's open time."""

ANNUALISED: Final = frozenset({"realized_vol", "ewm_vol"})
"""Operators that need the bars of a year."""
