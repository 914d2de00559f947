"""Packed columns: the same text on every machine, and back without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.packing import (
    LARGEST,
    MAX_DAYS,
    SMALLEST,
    pack_days,
    pack_returns,
    unpack_days,
    unpack_returns,
)

RISING = st.sets(st.integers(-30_000, 60_000), max_size=60).map(sorted)


@given(st.lists(st.integers(SMALLEST, LARGEST), max_size=40))
def test_returns_come_back(units: list[int]) -> None:
    """Every int32 survives, whatever stands beside it."""
    assert unpack_returns(pack_returns(np.array(units, dtype=np.int64))).tolist() == units


def test_returns_are_little_endian_int32() -> None:
    """The text is fixed for ever: ledgers of other machines and years are read with it."""
    assert pack_returns(np.array([1, -1, 200_000])) == "AQAAAP////9ADQMA"


def test_what_does_not_fit_stands_at_the_end() -> None:
    """A day of +3,000 percent is cut to what int32 holds, never wrapped around."""
    units = np.array([3_000_000_000, -3_000_000_000, LARGEST])
    assert unpack_returns(pack_returns(units)).tolist() == [LARGEST, SMALLEST, LARGEST]


@given(RISING)
def test_days_come_back(days: list[int]) -> None:
    """Any rising days survive, before 1970 too."""
    assert unpack_days(pack_days(np.array(days, dtype=np.int64))).tolist() == days


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([], ""),
        ([100, 101, 102, 105], "100 3 2 1"),
        ([-2, -1, 1], "-2 2 1 1"),
        (list(range(15_000, 16_278)), "15000 1278"),
    ],
)
def test_runs_of_days_are_short(days: list[int], text: str) -> None:
    """First day, then run, gap, run: five years of a coin are ten characters."""
    assert pack_days(np.array(days, dtype=np.int64)) == text


@pytest.mark.parametrize("days", [[2, 2], [3, 1]])
def test_days_must_rise(days: list[int]) -> None:
    """DAYS_NOT_RISING: a day counts once, in order."""
    with pytest.raises(InputError) as caught:
        pack_days(np.array(days))
    assert caught.value.code == "DAYS_NOT_RISING"


@pytest.mark.parametrize(
    "text",
    ["x", "1", "1 0", "1 2 0 1", "1 -2", "1 2 3", f"1 {MAX_DAYS + 1}", f"1 {2**70}", "1.5 2"],
)
def test_bent_days_are_refused(text: str) -> None:
    """PACKED_INVALID for what pack_days would not have written, endless runs included."""
    with pytest.raises(InputError) as caught:
        unpack_days(text)
    assert caught.value.code == "PACKED_INVALID"


@pytest.mark.parametrize("text", ["AQAA", "AQAAAA=", "!!!!", "AQAAAP///w==x", "ü"])
def test_bent_returns_are_refused(text: str) -> None:
    """PACKED_INVALID for text that is not base64, or not a whole number of returns."""
    with pytest.raises(InputError) as caught:
        unpack_returns(text)
    assert caught.value.code == "PACKED_INVALID"


def test_unpacked_days_cannot_be_changed() -> None:
    """Trials share one array: nobody may write into it."""
    with pytest.raises(ValueError, match="read-only"):
        unpack_days("100 3")[0] = 1
