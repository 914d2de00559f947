"""Quality report: absent, stale and extreme bars are named, weekends are not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.data.bars import Bars
from engine.data.days import DAY_MS, day_number
from engine.data.files import read_csv, read_source
from engine.data.instruments import instrument_for
from engine.data.quality import QualityReport, missing_bars, quality_report
from engine.data.samples import eurusd_hourly, goog_daily
from engine.data.sources import Provenance
from engine.data.synthetic import Frame, gbm
from engine.market import Instrument, Timeframe

MakeBars = Callable[..., Bars]


def item(report: QualityReport, code: str) -> tuple[str, float]:
    """Severity and value of one observation."""
    return next((i.severity, i.value) for i in report.items if i.code == code)


def without(bars: Bars, rows: list[int]) -> Bars:
    """Bars with rows taken out."""
    keep = np.setdiff1d(np.arange(len(bars)), rows)
    names = ("time", "open", "high", "low", "close", "volume")
    return replace(bars, **{name: getattr(bars, name)[keep] for name in names})


def test_clean_bars_are_fine(make_bars: MakeBars) -> None:
    """A walk without gaps has nothing to report."""
    report = quality_report(make_bars(1_000))
    assert report.severity == "ok"
    assert {i.severity for i in report.items} == {"ok"}
    assert report.bars == 1_000


def test_absent_bars_are_counted(make_bars: MakeBars) -> None:
    """Five missing hours of a market that never closes."""
    bars = without(make_bars(2_000, timeframe=Timeframe.H1), [100, 500, 501, 502, 503])
    report = quality_report(bars)
    assert item(report, "GAPS") == ("warn", 5.0)
    assert item(report, "LONGEST_GAP") == ("warn", 4.0)
    assert missing_bars(bars).sum() == 5


def test_many_absent_bars_are_an_error(make_bars: MakeBars) -> None:
    """Every tenth bar missing is an error, and decides the whole."""
    bars = without(make_bars(1_000), list(range(5, 1_000, 10)))
    report = quality_report(bars)
    assert item(report, "GAPS")[0] == "error"
    assert report.severity == "error"


def test_weekends_are_not_missing() -> None:
    """Shares and currencies rest at weekends and on holidays; the samples have no gap."""
    for bars in (goog_daily(), eurusd_hourly()):
        assert item(quality_report(bars), "GAPS") == ("ok", 0.0)


def test_a_missing_session_hour_is_missing() -> None:
    """An hour that is absent inside a day counts, also where nights do not."""
    bars = eurusd_hourly()
    inside = int(np.flatnonzero(np.diff(bars.time) == 3_600_000)[40])
    noon = without(bars, [inside])
    assert item(quality_report(noon), "GAPS")[1] == 1.0


def test_weeks_and_months_have_no_gap_inside(make_bars: MakeBars) -> None:
    """A month of 31 days is no gap; a year without months is."""
    months = make_bars(24, timeframe=Timeframe.MO1, start=datetime(2015, 1, 1, tzinfo=UTC))
    assert missing_bars(months).sum() == 0
    assert missing_bars(without(months, list(range(6, 18)))).sum() == 12


def test_silence_is_counted(make_bars: MakeBars) -> None:
    """Zero volume and prices that stand still are two observations."""
    bars = make_bars(400)
    names = ("open", "high", "low", "close")
    still = {n: np.where(np.arange(400) < 60, bars.close[0], getattr(bars, n)) for n in names}
    volume = np.where(np.arange(400) < 3, 0.0, bars.volume)
    report = quality_report(replace(bars, **still, volume=volume))
    assert item(report, "ZERO_VOLUME") == ("warn", 3.0)
    assert item(report, "STALE_RUN") == ("warn", 59.0)


def test_an_unadjusted_split_stands_out(make_bars: MakeBars) -> None:
    """A price cut in two overnight is an outlier."""
    bars = make_bars(400)
    half = np.where(np.arange(400) < 200, 1.0, 0.5)
    split = replace(bars, **{n: getattr(bars, n) * half for n in ("open", "high", "low", "close")})
    assert item(quality_report(split), "OUTLIERS") == ("warn", 1.0)


def test_the_first_places_are_named(make_bars: MakeBars) -> None:
    """A gap is named by the bar before it, a step by the bar after it; five at most."""
    bars = without(make_bars(2_000, timeframe=Timeframe.H1), list(range(100, 1_900, 100)))
    gaps = next(i for i in quality_report(bars).items if i.code == "GAPS")
    assert gaps.value == 18.0
    assert len(gaps.places) == 5
    assert gaps.places[0] == datetime(2015, 1, 5, 3, tzinfo=UTC)


def test_what_the_import_treated_is_counted(make_bars: MakeBars) -> None:
    """Merged doubles and impossible bars are known from the record of the source alone."""
    said = Provenance(kind="file", name="a.csv", raw_digest="a" * 64, raw_bytes=7)
    bars = make_bars(400)
    report = quality_report(bars, said.after("merged", 3).after("widened", 47))
    assert item(report, "DUPLICATES") == ("warn", 3.0)
    assert item(report, "IMPOSSIBLE") == ("error", 47.0)
    assert item(quality_report(bars, said), "IMPOSSIBLE") == ("ok", 0.0)


def test_currency_and_exchange_gaps_are_the_real_ones(shared_data: Path) -> None:
    """The hole and three short Fridays of EUR/USD; QQQ's missing years, SPY's none."""
    euro = read_csv(
        shared_data / "lean_eurusd_1h_bidask_2007_2018.csv.gz",
        instrument_for("EUR/USD"), Timeframe.H1,
    )  # fmt: skip
    report = quality_report(euro)
    assert item(report, "GAPS") == ("warn", 191.0)
    assert next(i for i in report.items if i.code == "LONGEST_GAP").places == (
        datetime(2016, 12, 9, 21, tzinfo=UTC),
    )
    shares = shared_data / "us_daily_unadjusted_1998_2012.csv.gz"
    for symbol, count in (("SPY", 0), ("QQQ", 1_588)):
        bars = read_csv(shares, instrument_for(symbol), Timeframe.D1, symbol=symbol)
        assert missing_bars(bars).sum() == count


def test_the_impossible_index_bars_are_found(shared_data: Path) -> None:
    """The VIX set has exactly 47, known to the report when the import widened them."""
    path = shared_data / "vix_daily_1990_2024.csv.gz"
    made = read_source(path, instrument_for("VIX"), Timeframe.D1, impossible="widen")
    report = quality_report(made.bars, made.provenance)
    assert item(report, "IMPOSSIBLE") == ("warn", 47.0)


def test_bars_of_a_session_are_planned_by_its_exchange() -> None:
    """An hour absent inside a session counts, the night and an early close do not."""
    frame = Frame(instrument_for("SPY"), Timeframe.M30, 3_000, day_number("2023-06-01") * DAY_MS)
    bars = gbm(frame, 1)
    assert missing_bars(bars).sum() == 0
    assert missing_bars(without(bars, [700, 701])).sum() == 2


def test_a_dead_market_does_not_divide_by_zero(make_bars: MakeBars) -> None:
    """No movement at all, and a single bar, still have a report."""
    bars = make_bars(300)
    flat = replace(bars, **{n: np.full(300, 5.0) for n in ("open", "high", "low", "close")})
    assert item(quality_report(flat), "STALE_RUN")[0] == "error"
    assert quality_report(make_bars(1)).severity == "ok"


@pytest.mark.parametrize(
    ("name", "symbol", "missing"),
    [
        ("binance_btcusdt_1h_2017_2024.csv.gz", None, 128),
        ("binance_5coins_1h_2020_2024.csv.gz", "XRP/USDT", 20),
        ("kraken_xbtusd_60_raw.csv.gz", None, 10_856),
    ],
)
def test_known_gaps_are_found(
    shared_data: Path, name: str, symbol: str | None, missing: int
) -> None:
    """The counts of the data's description."""
    coin = Instrument(symbol="BTC/USD", base="BTC", quote="USD")
    bars = read_csv(shared_data / name, coin, Timeframe.H1, symbol=symbol)
    assert item(quality_report(bars), "GAPS")[1] == missing
