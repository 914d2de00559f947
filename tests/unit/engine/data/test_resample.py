"""Higher timeframes: what a period holds, when it closes, what is left out."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from engine.data.bars import Bars, bars_of
from engine.data.days import DAY_MS, day_number
from engine.data.instruments import instrument_for
from engine.data.resample import (
    PAIRS,
    HigherBars,
    alignment,
    bars_per_higher,
    divides,
    resample,
)
from engine.data.samples import eurusd_hourly, goog_daily
from engine.data.synthetic import Frame, gbm
from engine.errors import DataError
from engine.language import arguments
from engine.market import Calendar, Instrument, Timeframe

HOUR = 3_600_000


def utc(text: str) -> int:
    """UTC milliseconds of an ISO time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def ramp(
    start: str, count: int, timeframe: Timeframe = Timeframe.H1, calendar: Calendar = "24/7"
) -> Bars:
    """Bars that open at i, close at i + 1, with a volume of i + 1, from i = 1 on."""
    number = np.arange(1, count + 1, dtype=float)
    time = utc(start) + np.arange(count) * timeframe.seconds * 1000
    instrument = Instrument(symbol="X", base="X", quote="USD", calendar=calendar)
    return bars_of(instrument, timeframe, time, number, number + 2, number / 2, number + 1, number)


def closes(higher: HigherBars) -> list[str]:
    """Close times as text."""
    return [str(np.datetime64(int(at), "ms"))[:16] for at in higher.closes]


def test_a_day_is_made_of_its_hours() -> None:
    """First open, highest high, lowest low, last close, summed volume."""
    higher = resample(ramp("2024-01-01", 50), Timeframe.D1)
    made = higher.bars
    assert closes(higher) == ["2024-01-02T00:00", "2024-01-03T00:00"]
    assert made.time.tolist() == [utc("2024-01-01"), utc("2024-01-02")]
    assert (made.open.tolist(), made.close.tolist()) == ([1.0, 25.0], [25.0, 49.0])
    assert (made.high.tolist(), made.low.tolist()) == ([26.0, 50.0], [0.5, 12.5])
    assert made.volume.tolist() == [300.0, 876.0]
    assert (made.timeframe, made.origin) == (Timeframe.D1, "unregistered")


def test_a_bar_sees_the_higher_bar_that_closes_with_it() -> None:
    """The last hour of a day sees that day, the hour before it does not."""
    bars = ramp("2024-01-01", 50)
    seen = alignment(bars, resample(bars, Timeframe.D1))
    assert seen[[0, 22, 23, 24, 46, 47, 49]].tolist() == [-1, -1, 0, 0, 0, 1, 1]


def test_a_partial_first_bar_is_dropped_and_a_whole_one_kept() -> None:
    """Data from 01:00 on have no first day; data from 00:00 on have it."""
    assert closes(resample(ramp("2024-01-01T01:00", 47), Timeframe.D1)) == ["2024-01-03T00:00"]
    assert len(resample(ramp("2024-01-01T00:00", 48), Timeframe.D1).closes) == 2


def test_nothing_closed_is_an_empty_table() -> None:
    """Before the first close there are no higher bars and every base bar sees none."""
    bars = ramp("2024-01-01", 23)
    higher = resample(bars, Timeframe.D1)
    assert len(higher.bars) == 0
    assert set(alignment(bars, higher).tolist()) == {-1}


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    """1 January 2024 is a Monday; February 2024 has 29 days."""
    days = ramp("2024-01-01", 100, Timeframe.D1)
    assert closes(resample(days, Timeframe.W1))[:2] == ["2024-01-08T00:00", "2024-01-15T00:00"]
    assert closes(resample(days, Timeframe.MO1)) == [
        "2024-02-01T00:00", "2024-03-01T00:00", "2024-04-01T00:00",
    ]  # fmt: skip


def test_a_gap_leaves_no_bar_and_invents_none() -> None:
    """A day without an hour is absent; a day with some hours holds just those."""
    bars = ramp("2024-01-01", 96)
    keep = np.r_[0:24, 60:96]
    columns = (getattr(bars, name)[keep] for name in ("time", "open", "high", "low", "close"))
    holed = bars_of(bars.instrument, bars.timeframe, *columns, bars.volume[keep])
    higher = resample(holed, Timeframe.D1)
    assert closes(higher) == ["2024-01-02T00:00", "2024-01-04T00:00", "2024-01-05T00:00"]
    assert higher.bars.open.tolist() == [1.0, 61.0, 73.0]
    assert alignment(holed, higher)[[23, 24, 35, 36]].tolist() == [0, 0, 1, 1]


def test_a_share_week_closes_with_its_last_session() -> None:
    """On the Thursday before Good Friday 2012 the week is over; in the week after on Friday."""
    goog = goog_daily()
    higher = resample(goog, Timeframe.W1)
    seen = alignment(goog, higher)
    dates = goog.time.astype("datetime64[ms]").astype("datetime64[D]").astype(str).tolist()
    wednesday, thursday, friday = (
        int(seen[dates.index(day)]) for day in ("2012-04-04", "2012-04-05", "2012-04-13")
    )
    assert (thursday - wednesday, friday - thursday) == (1, 1)
    assert higher.bars.close[thursday] == goog.close[dates.index("2012-04-05")]
    assert higher.closes[thursday] == utc("2012-04-05T20:00")


def test_share_sessions_follow_new_york() -> None:
    """Half hours of a session make a day that closes at 16:00 there, in winter and summer."""
    winter = ramp("2024-03-08T14:30", 13, Timeframe.M30, "XNYS")
    summer = ramp("2024-03-11T13:30", 13, Timeframe.M30, "XNYS")
    assert closes(resample(winter, Timeframe.D1)) == ["2024-03-08T21:00"]
    assert closes(resample(summer, Timeframe.D1)) == ["2024-03-11T20:00"]


def test_share_hours_count_from_the_open() -> None:
    """Two-hour bars begin at 09:30; the last one ends with the session."""
    bars = ramp("2024-01-03T13:00", 20, Timeframe.M30, "XNYS")
    higher = resample(bars, Timeframe.H2)
    assert closes(higher) == [
        "2024-01-03T16:30", "2024-01-03T18:30", "2024-01-03T20:30", "2024-01-03T21:00",
    ]  # fmt: skip
    assert higher.bars.open.tolist() == [4.0, 8.0, 12.0, 16.0]


def test_bars_outside_a_session_take_no_part() -> None:
    """Hours before and after a session change neither the day nor when it is seen."""
    whole = ramp("2024-01-03T09:00", 30, Timeframe.M30, "XNYS")
    higher = resample(whole, Timeframe.D1)
    assert higher.bars.open.tolist() == [12.0]
    assert higher.bars.close.tolist() == [25.0]
    assert alignment(whole, higher)[[22, 23, 29]].tolist() == [-1, 0, 0]
    night = ramp("2024-01-03T22:00", 4, Timeframe.M30, "XNYS")
    assert len(resample(night, Timeframe.D1).closes) == 0


def test_an_hour_that_outlasts_the_session_ends_with_it() -> None:
    """Hourly bars from 09:30 on: the last one covers 30 minutes and sees the finished day."""
    bars = ramp("2024-01-03T14:30", 7, Timeframe.H1, "XNYS")
    assert alignment(bars, resample(bars, Timeframe.D1)).tolist() == [-1] * 6 + [0]


def test_a_currency_week_runs_from_sunday_to_friday() -> None:
    """It closes on Friday 17:00 in New York: 22:00 UTC in winter, 21:00 in summer."""
    winter = ramp("2024-01-07T22:00", 24 * 5 + 3, Timeframe.H1, "FX")
    higher = resample(winter, Timeframe.W1)
    assert closes(higher) == ["2024-01-12T22:00"]
    assert alignment(winter, higher)[[118, 119, 120]].tolist() == [-1, 0, 0]
    assert higher.bars.close[0] == winter.close[119]
    summer = ramp("2024-06-02T21:00", 24 * 5, Timeframe.H1, "FX")
    assert closes(resample(summer, Timeframe.W1)) == ["2024-06-07T21:00"]


def test_a_currency_week_of_daily_bars_may_begin_on_monday() -> None:
    """Files without Sunday's hours still have whole weeks; a Friday bar sees its week."""
    bars = ramp("2024-01-08", 5, Timeframe.D1, "FX")
    assert alignment(bars, resample(bars, Timeframe.W1)).tolist() == [-1] * 4 + [0]


def test_currency_sunday_is_a_day_of_its_own() -> None:
    """UTC days: Sunday's evening, Monday, and so on."""
    bars = ramp("2024-01-07T22:00", 30, Timeframe.H1, "FX")
    higher = resample(bars, Timeframe.D1)
    assert closes(higher) == ["2024-01-08T00:00", "2024-01-09T00:00"]
    assert higher.bars.volume.tolist() == [3.0, sum(range(3, 27))]


def test_real_hours_make_the_days_of_their_source() -> None:
    """EUR/USD hours: every day's close is the last hour's, no day is left without reason."""
    bars = eurusd_hourly()
    higher = resample(bars, Timeframe.D1)
    seen = alignment(bars, higher)
    assert (np.diff(seen) >= 0).all()
    ends = np.flatnonzero(np.diff(seen) > 0) + 1
    days = bars.time // (24 * HOUR)
    assert (np.abs(higher.bars.time[seen[ends]] // (24 * HOUR) - days[ends]) <= 2).all()
    assert seen[-1] == len(higher.closes) - 1


@pytest.mark.parametrize(
    ("base", "higher"), [("3m", "5m"), ("4h", "6h"), ("1w", "1M"), ("1d", "1h"), ("1h", "1h")]
)
def test_pairs_that_do_not_divide_are_refused(base: str, higher: str) -> None:
    """TIMEFRAME_PAIR, with the timeframes that are possible."""
    with pytest.raises(DataError) as caught:
        resample(ramp("2024-01-01", 3, Timeframe(base)), Timeframe(higher))
    assert caught.value.code == "TIMEFRAME_PAIR"
    assert caught.value.hint
    assert len(resample(ramp("2024-01-01", 24, Timeframe.H1), Timeframe.D1).closes) == 1


def test_the_language_knows_the_same_pairs() -> None:
    """What the checker accepts is what can be computed."""
    known = {(a, b) for a in Timeframe for b in Timeframe if arguments.divides(a, b)}
    assert known == set(PAIRS)
    assert divides(Timeframe.D1, Timeframe.MO1)


def test_overlapping_bars_are_refused() -> None:
    """Two bars that end with one session: BARS_OVERLAP; one after the other is fine."""
    bars = ramp("2024-01-03T20:00", 2, Timeframe.M30, "XNYS")
    columns = (bars.open, bars.high, bars.low, bars.close, bars.volume)
    hours = bars_of(bars.instrument, Timeframe.H1, bars.time + HOUR // 4, *columns)
    with pytest.raises(DataError) as caught:
        resample(hours, Timeframe.D1)
    assert caught.value.code == "BARS_OVERLAP"
    assert len(resample(bars, Timeframe.D1).closes) == 0


@pytest.mark.parametrize(
    ("base", "higher", "calendar", "count"),
    [
        ("1h", "1d", "24/7", 24),
        ("1h", "1M", "24/7", 744),
        ("1d", "1w", "XNYS", 5),
        ("1h", "1d", "XNYS", 7),
        ("15m", "4h", "XNYS", 16),
        ("15m", "8h", "XNYS", 26),
        ("1d", "1w", "FX", 6),
        ("4h", "1d", "FX", 6),
    ],
)
def test_bars_of_a_higher_bar_are_counted(
    base: str, higher: str, calendar: Calendar, count: int
) -> None:
    """The most base bars that a higher bar can hold, by calendar."""
    assert bars_per_higher(Timeframe(base), Timeframe(higher), calendar) == count
    with pytest.raises(DataError):
        bars_per_higher(Timeframe(higher), Timeframe(base), calendar)


def test_an_exchange_of_its_own_hours_closes_its_own_days() -> None:
    """Frankfurt's day closes at 17:30 its own time, on its last day of the year at 14:00."""
    dax = instrument_for("SAP", calendar="XETR")
    first = day_number("2024-12-02") * DAY_MS
    bars = gbm(Frame(dax, Timeframe.M30, 17 * 19, first), 1)
    days = resample(bars, Timeframe.D1)
    close = dict(zip((days.bars.time // DAY_MS).tolist(), days.closes.tolist(), strict=True))
    for day, hours in (("2024-12-02", 16.5), ("2024-12-30", 13.0)):
        number = day_number(day)
        assert close[number] == number * DAY_MS + hours * 3_600_000
    assert bars_per_higher(Timeframe.M30, Timeframe.D1, "XETR") == 17
