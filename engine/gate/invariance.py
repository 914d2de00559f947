"""Invariance: the same positions on scaled prices, other dates, another name.

Dates, price levels and tickers as constants are how the memory of a market gets into a rule. A
rule that trades differently when prices are eight times as high, when everything happens 28 years
later or when the market is called ASSET_07 has learnt that market by heart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field

from engine.backtest.result import BacktestResult
from engine.data.bars import Bars, FloatArray
from engine.data.panel import Panel, panel_of
from engine.errors import InputError
from engine.gate.contract import DATED
from engine.gate.other_times import later, plain
from engine.gate.renaming import Names, other_names, renamed_panel, renamed_subject
from engine.gate.subject import Subject
from engine.language.nodes import Call, walk
from engine.language.spec import Pair, StrategySpec
from engine.records import Record

SCALES: Final = (8.0, 0.125)
"""Powers of two: prices times these are exact in binary floating point."""
TOLERANCE: Final = 1e-9
"""Share of equity. Logarithms round differently at another price level, nothing else does."""
_PRICES: Final = ("open", "high", "low", "close", "bid", "ask")
_SAME: Final = ("symbol", "rule", "side", "entry_bar", "exit_bar", "reason")
"""Columns of the trade log that must be equal."""
Name = Literal["scale", "date", "symbol"]
Renamed = Callable[[Subject, Names], Subject]


class InvarianceEvidence(Record):
    """One invariance; `where` says where positions differ first, empty when they do not."""

    name: Name
    held: bool
    where: Annotated[str, Field(max_length=200)] = ""


def invariances(
    subject: Subject, panel: Panel, result: BacktestResult, *, renamed: Renamed = renamed_subject
) -> tuple[InvarianceEvidence, ...]:
    """Prices, dates and names, in this order.

    A spec with a dated operator is not asked for the shift of dates: it says that it knows them.

    Args:
        subject: the strategy.
        panel: train bars.
        result: its run on them.
        renamed: the same strategy for instruments with other names.
    """
    dated = any(
        isinstance(node, Call) and node.name in DATED
        for one in (subject.compiled, *subject.members.values())
        for tree in one.trees.values()
        for node in walk(tree)
    )
    asked: list[tuple[Name, Callable[[], str]]] = [
        ("scale", lambda: scale_difference(subject, panel, result)),
        ("date", lambda: date_difference(subject, panel, result)),
        ("symbol", lambda: symbol_difference(subject, panel, result, renamed)),
    ]
    found = []
    for name, ask in asked:
        if not (dated and name == "date"):
            where = _answer(ask)
            found.append(InvarianceEvidence(name=name, held=not where, where=where[:200]))
    return tuple(found)


def _answer(ask: Callable[[], str]) -> str:
    """A run that is refused where the original was not differs too."""
    try:
        return ask()
    except InputError as error:
        return f"refused: {error.code}"


def scale_difference(subject: Subject, panel: Panel, result: BacktestResult) -> str:
    """Where positions differ when prices are 8 times or an eighth, steps off; empty: nowhere.

    Sizes are fractions of equity or amounts of quote currency, so units change by the inverse
    factor and every position keeps its value. Volumes stay.
    """
    asked = _without_fitted_logs(subject)
    base = asked.run(panel, grid=False, start_equity=result.start_equity)
    for factor in SCALES:
        moved = asked.run(scaled(panel, factor), grid=False, start_equity=result.start_equity)
        where = difference(base, moved)
        if where:
            return f"prices x {factor:g}: {where}"
    return ""


def _without_fitted_logs(subject: Subject) -> Subject:
    """The same rules on a spread that prices times a factor leave alone.

    log y - h log x moves by (1 - h) log 8, and a fitted h differs from bar to bar: that is the
    formula of the spread, not a memory of prices. With h = 1 everything else is asked the same.
    """
    pair = subject.spec.pair
    if pair is None or pair.hedge != "log_ols":
        return subject
    plain_pair = Pair(**{**dict(pair), "hedge": "one"})
    return Subject.of(StrategySpec(**{**dict(subject.spec), "pair": plain_pair}), subject.costs)


def date_difference(subject: Subject, panel: Panel, result: BacktestResult) -> str:
    """Where positions differ when everything happens 28 years later; empty: nowhere."""
    for base in plain(panel):
        own = base is panel
        start = result.start_equity
        before = result if own else subject.run(base, start_equity=start)
        where = difference(before, subject.run(later(base), start_equity=start))
        if where:
            return f"28 years later: {where}"
    return ""


def symbol_difference(
    subject: Subject, panel: Panel, result: BacktestResult, renamed: Renamed = renamed_subject
) -> str:
    """Where positions differ when every instrument has another name; empty: nowhere."""
    names = other_names(subject, panel)
    again = renamed(subject, names)
    moved = again.run(renamed_panel(panel, names), start_equity=result.start_equity)
    where = difference(result, moved)
    return f"renamed: {where}" if where else ""


def scaled(panel: Panel, factor: float) -> Panel:
    """The same bars with every price times a factor; volumes and rates stay."""
    return panel_of([_scaled(bars, factor) for bars in panel.each])


def _scaled(bars: Bars, factor: float) -> Bars:
    columns: dict[str, Any] = {
        name: column * factor for name, column in bars.columns.items() if name in _PRICES
    }
    for column in columns.values():
        column.setflags(write=False)
    return replace(bars, **columns)


def difference(one: BacktestResult, other: BacktestResult) -> str:
    """Where two runs hold different positions first; empty when they never do.

    Trades must be the same ones; what is held must be worth the same share of equity.
    """
    rows = _first_row(one, other)
    if rows is not None:
        return f"trade {rows + 1} is another one"
    for name, mine, theirs in (
        ("positions", one.value, other.value), ("equity", one.equity, other.equity),
    ):  # fmt: skip
        bar = _first_gap(mine, theirs, one.equity)
        if bar is not None:
            return f"{name} differ at bar {bar}"
    return ""


def _first_row(one: BacktestResult, other: BacktestResult) -> int | None:
    """First trade that is not the same one in both logs."""
    mine, theirs = (
        np.column_stack([result.log.column(name) for name in _SAME]) for result in (one, other)
    )
    length = min(len(mine), len(theirs))
    wrong = np.flatnonzero((mine[:length] != theirs[:length]).any(axis=1))
    if len(wrong):
        return int(wrong[0])
    return None if len(mine) == len(theirs) else length


def _first_gap(mine: FloatArray, theirs: FloatArray, equity: FloatArray) -> int | None:
    """First bar at which two curves are further apart than rounding, as a share of equity."""
    apart = np.abs(mine - theirs) > TOLERANCE * np.maximum(np.abs(equity), 1.0)
    bars = np.flatnonzero(apart)
    return int(bars[0]) if len(bars) else None
