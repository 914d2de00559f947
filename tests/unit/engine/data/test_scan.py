"""Market scan: newest values side by side, nothing carried forward, refusals stay in their row."""

from __future__ import annotations

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.data.instruments import instrument_for
from engine.data.scan import ScanRow, scan
from engine.data.synthetic import Frame, gbm
from engine.errors import DataError
from engine.market import Timeframe


def market(symbol: str, bars: int = 50, timeframe: Timeframe = Timeframe.D1) -> Bars:
    """A random walk."""
    return gbm(Frame(instrument_for(symbol), timeframe, bars), 1)


def values(row: ScanRow) -> dict[str, float | None]:
    """Values by name."""
    return {each.name: each.value for each in row.values}


def change(bars: Bars) -> FloatArray:
    """Return over 20 bars, missing before."""
    made = np.full(len(bars), np.nan)
    made[20:] = bars.close[20:] / bars.close[:-20] - 1
    return made


def test_each_market_has_its_newest_values() -> None:
    """The last bar's values, conditions as 1 and 0, in the order of the measures."""
    coin = market("BTC/USDT")
    measures = {"close": lambda bars: bars.close, "up": lambda bars: bars.close > 0.0}
    (row,) = scan([coin], measures)
    assert [each.name for each in row.values] == ["close", "up"]
    assert values(row) == {"close": float(coin.close[-1]), "up": 1.0}
    assert int(row.closed.timestamp()) * 1000 == coin.close_time[-1]
    assert (row.bars, row.timeframe) == (50, Timeframe.D1)


def test_rows_are_sorted_by_symbol_and_timeframe() -> None:
    """The order of the input does not matter."""
    markets = [
        market("SPY"),
        market("BTC/USDT"),
        market("BTC/USDT", timeframe=Timeframe.H4),
    ]
    rows = scan(markets, {"change": change})
    assert [row.symbol for row in rows] == ["BTC/USDT", "BTC/USDT", "SPY"]
    assert [row.timeframe.value for row in rows] == ["4h", "1d", "1d"]
    assert rows == scan(reversed(markets), {"change": change})


def test_a_missing_value_is_none() -> None:
    """Too short a history is missing, not zero."""
    long, short = scan([market("BTC/USDT", 21), market("ETH/USDT", 20)], {"change": change})
    assert values(long)["change"] is not None
    assert values(short)["change"] is None


def test_a_refusal_stays_in_its_row() -> None:
    """One market that a measure refuses keeps the code; the others have their values."""

    def picky(bars: Bars) -> FloatArray:
        if bars.instrument.symbol == "SPY":
            raise DataError("HISTORY_SHORT", "too short", hint="give more")
        return bars.close

    coin, fund = scan([market("BTC/USDT"), market("SPY")], {"picky": picky, "change": change})
    assert values(coin)["picky"] is not None
    assert (fund.values[0].value, fund.values[0].code) == (None, "HISTORY_SHORT")
    assert fund.values[1].value is not None


def test_a_share_closes_with_its_session() -> None:
    """`closed` is the market's close, not the end of the label's day."""
    (row,) = scan([market("SPY", 5)], {})
    assert row.closed.hour in {20, 21}
