"""Instruments and bar lengths in words."""

from __future__ import annotations

import pytest

from copilot.offline.normalise import normalise
from copilot.offline.symbols import find_symbols
from copilot.offline.timeframes import bars_of, find_timeframe, nearest, unit_of
from engine.market import Timeframe


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("Bitcoin daily", ["BTC/USDT"]),
        ("btc 4h", ["BTC/USDT"]),
        ("Bitcoin in Euro", ["BTC/EUR"]),
        ("BTC/EUR", ["BTC/EUR"]),
        ("btcusdt", ["BTC/USDT"]),
        ("ETH-USD", ["ETH/USD"]),
        ("EUR/CHF hourly", ["EUR/CHF"]),
        ("EURUSD", ["EUR/USD"]),
        ("Apple and Tesla", ["AAPL", "TSLA"]),
        ("KO daily", ["KO"]),
        ("silver futures", ["SI"]),
        ("Silber", ["SILVER"]),
        ("the S&P 500", ["SPY"]),
        ("$NVDA", ["NVDA"]),
        ("Link 1h", ["LINK/USDT"]),
        ("Monero statt Litecoin", ["XMR/USDT", "LTC/USDT"]),
    ],
)
def test_names_and_tickers_are_found_in_order(text: str, symbols: list[str]) -> None:
    """A quote that is named wins, else USDT for coins."""
    assert list(find_symbols(text).symbols) == symbols


@pytest.mark.parametrize(
    "text",
    [
        "RSI and EMA with ATR and a SL",
        "buy near the low",
        "one dot above",
        "click the link",
        "Kaufe am Tag",
        "PLEASE BUY THE DIP NOW",
        "\u0412\u0422\u0421/USDT",
        "\uff22\uff34\uff23",
        "KGV unter 10",
        "RISK 1%",
    ],
)
def test_words_indicators_and_look_alikes_are_no_instruments(text: str) -> None:
    """Cyrillic and full-width letters never match."""
    assert find_symbols(text).symbols == ()


def test_each_mention_leaves_a_placeholder_that_nobody_types() -> None:
    """And a typed one is removed first."""
    found = find_symbols("swap \ue001 BTC for ETH and BTC")
    assert found.symbols == ("BTC/USDT", "ETH/USDT")
    assert found.text.count("\u00a7") == 6
    assert "\ue001" in found.text
    assert found.text.count("\ue001") == 1


@pytest.mark.parametrize(
    ("text", "timeframe"),
    [
        ("4h", "4h"),
        ("six-hour bars", "6h"),
        ("on the daily", "1d"),
        ("Stundenchart", "1h"),
        ("4-Stunden-Chart", "4h"),
        ("Tageskerzen", "1d"),
        ("weekly bars", "1w"),
        ("H4", "4h"),
        ("15 min", "15m"),
        ("5m", "5m"),
        ("zwei Stunden,", "2h"),
        ("60 minute chart", "1h"),
        ("wöchentlich", "1w"),
        ("monthly bars", "1M"),
        ("btc 4h ema 20", "4h"),
        ("weekly RSI above 50", "1w"),
    ],
)
def test_bar_lengths_are_found(text: str, timeframe: str) -> None:
    """In words, codes and numbers."""
    found = find_timeframe(normalise(text, "de" if "tund" in text or "ag" in text else "en"))
    assert found.timeframe == Timeframe(timeframe)


@pytest.mark.parametrize(
    "text",
    [
        "50 day high",
        "hold eight days",
        "daily loss limit 2%",
        "rebalance monthly",
        "wait 3 hours after a loss",
        "200-day average",
    ],
)
def test_lengths_of_time_are_no_bar_lengths(text: str) -> None:
    """Windows, holding times and limits stay in the text."""
    assert find_timeframe(normalise(text, "en")).timeframe is None


@pytest.mark.parametrize(
    ("said", "near"), [("10m", "15m"), ("45m", "1h"), ("3h", "4h"), ("10s", "1m")]
)
def test_a_bar_length_that_does_not_exist_has_a_nearest_one(said: str, near: str) -> None:
    """By ratio; the user is told."""
    assert nearest(said) == Timeframe(near)


def test_an_odd_length_is_reported_as_rejected() -> None:
    """Not rounded silently."""
    found = find_timeframe("10 minute bars")
    assert (found.timeframe, found.rejected) == (None, "10m")


@pytest.mark.parametrize(
    ("count", "word", "chart", "crypto", "bars"),
    [
        (20, "days", "1d", True, 20),
        (200, "tage", "4h", True, 1200),
        (8, "hours", "1h", True, 8),
        (1, "month", "1d", False, 21),
        (12, "monate", "1M", False, 12),
        (2, "weeks", "1d", False, 10),
        (30, "minutes", "5m", False, 6),
        (5, "kerzen", "1h", True, 5),
    ],
)
def test_lengths_become_bars_of_the_chart(
    count: int, word: str, chart: str, crypto: bool, bars: int
) -> None:
    """Trading time, round the clock or not."""
    assert bars_of(count, unit_of(word), Timeframe(chart), round_the_clock=crypto) == bars
