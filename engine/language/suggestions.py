"""Did you mean: the nearest known name, then what other languages call the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

MAX_DISTANCE: Final = 2

ALIASES: Final = {
    "average": "sma", "avg": "sma", "ma": "sma", "moving_average": "sma", "simple_ma": "sma",
    "exponential_moving_average": "ema", "ewma": "ema", "smma": "rma", "wilder": "rma",
    "rolling_mean": "sma", "stddev": "stdev", "std": "stdev", "rolling_std": "stdev",
    "crossover": "cross_above", "crosses_above": "cross_above", "crossed_above": "cross_above",
    "cross_over": "cross_above", "crossup": "cross_above", "cross_up": "cross_above",
    "crossunder": "cross_below", "crosses_below": "cross_below", "crossed_below": "cross_below",
    "cross_under": "cross_below", "crossdown": "cross_below", "cross_down": "cross_below",
    "cross": "cross_above", "crosses": "cross_above",
    "bollinger_upper": "bb_upper", "bollinger_lower": "bb_lower", "bollinger_mid": "bb_mid",
    "bbands_upper": "bb_upper", "bbands_lower": "bb_lower", "bollinger_width": "bb_width",
    "upper_band": "bb_upper", "lower_band": "bb_lower", "bb_middle": "bb_mid",
    "percent_b": "bb_pctb", "bollinger_bandwidth": "bb_width",
    "keltner_upper": "kc_upper", "keltner_lower": "kc_lower", "keltner_mid": "kc_mid",
    "donchian_high": "donchian_upper", "donchian_low": "donchian_lower",
    "highest_high": "donchian_upper", "lowest_low": "donchian_lower",
    "rolling_max": "highest", "rolling_min": "lowest", "hhv": "highest", "llv": "lowest",
    "true_range": "tr", "trange": "tr", "average_true_range": "atr",
    "vwap": "vwap_session", "stochastic": "stoch_k", "stoch": "stoch_k", "stochastic_k": "stoch_k",
    "stochastic_d": "stoch_d", "stoch_rsi": "stochrsi", "williams_r": "willr", "wpr": "willr",
    "relative_strength_index": "rsi", "money_flow_index": "mfi", "momentum": "roc", "mom": "delta",
    "macd_histogram": "macd_hist", "macd_line": "macd", "macdhist": "macd_hist",
    "parabolic_sar": "psar", "sar": "psar", "di_plus": "plus_di", "di_minus": "minus_di",
    "pdi": "plus_di", "mdi": "minus_di", "choppiness": "chop", "ichimoku_tenkan": "tenkan",
    "ichimoku_kijun": "kijun", "senkou_a": "span_a", "senkou_b": "span_b",
    "linreg_slope": "slope", "rsquared": "r2", "correlation": "corr", "z_score": "zscore",
    "percent_rank": "pct_rank", "percentile_rank": "pct_rank", "rank": "pct_rank",
    "percentile": "quantile", "volatility": "realized_vol", "hist_vol": "realized_vol",
    "relative_volume": "rel_volume", "rvol": "rel_volume", "pct_change": "roc", "change": "delta",
    "diff": "delta", "returns": "roc", "logreturn": "log_return",
    "price": "close", "last": "close", "vol": "volume", "typical_price": "hlc3",
    "weekday": "dow", "day_of_week": "dow", "day_of_month": "dom", "entryprice": "entry_price",
    "bars_in_trade": "bars_held", "iff": "where", "if_else": "where", "ifelse": "where",
    "barssince": "bars_since", "timeframe": "htf", "security": "htf",
}  # fmt: skip
"""What others call it -> what it is called here."""


@lru_cache(maxsize=8_192)
def edit_distance(left: str, right: str) -> int:
    """Insertions, deletions and replacements that turn one word into the other."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word within two edits (one for short words), else its alias, else None."""
    small = word.lower()
    names = set(known)
    if small in names:
        return small
    reach = min(MAX_DISTANCE, (len(small) - 1) // 2)
    near = sorted(
        (edit_distance(small, name), name) for name in names if abs(len(name) - len(small)) <= reach
    )
    if near and near[0][0] <= reach:
        return near[0][1]
    alias = ALIASES.get(small)
    return alias if alias in names else None
