"""The reference library says the same: TA-Lib on ten seeded walks of 3,000 bars.

From bar 1,000 on, where every seed has been forgotten, the difference is at most 1e-9 of the
series' mean size. Where our definition is another one on purpose, the case says so and puts the
reference's answer into our terms.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pytest
import talib

from engine.data.bars import Bars, FloatArray
from engine.data.instruments import instrument_for
from engine.data.synthetic import Frame, dead_calm, garch_t
from engine.language.operators import OPERATORS
from engine.market import Timeframe, bars_per_year
from evals.leaks import array_function

PLAIN: Final[Any] = 0
"""The reference's code for a plain average; its type is not exported."""
SEEDS: Final = 10
BARS: Final = 3_000
SETTLED: Final = 1_000
CLOSE_ENOUGH: Final = 1e-9
FRAME: Final = Frame(instrument_for("BTC/USDT"), Timeframe.H1, BARS)
A_YEAR: Final = bars_per_year(Timeframe.H1, "24/7")


class Columns(NamedTuple):
    """What the reference is given, float64 of shape (n,)."""

    o: FloatArray
    h: FloatArray
    low: FloatArray
    c: FloatArray
    v: FloatArray

    @property
    def hlc(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """High, low, close."""
        return self.h, self.low, self.c

    @property
    def typical(self) -> FloatArray:
        """Mean of high, low and close."""
        return (self.h + self.low + self.c) / 3


Reference = Callable[[Columns], FloatArray]


@cache
def market(seed: int) -> Bars:
    """A walk with changing volatility and fat tails."""
    return garch_t(FRAME, seed)


def columns(bars: Bars) -> Columns:
    """The reference refuses read-only arrays of some kinds: copies."""
    return Columns(
        *(getattr(bars, name).copy() for name in ("open", "high", "low", "close", "volume"))
    )


def ago(x: FloatArray, bars: int) -> FloatArray:
    """The value some bars ago."""
    return np.concatenate((np.full(bars, np.nan), x[:-bars]))


def sigma(x: FloatArray, n: int) -> FloatArray:
    """Sample sigma from the reference's population one; it wants no missing values in front."""
    known = int(np.isnan(x).sum())
    spread = talib.STDDEV(x[known:], n, 1) * np.sqrt(n / (n - 1))
    return np.concatenate((np.full(known, np.nan), spread))


def steps(x: FloatArray) -> FloatArray:
    """One-bar log returns, the first missing."""
    return np.log(x / ago(x, 1))


def changes(x: FloatArray) -> FloatArray:
    """One-bar returns with 0 in front: the reference wants no missing values."""
    return np.nan_to_num(x / ago(x, 1) - 1)


def middle(c: Columns, n: int) -> FloatArray:
    """Middle of the channel of n bars."""
    return talib.MIDPRICE(c.h, c.low, n)


SAME: Final[dict[str, Reference]] = {
    "sma(close,20)": lambda c: talib.SMA(c.c, 20),
    "mean(close,7)": lambda c: talib.SMA(c.c, 7),
    "sum(close,20)": lambda c: talib.SUM(c.c, 20),
    "wma(close,20)": lambda c: talib.WMA(c.c, 20),
    "ema(close,20)": lambda c: talib.EMA(c.c, 20),
    "dema(close,20)": lambda c: talib.DEMA(c.c, 20),
    "tema(close,20)": lambda c: talib.TEMA(c.c, 20),
    "kama(close,10)": lambda c: talib.KAMA(c.c, 10),
    "rsi(close,14)": lambda c: talib.RSI(c.c, 14),
    "stoch_k(14,3)": lambda c: talib.STOCH(*c.hlc, 14, 3, PLAIN, 3, PLAIN)[0],
    "stoch_d(14,3,3)": lambda c: talib.STOCH(*c.hlc, 14, 3, PLAIN, 3, PLAIN)[1],
    "stochrsi(close,14,14)": lambda c: talib.STOCHRSI(c.c, 14, 14, 1, PLAIN)[0],
    "macd(close,12,26,9)": lambda c: talib.MACD(c.c, 12, 26, 9)[0],
    "macd_signal(close,12,26,9)": lambda c: talib.MACD(c.c, 12, 26, 9)[1],
    "macd_hist(close,12,26,9)": lambda c: talib.MACD(c.c, 12, 26, 9)[2],
    "roc(close,10)": lambda c: talib.ROCP(c.c, 10),
    "delta(close,3)": lambda c: talib.MOM(c.c, 3),
    "cci(20)": lambda c: talib.CCI(*c.hlc, 20),
    "willr(14)": lambda c: talib.WILLR(*c.hlc, 14),
    "mfi(14)": lambda c: talib.MFI(*c.hlc, c.v, 14),
    "ultosc(7,14,28)": lambda c: talib.ULTOSC(*c.hlc, 7, 14, 28),
    "aroon_up(25)": lambda c: talib.AROON(c.h, c.low, 25)[1],
    "aroon_down(25)": lambda c: talib.AROON(c.h, c.low, 25)[0],
    "adx(14)": lambda c: talib.ADX(*c.hlc, 14),
    "plus_di(14)": lambda c: talib.PLUS_DI(*c.hlc, 14),
    "minus_di(14)": lambda c: talib.MINUS_DI(*c.hlc, 14),
    "psar(0.02,0.2)": lambda c: talib.SAR(c.h, c.low, 0.02, 0.2),
    "tr()": lambda c: talib.TRANGE(*c.hlc),
    "atr(14)": lambda c: talib.ATR(*c.hlc, 14),
    "natr(14)": lambda c: talib.NATR(*c.hlc, 14) / 100,  # ours is a fraction of one
    "obv()": lambda c: talib.OBV(c.c, c.v),
    "bb_upper(close,20,2)": lambda c: talib.BBANDS(c.c, 20, 2.0, 2.0)[0],
    "bb_mid(close,20,2)": lambda c: talib.BBANDS(c.c, 20, 2.0, 2.0)[1],
    "bb_lower(close,20,2)": lambda c: talib.BBANDS(c.c, 20, 2.0, 2.0)[2],
    "stdev(close,20)": lambda c: sigma(c.c, 20),  # ours is the sample's
    "zscore(close,20)": lambda c: (c.c - talib.SMA(c.c, 20)) / sigma(c.c, 20),
    "highest(high,20)": lambda c: talib.MAX(c.h, 20),
    "lowest(low,20)": lambda c: talib.MIN(c.low, 20),
    "donchian_mid(20)": lambda c: middle(c, 20),
    "tenkan(9)": lambda c: middle(c, 9),
    "kijun(26)": lambda c: middle(c, 26),
    "slope(close,20)": lambda c: talib.LINEARREG_SLOPE(c.c, 20),
    "corr(roc(close,1),roc(open,1),60)": lambda c: talib.CORREL(changes(c.c), changes(c.o), 60),
    # The reference's beta takes prices and is the slope of the second on the first.
    "beta(roc(open,1),roc(close,1),60)": lambda c: talib.BETA(c.c, c.o, 60),
}
"""Expression -> the same in the reference."""

BUILT: Final[dict[str, Reference]] = {
    "donchian_upper(20)": lambda c: talib.MAX(c.h, 20),
    "donchian_lower(20)": lambda c: talib.MIN(c.low, 20),
    "hma(close,20)": lambda c: talib.WMA((2 * talib.WMA(c.c, 10) - talib.WMA(c.c, 20))[19:], 4),
    "vwma(close,20)": lambda c: talib.SUM(c.c * c.v, 20) / talib.SUM(c.v, 20),
    "vwap_rolling(20)": lambda c: talib.SUM(c.typical * c.v, 20) / talib.SUM(c.v, 20),
    "rel_volume(20)": lambda c: c.v / ago(talib.SMA(c.v, 20), 1),
    "force_index(13)": lambda c: talib.EMA((c.c - ago(c.c, 1))[1:] * c.v[1:], 13),
    "cmf(20)": lambda c: (
        talib.SUM((2 * c.c - c.h - c.low) / (c.h - c.low) * c.v, 20) / talib.SUM(c.v, 20)
    ),
    "kc_upper(20,10,2)": lambda c: talib.EMA(c.c, 20) + 2 * talib.ATR(*c.hlc, 10),
    "kc_lower(20,10,2)": lambda c: talib.EMA(c.c, 20) - 2 * talib.ATR(*c.hlc, 10),
    "kc_mid(20)": lambda c: talib.EMA(c.c, 20),
    "chop(14)": lambda c: (
        100
        * np.log10(talib.SUM(talib.TRANGE(*c.hlc)[1:], 14)
                   / (talib.MAX(c.h, 14) - talib.MIN(c.low, 14))[1:])
        / np.log10(14)
    ),
    "span_a(9,26,26)": lambda c: ago((middle(c, 9) + middle(c, 26)) / 2, 26),
    "span_b(52,26)": lambda c: ago(middle(c, 52), 26),
    "bb_width(close,20,2)": lambda c: 4 * talib.STDDEV(c.c, 20) / talib.SMA(c.c, 20),
    "bb_pctb(close,20,2)": lambda c: (
        (c.c - talib.SMA(c.c, 20)) / (4 * talib.STDDEV(c.c, 20)) + 0.5
    ),
    "r2(close,20)": lambda c: talib.CORREL(c.c, np.arange(float(len(c.c))), 20) ** 2,
    "realized_vol(close,30)": lambda c: sigma(steps(c.c), 30) * np.sqrt(A_YEAR),
    "log_return(close,1)": lambda c: steps(c.c),
    "supertrend(10,3)": lambda c: plain_supertrend(c)[0],
    "supertrend_dir(10,3)": lambda c: plain_supertrend(c)[1],
}  # fmt: skip
"""What the reference lacks, built from its parts or written as a plain loop here."""

CANDLES: Final[dict[str, Reference]] = {
    "engulfing": lambda c: np.sign(talib.CDLENGULFING(*c[:4])).astype(float),
    "harami": lambda c: np.sign(talib.CDLHARAMI(*c[:4])).astype(float),
    "hammer": lambda c: np.sign(talib.CDLHAMMER(*c[:4])).astype(float),
    "shooting_star": lambda c: np.sign(talib.CDLSHOOTINGSTAR(*c[:4])).astype(float),
    "doji": lambda c: np.sign(talib.CDLDOJI(*c[:4])).astype(float),
    "morning_star": lambda c: np.sign(talib.CDLMORNINGSTAR(*c[:4], penetration=0.3)).astype(float),
    "evening_star": lambda c: np.sign(talib.CDLEVENINGSTAR(*c[:4], penetration=0.3)).astype(float),
}
"""Pattern -> the sign of the reference's figure."""


def plain_supertrend(c: Columns) -> tuple[FloatArray, FloatArray]:
    """Bands that only tighten until the close breaks them; +1 is up."""
    reach, centre = 3 * talib.ATR(*c.hlc, 10), (c.h + c.low) / 2
    line, direction = np.full(len(c.c), np.nan), np.full(len(c.c), np.nan)
    lower = upper = np.nan
    up = False
    for t in range(10, len(c.c)):
        low, high = centre[t] - reach[t], centre[t] + reach[t]
        if t > 10:
            low = low if low > lower or c.c[t - 1] < lower else lower
            high = high if high < upper or c.c[t - 1] > upper else upper
            up = c.c[t] >= low if up else c.c[t] > high
        lower, upper = low, high
        line[t], direction[t] = (lower if up else upper), (1.0 if up else -1.0)
    return line, direction


def known(text: str, seed: int, reference: Reference) -> tuple[FloatArray, FloatArray]:
    """Our values and the reference's, from the bar on at which seeds are forgotten."""
    bars = market(seed)
    theirs = np.asarray(reference(columns(bars)), dtype=float)
    # Whoever cut missing values off in front gave the newest bars.
    count = min(len(theirs), BARS) - SETTLED
    return array_function(text)(bars)[-count:], theirs[-count:]


@pytest.mark.parametrize("text", [*SAME, *BUILT])
def test_values_are_those_of_the_reference(text: str) -> None:
    """At every settled bar of every seed, within 1e-9 of the series' mean size."""
    reference = {**SAME, **BUILT}[text]
    for seed in range(SEEDS):
        mine, theirs = known(text, seed, reference)
        assert np.isfinite(mine).all()
        worst = float(np.max(np.abs(mine - theirs)))
        assert worst <= CLOSE_ENOUGH * float(np.mean(np.abs(theirs))), (seed, worst)


@pytest.mark.parametrize("name", CANDLES)
def test_candles_are_those_of_the_reference(name: str) -> None:
    """Default settings, every bar, and each pattern is seen in some of the walks."""
    seen = 0
    for seed in range(SEEDS):
        mine, theirs = known(f'candle("{name}")', seed, CANDLES[name])
        np.testing.assert_array_equal(mine, theirs)
        seen += int(np.count_nonzero(mine))
    assert seen > 0


def flat(bars: int = 300) -> Bars:
    """A market in which nothing moves."""
    return dead_calm(FRAME._replace(bars=bars), 1)


FROZEN: Final[dict[str, Reference]] = {
    "rsi(close,14)": lambda c: talib.RSI(c.c, 14),
    "stoch_k(14,3)": lambda c: talib.STOCH(*c.hlc, 14, 3, PLAIN, 3, PLAIN)[0],
    "mfi(14)": lambda c: talib.MFI(*c.hlc, c.v, 14),
    "cci(20)": lambda c: talib.CCI(*c.hlc, 20),
    "adx(14)": lambda c: talib.ADX(*c.hlc, 14),
}
"""0/0 on a dead-flat series."""


@pytest.mark.parametrize("text", FROZEN)
def test_a_frozen_market_is_missing_here_and_zero_there(text: str) -> None:
    """On purpose: an answer of 0 would read as oversold and buy every frozen market."""
    bars = flat()
    assert np.isnan(array_function(text)(bars)).all()
    assert (FROZEN[text](columns(bars))[-100:] == 0).all()


def test_every_operator_of_the_reference_is_compared() -> None:
    """What both have is in one of the tables; what is left out is named with its test."""
    compared = {text.partition("(")[0] for text in (*SAME, *BUILT)} | {"candle"}
    left = set(OPERATORS) - compared
    assert left <= ELSEWHERE, left - ELSEWHERE


ELSEWHERE: Final = {
    # Order statistics, moments and state machines: plain loops in tests/unit.
    "median", "quantile", "pct_rank", "skew", "kurt", "rma", "ewm_vol", "vwap_session",
    "pivot_high", "pivot_low", "opening_range_high", "opening_range_low",
    # Conditions and arithmetic have no window to disagree about.
    "abs", "sign", "log", "min", "max", "where", "cross_above", "cross_below", "rising",
    "falling", "any_of", "all_of", "count", "streak", "bars_since", "ecm_window",
    # Other timeframes and symbols: tests/property/engine/language and engine/data.
    "htf", "sym", "cs_rank", "cs_zscore",
}  # fmt: skip
"""Operators that the reference does not know."""
