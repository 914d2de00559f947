"""Hand-made bars, rules and decisions: the smallest language that tests of whole runs need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.backtest.costs import CostModel
from engine.data.bars import Bars, BoolArray, FloatArray, bars_of
from engine.language.decisions import (
    Decisions,
    HoursDecisions,
    LimitDecisions,
    RuleDecisions,
    TargetDecisions,
)
from engine.language.spec import Sizing
from engine.market import Instrument, Timeframe

Bar = tuple[float, ...]
Levels = float | Sequence[float]
DAY_MS = 86_400_000
F: Bar = (100.0, 100.5, 99.5, 100.0)
FREE = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)
TOUCH = CostModel(**{**FREE.model_dump(), "limit_fill": "touch"})
UNITS = Sizing(kind="fixed_notional", value=1_000.0)
ALL_IN = Sizing(kind="fixed_fraction", value=1.0)


def make_bars(
    rows: Sequence[Bar],
    *,
    shorts: bool = True,
    timeframe: Timeframe = Timeframe.D1,
    start_ms: int = 0,
    times: Sequence[int] | None = None,
    **instrument: object,
) -> Bars:
    """Bars from (open, high, low, close[, volume]) rows, one after the other or at `times`."""
    columns = [[row[i] for row in rows] for i in range(4)]
    volume = [row[4] if len(row) > 4 else 1_000.0 for row in rows]
    step = timeframe.seconds * 1000
    stamps = [start_ms + step * i for i in range(len(rows))] if times is None else list(times)
    settings = {"symbol": "TEST", "base": "TEST", "quote": "USD", "shorts_allowed": shorts}
    paper = Instrument.model_validate({**settings, **instrument})
    return bars_of(paper, timeframe, stamps, *columns, volume)


def flags(n: int, rows: Sequence[int]) -> BoolArray:
    """True at these bars, shape (n,)."""
    found = np.zeros(n, dtype=np.bool_)
    found[list(rows)] = True
    return found


def column(n: int, value: Levels) -> FloatArray:
    """One level a bar, from a number or a list. Shape (n,)."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (n,)).copy()


def make_rule(  # noqa: PLR0913 - one argument a field of a rule
    n: int,
    direction: int,
    *,
    enter: Sequence[int] = (),
    leave: Sequence[int] = (),
    stop: Levels = np.nan,
    target: Levels = np.nan,
    trail: Levels = np.nan,
    price: Levels | None = None,
    won: Sequence[int] | None = None,
    **fields: Any,  # noqa: ANN401 - fields of RuleDecisions as they are
) -> RuleDecisions:
    """One rule: bar numbers of its entry and exit conditions, levels as a number or one a bar."""
    aim = column(n, target)
    aims = () if np.isnan(aim).all() else (TargetDecisions(level=aim),)
    given: dict[str, Any] = {
        "rule": "long" if direction > 0 else "short",
        "targets": aims,
        "price": None if price is None else column(n, price),
        "enter_won": None if won is None else flags(n, won),
    }
    return RuleDecisions(
        direction=direction,
        enter=flags(n, enter),
        exit=flags(n, leave),
        stop=column(n, stop),
        trail=column(n, trail),
        **{**given, **fields},
    )


def make_decisions(  # noqa: PLR0913 - one argument a field of the decisions
    n: int,
    *,
    long: Mapping[str, Any] | None = None,
    short: Mapping[str, Any] | None = None,
    rules: Sequence[RuleDecisions] = (),
    sizing: Sizing = UNITS,
    cooldown: int = 0,
    warmup: int = 0,
    limits: Mapping[str, Any] | None = None,
    hours: Mapping[str, Sequence[int]] | None = None,
    clock: HoursDecisions | None = None,
    **parts: Any,  # noqa: ANN401 - fields of Decisions as they are
) -> Decisions:
    """Decisions of both sides, each given as the arguments of `make_rule`, and further rules.

    `hours` are bar numbers, `clock` is the same ready made.
    """
    sides = [
        make_rule(n, direction, **side)
        for direction, side in ((1, long), (-1, short))
        if side is not None
    ]
    marks = {name: flags(n, rows) for name, rows in (hours or {}).items()}
    return Decisions(
        warmup=warmup,
        sizing=sizing,
        rules=(*sides, *rules),
        limits=LimitDecisions(**{"cooldown_bars": cooldown, **(limits or {})}),
        hours=HoursDecisions(**marks) if clock is None else clock,
        **parts,
    )


def mirrored(rows: Sequence[Bar], axis: float = 200.0) -> list[Bar]:
    """The same bars upside down: a long on one side is a short on the other."""
    return [(axis - r[0], axis - r[2], axis - r[1], axis - r[3], *r[4:]) for r in rows]
