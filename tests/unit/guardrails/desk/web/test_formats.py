"""Numbers and times in German and English."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.desk.web.formats import NOTHING, Formats

EN, DE = Formats("en"), Formats("de")
AT = datetime(2026, 3, 5, 7, 8, 9, tzinfo=UTC)


def test_amounts_keep_every_digit() -> None:
    """Grouping and comma follow the language, digits are never rounded away."""
    value = Decimal("1234567.123456789")
    assert EN.amount(value) == "1,234,567.123456789"
    assert DE.amount(value) == "1.234.567,123456789"
    assert EN.amount(None) == NOTHING


def test_money_has_two_decimals() -> None:
    """Rounded half to even, never as an exponent."""
    assert EN.money(Decimal("24.735")) == "24.74"
    assert EN.money(Decimal("24.725")) == "24.72"
    assert DE.money(Decimal(10_000)) == "10.000,00"
    assert DE.money(None) == NOTHING


def test_prices_have_two_decimals_at_least() -> None:
    """A price of 801.2 reads 801.20, one with five digits keeps them."""
    assert EN.price(Decimal("801.2")) == "801.20"
    assert DE.price(Decimal("1.07215")) == "1,07215"


def test_shares() -> None:
    """A fraction of one becomes percent; a figure is cut at four decimals."""
    assert EN.percent(0.06522) == "6.52%"
    assert DE.percent(Decimal("0.5")) == "50 %"
    assert EN.figure(0.123456) == "0.1235"
    assert DE.figure(None) == NOTHING


def test_times_name_their_zone() -> None:
    """A moment of any zone reads in UTC and says so."""
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    assert EN.moment(berlin) == "5 Mar 2026, 07:08 UTC"
    assert DE.moment(AT) == "5. März 2026, 07:08 UTC"
    assert EN.second("2026-03-05T07:08:09.123Z") == "5 Mar 2026, 07:08:09 UTC"
    assert DE.day(AT) == "5. März 2026"
    assert EN.moment(None) == EN.second(None) == EN.day(None) == NOTHING


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (-5, "0 s", "0 s"),
        (59, "59 s", "59 s"),
        (60, "1 min", "1 min"),
        (116, "1 min 56 s", "1 min 56 s"),
        (3_660, "1 h 1 min", "1 Std. 1 min"),
        (7_709_000, "89 d 5 h", "89 T 5 Std."),
    ],
)
def test_lengths_of_time(seconds: float, english: str, german: str) -> None:
    """The two largest units, nothing negative."""
    assert (EN.span(seconds), DE.span(seconds)) == (english, german)


@given(st.decimals(-(10**9), 10**9, places=4))
def test_languages_differ_in_marks_alone(value: Decimal) -> None:
    """The digits of an amount are the same in both languages."""
    assert EN.amount(value).translate(str.maketrans(",.", ".,")) == DE.amount(value)
