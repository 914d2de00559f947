"""Daily closes for desk and gateway: of the registered dataset, up to yesterday, read once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from engine.data.store import DatasetStore
from engine.market import Timeframe
from guardrails.ports import FixedCloses
from guardrails.store.closes import DatasetCloses
from tests.rules import make_bars

BARS = make_bars([(100.0 + n, 101.0 + n, 99.0 + n, 100.5 + n) for n in range(60)],
                 timeframe=Timeframe.D1)  # fmt: skip
THIRD = datetime.fromtimestamp(int(BARS.time[2]) / 1_000, tz=UTC)


def test_a_dataset_gives_the_closes_before_a_day(tmp_path: Path) -> None:
    """On the third day the first two are known; an unknown symbol and no present give nothing."""
    store = DatasetStore(tmp_path)
    store.register(BARS)
    closes = DatasetCloses(store)
    assert [close for _, close in closes.closes("TEST", THIRD)] == [Decimal("100.5"),
                                                                    Decimal("101.5")]  # fmt: skip
    assert closes.closes("TEST", None) == ()
    assert closes.closes("OTHER", THIRD) == ()
    assert len(closes.closes("TEST", THIRD + timedelta(days=900))) == 60


def test_a_dataset_is_read_once(tmp_path: Path) -> None:
    """The second answer is the one that was kept."""
    store = DatasetStore(tmp_path)
    store.register(BARS)
    closes = DatasetCloses(store)
    first = closes.closes("TEST", THIRD)
    assert closes.closes("TEST", THIRD) == first
    assert list(closes._kept) == [BARS.digest]


def test_closes_in_memory_keep_the_same_promise() -> None:
    """The fake gives what lies before the day too."""
    fixed = FixedCloses({"TEST": (("1970-01-02", Decimal(1)), ("1970-01-03", Decimal(2)))})
    assert fixed.closes("TEST", THIRD) == (("1970-01-02", Decimal(1)),)
    assert fixed.closes("TEST", None) == fixed.closes("OTHER", THIRD) == ()
