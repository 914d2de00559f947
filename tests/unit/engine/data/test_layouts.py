"""Layouts of files: many ways to write the same bars, and the ones nobody could read for sure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.files import Impossible, read_csv, read_source
from engine.data.instruments import instrument_for
from engine.data.layouts import sniff, time_kind
from engine.data.sources import Source
from engine.errors import DataError
from engine.market import Timeframe

BTC = instrument_for("BTC/USDT")
PRICES = [(10.5, 12, 9, 11, 1), (11, 12.5, 10, 12, 2), (12, 13, 11, 11.5, 3)]
ISO = ["2020-12-30 00:00", "2020-12-31 00:00", "2021-01-01 00:00"]


def text(times: list[str], header: str = "time,open,high,low,close,volume") -> str:
    """A file of three daily bars whose times are written so."""
    rows = [",".join([time, *map(str, row)]) for time, row in zip(times, PRICES, strict=True)]
    return "\n".join([header, *rows] if header else rows)


def source(folder: Path, content: str, impossible: Impossible = "refuse") -> Source:
    """The daily bars of this content."""
    path = folder / "bars.csv"
    path.write_text(content, encoding="utf-8")
    return read_source(path, BTC, Timeframe.D1, impossible=impossible)


def refusal(folder: Path, content: str) -> DataError:
    """The refusal of this content."""
    with pytest.raises(DataError) as caught:
        source(folder, content)
    return caught.value


UNIX = [1_609_286_400, 1_609_372_800, 1_609_459_200]


@pytest.mark.parametrize(
    "content",
    [
        text([f"{at}000000" for at in UNIX]),
        text([f"{at}000000000" for at in UNIX]),
        text([at.replace("-", "/") for at in ISO]),
        text([at.replace("-", ".") for at in ISO]),
        text(["20201230", "20201231", "20210101"]),
        text(["20201230 000000", "20201231 000000", "20210101 000000"]),
        text(["20201230000000", "20201231000000", "20210101000000"]),
        text(["30.12.2020", "31.12.2020", "01.01.2021"]),
        text(["12/30/2020 00:00", "12/31/2020 00:00", "1/1/2021 00:00"]),
        text([at.replace(" ", ",") for at in ISO], "Date,Time,Open,High,Low,Close,Volume"),
        text(
            [at.replace(" ", ",").replace("-", ".") for at in ISO],
            "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>",
        ),
        text([at.replace(" ", ",") for at in ISO], ""),
        text([f"{at},{when}" for at, when in zip(UNIX, ISO, strict=True)],
             "unix,date,open,high,low,close,Volume BTC"),
        text(ISO, "Datum,Eröffnung,Hoch,Tief,Schluss,Volumen"),
        text(ISO).replace(",", ";").replace(".", ","),
        text(ISO, "").replace(",", ";").replace(".", ","),
        text(ISO).replace(",", "\t"),
        text(ISO).replace(",", "|"),
        "\n".join([text(ISO).split("\n")[0], *reversed(text(ISO).split("\n")[1:])]),
    ],
    ids=["us", "ns", "slashes", "points", "days", "compact", "digits", "day-first", "month-first",
         "date-time", "terminal", "date-time-bare", "unix-and-date", "german", "decimal-comma",
         "decimal-comma-bare", "tabs", "strokes", "newest-first"],
)  # fmt: skip
def test_the_same_bars_in_many_forms(tmp_path: Path, content: str) -> None:
    """Time formats, delimiters, decimal commas, German names and order change no digest."""
    expected = source(tmp_path, text(ISO)).bars
    assert source(tmp_path, content).bars.digest == expected.digest


def test_dates_that_nobody_can_read_for_sure_are_refused(tmp_path: Path) -> None:
    """All numbers below 13: the day could be either; one row beyond 12 would settle it."""
    error = refusal(tmp_path, text(["03/04/2020", "04/04/2020", "05/04/2020"]))
    assert error.code == "CSV_DATES_AMBIGUOUS"
    assert "2020-12-31" in error.hint


def test_day_and_month_never_change_places(tmp_path: Path) -> None:
    """13/01 and then 01/14: the file contradicts itself and is refused with the row."""
    error = refusal(tmp_path, text(["13/01/2020", "01/14/2020", "15/01/2020"]))
    assert error.code == "CSV_ROW_INVALID"
    assert "row 3:" in error.message


@pytest.mark.parametrize("number", ["1.234,5", "1,234.5"])
def test_a_number_with_comma_and_point_is_refused(tmp_path: Path, number: str) -> None:
    """Thousands marks are nobody's to guess."""
    error = refusal(tmp_path, text(ISO).replace(",", ";").replace("12.5", number))
    assert error.code == "CSV_ROW_INVALID"
    assert error.value == number


def test_quotes_of_both_sides_become_mid_prices(tmp_path: Path) -> None:
    """Bid and ask for each price: bars of the mid, and the quotes at the close."""
    content = (
        "ts,bo,bh,bl,bc,bs,ao,ah,al,ac,as_\n"
        "2020-01-01,10,12,9,11,0,10.2,12.2,9.2,11.2,0\n"
        "2020-01-02,11,13,10,12,0,11.2,13.2,10.2,12.4,0\n"
    )
    bars = source(tmp_path, content).bars
    assert bars.close.tolist() == pytest.approx([11.1, 12.2])
    assert bars.bid is not None
    assert bars.bid.tolist() == [11, 12]
    assert bars.spread == pytest.approx([0.2 / 11.1, 0.4 / 12.2])
    assert bars.volume.tolist() == [1, 1]


def test_closing_quotes_and_funding_are_read(tmp_path: Path) -> None:
    """Columns named bid, ask and funding_rate come along; an empty funding cell is no event."""
    head, *rows = text(ISO).split("\n")
    extras = ["10.9,11.1,0.0001", "11.9,12.1,", "11.4,11.6,-0.0002"]
    lines = [f"{head},bid,ask,funding_rate"]
    lines += [f"{row},{extra}" for row, extra in zip(rows, extras, strict=True)]
    bars = source(tmp_path, "\n".join(lines)).bars
    assert sorted(bars.extras) == ["ask", "bid", "funding"]
    expected = [0.0001, np.nan, -0.0002]
    assert np.array_equal(bars.columns["funding"], expected, equal_nan=True)


def test_one_side_alone_is_no_quote(tmp_path: Path) -> None:
    """A file that has a bid and no ask is read for its prices."""
    head, *rows = text(ISO).split("\n")
    lines = [f"{head},bid", *(f"{row},10" for row in rows)]
    assert source(tmp_path, "\n".join(lines)).bars.extras == {}


@pytest.mark.parametrize(("treatment", "count"), [("widen", 3), ("drop", 2)])
def test_impossible_bars_are_treated_only_when_asked(
    tmp_path: Path, treatment: Impossible, count: int
) -> None:
    """A close above the high is refused; widened or dropped it is on record."""
    content = text(ISO).replace("11,11.5,3", "11,13.5,3")
    assert refusal(tmp_path, content).code == "BARS_RANGE"
    made = source(tmp_path, content, treatment)
    assert len(made.bars) == count
    kind = "widened" if treatment == "widen" else "dropped"
    assert made.provenance.rows_of(kind) == 1


def test_the_record_names_the_raw_file(tmp_path: Path) -> None:
    """Name, digest and size of the bytes as they came, and how they were read."""
    made = source(tmp_path, text(ISO)).provenance
    assert (made.kind, made.name, made.raw_bytes) == ("file", "bars.csv", len(text(ISO)))
    assert made.layout == "header, delimiter ','"
    assert made.steps == ()
    other = source(tmp_path, text(ISO) + "\n").provenance
    assert other.raw_digest != made.raw_digest


def test_a_kind_of_time_is_told_by_one_cell() -> None:
    """Digits alone decide between days, seconds and their fractions."""
    kinds = {"20201231": "compact", "1609459200": "s", "1609459200000": "ms", "noon": ""}
    assert {cell: time_kind(cell) for cell in kinds} == kinds


def test_a_line_that_cannot_be_split_is_refused() -> None:
    """A cell beyond the CSV reader's limit is a layout nobody knows."""
    with pytest.raises(DataError) as caught:
        sniff("x" * 200_000)
    assert caught.value.code == "CSV_LAYOUT_UNKNOWN"


def test_the_bid_ask_set_is_read_whole(shared_data: Path) -> None:
    """74,439 hours of EUR/USD with a median spread of one basis point."""
    path = shared_data / "lean_eurusd_1h_bidask_2007_2018.csv.gz"
    bars = read_csv(path, instrument_for("EUR/USD"), Timeframe.H1)
    assert len(bars) == 74_439
    assert bars.spread is not None
    assert float(np.median(bars.spread)) * 1e4 == pytest.approx(1.0, abs=0.3)


def test_the_impossible_index_bars_are_47(shared_data: Path) -> None:
    """Asked for, the VIX file is read with its 47 impossible bars widened, on record."""
    path = shared_data / "vix_daily_1990_2024.csv.gz"
    made = read_source(path, instrument_for("VIX"), Timeframe.D1, impossible="widen")
    assert len(made.bars) == 8_833
    assert made.provenance.rows_of("widened") == 47
