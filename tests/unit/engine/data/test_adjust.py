"""Adjusted prices: the right row for each day, and the steps that splits leave in raw prices."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.adjust import Factors, adjust, read_factors
from engine.data.bars import Bars, bars_of
from engine.data.days import day_number
from engine.data.files import read_csv
from engine.data.instruments import instrument_for
from engine.errors import DataError
from engine.market import Timeframe

HEADER = "valid_to,symbol,price_factor,split_factor\n"
ROWS = "2020-01-02,AB,0.9,0.5\n2020-01-03,XY,0.1,0.1\n2020-01-06,AB,1,1\n"
FACTORS = "us_daily_factors_1998_2012.csv"
PRICES = "us_daily_unadjusted_1998_2012.csv.gz"


def share(first: str, count: int, timeframe: Timeframe = Timeframe.D1, hour: int = 0) -> Bars:
    """Bars at one price from a date on."""
    time = (day_number(first) * 24 + hour) * 3_600_000
    times = time + np.arange(count) * timeframe.seconds * 1000
    price = np.full(count, 100.0)
    return bars_of(
        instrument_for("AB"), timeframe, times, price, price + 1, price - 1, price,
        np.full(count, 10.0),
    )  # fmt: skip


def written(folder: Path, text: str) -> Path:
    """A file with a text."""
    path = folder / "factors.csv"
    path.write_text(text)
    return path


def refused(path: Path, symbol: str = "AB") -> DataError:
    """The refusal of a factor file."""
    with pytest.raises(DataError) as caught:
        read_factors(path, symbol)
    return caught.value


def test_a_row_holds_up_to_its_day(tmp_path: Path) -> None:
    """The first row with valid_to >= date counts: the last day before a split is still halved."""
    factors = read_factors(written(tmp_path, HEADER + ROWS), "AB")
    adjusted = adjust(share("2020-01-01", 4), factors)
    assert adjusted.close.tolist() == pytest.approx([45.0, 45.0, 100.0, 100.0])
    assert adjusted.high.tolist() == pytest.approx([45.45, 45.45, 101.0, 101.0])
    assert adjusted.volume.tolist() == [20.0, 20.0, 10.0, 10.0]


def test_hours_count_by_new_york_dates(tmp_path: Path) -> None:
    """20:30 UTC is the 2nd in New York, and so is 02:00 UTC of the 3rd."""
    factors = read_factors(written(tmp_path, HEADER + ROWS), "AB")
    evening = share("2020-01-02", 10, Timeframe.H1, hour=20)
    assert adjust(evening, factors).close.tolist() == pytest.approx([45.0] * 9 + [100.0])


def test_what_is_not_a_price_stays(tmp_path: Path) -> None:
    """Times and origin are those of the raw bars."""
    factors = read_factors(written(tmp_path, HEADER + ROWS), "AB")
    raw = share("2020-01-01", 4)
    adjusted = adjust(raw, factors)
    assert (adjusted.time == raw.time).all()
    assert adjusted.origin == raw.origin


def test_bars_after_the_last_row_are_refused() -> None:
    """FACTORS_END: later dividends and splits are not known; up to the last day all is well."""
    one = np.array([1.0])
    factors = Factors("AB", np.array([day_number("2020-01-04")]), one, one)
    assert len(adjust(share("2020-01-01", 4), factors)) == 4
    with pytest.raises(DataError) as caught:
        adjust(share("2020-01-01", 5), factors)
    assert (caught.value.code, caught.value.value) == ("FACTORS_END", "2020-01-05")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "FACTORS_LAYOUT_UNKNOWN"),
        ("date,symbol,a,b\n" + ROWS, "FACTORS_LAYOUT_UNKNOWN"),
        (HEADER + "a" * 200_000, "FILE_UNREADABLE"),
        (HEADER, "FACTORS_SYMBOL_UNKNOWN"),
        (HEADER + ROWS.replace("AB", "BA"), "FACTORS_SYMBOL_UNKNOWN"),
        (HEADER + ROWS.replace("0.9", "nan"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("0.9", "0"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("0.9", "-1"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("0.9,0.5", "0.9"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("2020-01-02", "2020-02-30"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("2020-01-02", "02.01.2020"), "FACTORS_ROW_INVALID"),
        (HEADER + ROWS.replace("2020-01-02", "2020-01-06"), "FACTORS_ORDER"),
    ],
)
def test_a_wrong_factor_file_is_refused(tmp_path: Path, text: str, code: str) -> None:
    """Layout, rows and order are checked; nothing is guessed."""
    assert refused(written(tmp_path, text)).code == code


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """FILE_NOT_FOUND and FILE_UNREADABLE."""
    assert refused(tmp_path / "no.csv").code == "FILE_NOT_FOUND"
    path = tmp_path / "wide.csv"
    path.write_bytes(b"\xff\xfe\x00")
    assert refused(path).code == "FILE_UNREADABLE"


@pytest.mark.parametrize(
    ("symbol", "raw", "adjusted"),
    [("IBM", 0.71, 0.21), ("BAC", 0.69, 0.34), ("IWM", 0.68, 0.12), ("QQQ", 0.73, 0.39)],
)
def test_splits_leave_adjusted_prices(
    shared_data: Path, symbol: str, raw: float, adjusted: float
) -> None:
    """The largest daily step falls to the real one; QQQ keeps the one over its six-year hole."""
    instrument = instrument_for(symbol)
    bars = read_csv(shared_data / PRICES, instrument, Timeframe.D1, symbol=symbol)
    made = adjust(bars, read_factors(shared_data / FACTORS, symbol))
    largest = [float(np.abs(np.diff(np.log(each.close))).max()) for each in (bars, made)]
    assert largest == [pytest.approx(raw, abs=0.0051), pytest.approx(adjusted, abs=0.0051)]
