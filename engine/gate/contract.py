"""Stage 0: what can be said about a spec and its data, and the same bytes twice.

Everything answers with sentences that name what was found; nothing found is an empty tuple.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from engine.backtest.result import BacktestResult
from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.data.panel import Panel
from engine.data.periods import spans
from engine.data.quality import quality_report
from engine.gate.prefix import violations
from engine.gate.subject import Subject
from engine.gate.winners import only_winners
from engine.language.analysis import analyse
from engine.language.availability import bound_to
from engine.language.needs import symbols_of
from engine.language.nodes import Call, walk
from engine.language.protection import side_rules
from engine.language.rendering import canonical
from engine.language.spec import StrategySpec

__all__ = [
    "PRICE_STOPS", "adds_to_loser", "data_problems", "dated_features",
    "is_reproducible", "mismatch", "unprotected", "violations",
]  # fmt: skip

PRICE_STOPS: Final = frozenset(
    {"pct", "atr", "price_expr", "trail_expr", "trailing_pct", "trailing_atr", "chandelier"}
    | {"max_loss_equity"}
)
"""Stops whose price is known when the entry is decided."""
PAIR_STOPS: Final = frozenset({"pct", "max_loss_equity"})
"""Stops that bound the loss of a pair, on the value of both legs together."""

DATED: Final = frozenset({"ecm_window"})
"""Operators that carry calendar dates of their own."""

OFF_CALENDAR_SHARE: Final = 0.01
"""Share of bars outside the declared calendar from which the calendar is the wrong one."""
SPLITS: Final = (2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 25, 30, 50)
SPLIT_TOLERANCE: Final = 0.02


def unprotected(spec: StrategySpec, members: Sequence[StrategySpec] = ()) -> tuple[str, ...]:
    """What may be held without a stop whose price is known at entry.

    Rules by id, ranked holdings and pairs by the name of their form, members of an ensemble with
    their name before it. A wide stop is enough; time, signal and breakeven exits are none. An
    ensemble that votes or selects holds positions of its own, which no member's stop protects.
    """
    if spec.ensemble is not None:
        own = () if spec.ensemble.combine == "weighted" else (spec.ensemble.combine,)
        names = (part.strategy for part in spec.ensemble.members)
        inner = zip(names, members, strict=False)
        return (*own, *(f"{name}/{rule}" for name, one in inner for rule in unprotected(one)))
    kinds = PRICE_STOPS if spec.pair is None else PAIR_STOPS
    priced = [stop for stop in spec.stops if stop.kind in kinds]
    return tuple(
        rule.id for rule in side_rules(spec) if not any(bound_to(stop, rule) for stop in priced)
    )


def adds_to_loser(spec: StrategySpec, members: Sequence[StrategySpec] = ()) -> tuple[str, ...]:
    """Where a position may grow while it loses: adds that nothing holds back to a gain."""
    inner = [sentence for one in members for sentence in adds_to_loser(one)]
    if spec.pyramiding is None or spec.pyramiding.max_units == 1:
        return tuple(inner)
    tree = analyse(spec).trees.get("/pyramiding/add_when")
    sides = {rule.side for rule in spec.rules}
    if tree is None or only_winners(tree, sides):
        return tuple(inner)
    text = spec.pyramiding.add_when
    return (f"write `{text} and open_return > 0` in pyramiding.add_when", *inner)


def dated_features(spec: StrategySpec, members: Sequence[StrategySpec] = ()) -> tuple[str, ...]:
    """Operators with dates of their own, each with the place where it stands."""
    found = [
        f"{canonical(node)} in {path}"
        for path, tree in analyse(spec).trees.items()
        for node in walk(tree)
        if isinstance(node, Call) and node.name in DATED
    ]
    return (*dict.fromkeys(found), *(text for one in members for text in dated_features(one)))


def mismatch(
    spec: StrategySpec, datasets: Sequence[Dataset], members: Sequence[StrategySpec] = ()
) -> str:
    """Why a spec is not for these data, one sentence; empty when it is."""
    for dataset in datasets:
        if spec.timeframe is not dataset.timeframe:
            return (
                f"The spec is for bars of {spec.timeframe.value}, the dataset of "
                f"{dataset.instrument.symbol} has {dataset.timeframe.value}."
            )
    given = {dataset.instrument.symbol for dataset in datasets}
    for one in (spec, *members):
        asked = symbols_of(one, analyse(one).trees)
        absent = [symbol for symbol in asked if symbol not in given]
        if len(asked) > 1 and absent and len(datasets) > 1:
            return f"The spec needs bars of {', '.join(absent[:5])}: name their datasets too."
        if not given & set(asked):
            return f"The spec is not for {min(given)}: name it in universe.symbols."
    return ""


def is_reproducible(subject: Subject, panel: Panel, result: BacktestResult) -> bool:
    """Whether compiling and running from scratch gives the same bytes."""
    form = subject.spec.ensemble
    names = () if form is None else tuple(member.strategy for member in form.members)
    fresh = Subject.of(subject.spec, subject.costs, [subject.members[name].spec for name in names])
    return fresh.run(panel, start_equity=result.start_equity).digest == result.digest


def data_problems(panel: Panel) -> tuple[str, ...]:
    """Errors of the quality report of each instrument's bars, and what they were not declared as.

    Gaps, frozen prices, outliers; bars outside the declared calendar; steps of a share's price
    that are a whole ratio, as splits leave them in prices that were not adjusted.
    """
    return tuple(
        f"{bars.instrument.symbol}: {problem}" for bars in panel.each for problem in _problems(bars)
    )


def _problems(bars: Bars) -> Iterator[str]:
    currency = bars.instrument.kind == "fx"
    for item in quality_report(bars).items:
        # Currencies have no central tape: their volume column says nothing.
        if item.severity == "error" and not (currency and item.code == "ZERO_VOLUME"):
            yield item.sentence
    outside = 1.0 - float(np.mean(spans(bars).inside))
    if outside > OFF_CALENDAR_SHARE:
        calendar = bars.instrument.calendar
        yield f"{outside:.1%} of the bars lie outside the declared calendar {calendar}."
    if bars.instrument.kind == "equity":
        yield from _splits(bars)


def _splits(bars: Bars) -> Iterator[str]:
    """The first overnight step of a share that is a whole ratio, either way."""
    step = bars.open[1:] / bars.close[:-1]
    ratio = np.maximum(step, 1.0 / step)
    nearest = np.array(SPLITS, dtype=np.float64)
    off = np.abs(ratio[:, None] / nearest[None, :] - 1.0).min(axis=1)
    rows = np.flatnonzero(off < SPLIT_TOLERANCE)
    if len(rows):
        day = np.datetime64(int(bars.time[rows[0] + 1]), "ms").astype("datetime64[D]")
        yield f"the price steps by a factor of {ratio[rows[0]]:.2f} on {day}: adjust for splits."
