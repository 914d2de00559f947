"""Sample data: two real series, read without importing the package they come with."""

from __future__ import annotations

import subprocess
import sys

from engine.data.samples import eurusd_hourly, goog_daily


def test_goog_is_daily_and_fractional() -> None:
    """2,148 daily bars of an equity on the New York calendar, in hundredths of a share."""
    bars = goog_daily()
    assert len(bars) == 2_148
    assert bars.close[0] == 100.34
    assert str(bars.instrument.quantity_step) == "0.01"
    assert bars.instrument.calendar == "XNYS"


def test_eurusd_is_hourly() -> None:
    """5,000 hourly bars of a currency pair."""
    bars = eurusd_hourly()
    assert (len(bars), bars.timeframe.value, bars.instrument.kind) == (5_000, "1h", "fx")


def test_reading_them_does_not_import_the_package() -> None:
    """Neither `backtesting` nor pandas is loaded: they have no place in a served process."""
    script = (
        "import sys\nfrom engine.data.samples import goog_daily\ngoog_daily()\n"
        "assert not {'backtesting', 'bokeh', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
