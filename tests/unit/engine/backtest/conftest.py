"""Hand-made bars and decisions: the smallest language that the micro-cases need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.data.bars import Bars, bars_of
from engine.language.decisions import Decisions, SideDecisions
from engine.language.spec import Sizing
from engine.market import Instrument, Timeframe

Bar = tuple[float, ...]
DAY_MS = 86_400_000
FLAT: Bar = (100.0, 100.5, 99.5, 100.0)
FREE = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)
UNITS = Sizing(kind="fixed_notional", value=1_000.0)


def make_bars(
    rows: Sequence[Bar],
    *,
    shorts: bool = True,
    timeframe: Timeframe = Timeframe.D1,
    start_ms: int = 0,
    **instrument: object,
) -> Bars:
    """Bars from (open, high, low, close[, volume]) rows, one after the other."""
    columns = [[row[i] for row in rows] for i in range(4)]
    volume = [row[4] if len(row) > 4 else 1_000.0 for row in rows]
    step = timeframe.seconds * 1000
    times = [start_ms + step * i for i in range(len(rows))]
    settings = {"symbol": "TEST", "base": "TEST", "quote": "USD", "shorts_allowed": shorts}
    paper = Instrument.model_validate({**settings, **instrument})
    return bars_of(paper, timeframe, times, *columns, volume)


def make_side(  # noqa: PLR0913 - one argument a field of a side
    n: int,
    *,
    enter: Sequence[int] = (),
    leave: Sequence[int] = (),
    stop: float | Sequence[float] = np.nan,
    target: float | Sequence[float] = np.nan,
    trail: float | Sequence[float] = np.nan,
    trailing_fraction: float = 0.0,
    time_bars: int = 0,
) -> SideDecisions:
    """One side: bar numbers of its entry and exit conditions, levels as a number or one a bar."""

    def marks(rows: Sequence[int]) -> np.ndarray:
        found = np.zeros(n, dtype=np.bool_)
        found[list(rows)] = True
        return found

    def level(value: float | Sequence[float]) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)).copy()

    return SideDecisions(
        enter=marks(enter),
        exit=marks(leave),
        stop=level(stop),
        target=level(target),
        trail=level(trail),
        trailing_fraction=trailing_fraction,
        time_bars=time_bars,
    )


def make_decisions(  # noqa: PLR0913 - one argument a field of the decisions
    n: int,
    *,
    long: Mapping[str, object] | None = None,
    short: Mapping[str, object] | None = None,
    sizing: Sizing = UNITS,
    cooldown: int = 0,
    warmup: int = 0,
) -> Decisions:
    """Decisions of both sides, each given as the arguments of `make_side`."""
    return Decisions(
        warmup=warmup,
        sizing=sizing,
        long=None if long is None else make_side(n, **long),  # type: ignore[arg-type]  # checked there
        short=None if short is None else make_side(n, **short),  # type: ignore[arg-type]  # checked there
        cooldown_bars=cooldown,
    )


def mirrored(rows: Sequence[Bar], axis: float = 200.0) -> list[Bar]:
    """The same bars upside down: a long on one side is a short on the other."""
    return [(axis - r[0], axis - r[2], axis - r[1], axis - r[3], *r[4:]) for r in rows]


@pytest.fixture
def flat_bar() -> Bar:
    """The bar before every micro-case: 100, 100.5, 99.5, 100."""
    return FLAT


@pytest.fixture
def free() -> CostModel:
    """No costs at all."""
    return FREE


@pytest.fixture
def bars_from() -> Callable[..., Bars]:
    """Builder of bars from rows."""
    return make_bars


@pytest.fixture
def decide() -> Callable[..., Decisions]:
    """Builder of decisions from bar numbers."""
    return make_decisions


@pytest.fixture
def upside_down() -> Callable[..., list[Bar]]:
    """Mirror of bars, for the short side of a case."""
    return mirrored


@pytest.fixture
def penny() -> Decimal:
    """One price step of the default instrument."""
    return Decimal("0.01")
