"""Sample bars that come with the `backtesting` package, read without importing it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.data.bars import Bars
from engine.data.files import read_csv
from engine.errors import DataError
from engine.market import Instrument, Timeframe

GOOG: Final = Instrument(
    symbol="GOOG", kind="equity", base="GOOG", quote="USD", price_step=Decimal("0.01"),
    quantity_step=Decimal("0.01"), min_quantity=Decimal("0.01"), calendar="XNYS",
)  # fmt: skip
"""Google shares 2004-2013, fractional to 0.01."""

EURUSD: Final = Instrument(
    symbol="EUR/USD", kind="fx", base="EUR", quote="USD", price_step=Decimal("0.00001"),
    quantity_step=Decimal(1), min_quantity=Decimal(1), calendar="FX", shorts_allowed=True,
)  # fmt: skip
"""Euro against dollar, 2017-04 to 2018-02."""

GOOG_WINDOW_END: Final = datetime(2012, 6, 29, tzinfo=UTC)
"""Last day of the sample's window: what follows is forward data for signals."""


def _sample(name: str) -> Path:
    spec = find_spec("backtesting")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / "test" / name
        if path.is_file():
            return path
    raise DataError(
        "SAMPLE_MISSING", "the sample data are not installed", value=name,
        hint="install the package `backtesting`",
    )  # fmt: skip


def goog_daily() -> Bars:
    """GOOG, 2,148 daily bars 2004-08-19 .. 2013-03-01, times are midnights UTC.

    Raises:
        DataError: SAMPLE_MISSING.
    """
    return read_csv(_sample("GOOG.csv"), GOOG, Timeframe.D1)


def eurusd_hourly() -> Bars:
    """EUR/USD, 5,000 hourly bars 2017-04-19 .. 2018-02-07, UTC.

    Raises:
        DataError: SAMPLE_MISSING.
    """
    return read_csv(_sample("EURUSD.csv"), EURUSD, Timeframe.H1)
