"""Exchange tables: packaged, complete, and the library's to the last session."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from engine.data import exchanges
from engine.data.days import day_number
from engine.data.exchanges import EXCHANGES, FIRST_DAY, LAST_DAY, read_table, table_of
from engine.data.sessions import one_off_closures, session_plan
from engine.errors import DataError
from tests.needs import ROOT


@pytest.mark.parametrize("code", EXCHANGES)
def test_the_packaged_table_is_the_librarys(code: str) -> None:
    """Writing the tables anew changes nothing (else: `python -m engine.data.exchanges`)."""
    assert read_table(code) == table_of(code)


@pytest.mark.parametrize("code", EXCHANGES)
def test_sessions_are_the_librarys(code: str) -> None:
    """Day, open and close of every session 1970-2050 agree; only one-off closures differ."""
    calendar = exchanges.calendar_of(code)
    plan = session_plan(day_number(FIRST_DAY), day_number(LAST_DAY), code)
    held = ~np.isin(plan.day, one_off_closures(code))
    theirs = [calendar.sessions, calendar.schedule["open"], calendar.schedule["close"]]
    units = ["datetime64[D]", "datetime64[ms]", "datetime64[ms]"]
    for mine, values, unit in zip(plan, theirs, units, strict=True):
        expected = values.to_numpy(dtype="datetime64[ns]").astype(unit).astype(np.int64)
        assert np.array_equal(mine[held], expected)


def test_an_unknown_exchange_is_refused_with_a_near_one() -> None:
    """XETRA is no code; the hint says which is meant."""
    with pytest.raises(DataError) as caught:
        read_table("XETRA")
    assert caught.value.code == "CALENDAR_UNKNOWN"
    assert "XETR" in caught.value.hint


def test_sessions_load_no_library() -> None:
    """Planning sessions imports neither the calendars' library nor pandas."""
    code = (
        "import sys; from engine.data.sessions import session_plan; session_plan(0, 999);"
        "sys.exit(any(name in sys.modules for name in ('exchange_calendars', 'pandas')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
