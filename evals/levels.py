"""Stops and targets of a draft against those of its case."""

from __future__ import annotations

from typing import Final

from engine.errors import SpecError
from engine.language.spec import Stop, StrategySpec, Target
from evals.case import Expect, WantedStop, WantedTarget
from evals.drafted import DraftedSpec
from evals.matching import counts, same
from evals.path_suite import gold, same_condition, same_numbers

_PERCENT: Final = 100.0
_PRICE_STOPS: Final = frozenset({"price_expr", "trail_expr"})
_PRICE_TARGETS: Final = frozenset({"price_expr", "moving_expr"})
_WHOLE: Final = 1.0

Place = tuple[int, Stop | Target]


def stop_counts(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    """(found, extra, missing) stops; a condition is looked for in the exits."""
    conditions = [wanted for wanted in expect.stop if wanted.kind == "condition"]
    widest = [wanted for wanted in expect.stop if wanted.kind == "pct_max"]
    plain = [wanted for wanted in expect.stop if wanted not in (*conditions, *widest)]
    found, extra, missing = counts(
        plain, list(enumerate(drafted.spec.stops)), lambda a, b: _is_stop(a, b, drafted)
    )
    hit = sum(_in_exit(wanted, drafted) for wanted in conditions)
    kept = sum(_narrow(wanted.pct_max or wanted.pct, drafted.spec) for wanted in widest)
    if kept and drafted.spec.limits.max_stop_distance_frac is None:
        extra = max(0, extra - 1)
    others = len(conditions) + len(widest)
    return found + hit + kept, extra, missing + others - hit - kept


def _narrow(pct: float | None, spec: StrategySpec) -> bool:
    """Whether no stop can be wider than `pct` percent."""
    limit = spec.limits.max_stop_distance_frac
    if pct is None or same(pct, limit, _PERCENT):
        return pct is not None
    return any(
        stop.kind == "pct" and stop.value is not None and stop.value * _PERCENT <= pct * (1 + 1e-6)
        for stop in spec.stops
    )


def _is_stop(wanted: WantedStop, given: Place, drafted: DraftedSpec) -> bool:
    place, stop = given
    if wanted.pct_max is not None and not _narrow(wanted.pct_max, drafted.spec):
        return False
    if wanted.kind == "price":
        path = f"/stops/{place}/price"
        return stop.kind in _PRICE_STOPS and _same_level(wanted.expr, path, drafted)
    return (
        stop.kind == wanted.kind
        and same(wanted.pct, stop.value, _PERCENT)
        and all(same(value, stop.value) for value in (wanted.mult, wanted.bars, wanted.r))
        and same(wanted.period, stop.period)
    )


def target_counts(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    """(found, extra, missing) targets."""
    given = list(enumerate(drafted.spec.targets))
    return counts(expect.target, given, lambda a, b: _is_target(a, b, drafted))


def _is_target(wanted: WantedTarget, given: Place, drafted: DraftedSpec) -> bool:
    place, target = given
    if not isinstance(target, Target) or not _fraction(wanted.fraction, target.close_fraction):
        return False
    if wanted.kind == "price":
        path = f"/targets/{place}/price"
        return target.kind in _PRICE_TARGETS and _same_level(wanted.expr, path, drafted)
    return (
        target.kind == wanted.kind
        and same(wanted.pct, target.value, _PERCENT)
        and all(same(value, target.value) for value in (wanted.mult, wanted.r))
        and same(wanted.period, target.period)
    )


def _fraction(wanted: float | None, given: float) -> bool:
    """A share of the initial size: of one, or in percent when it lies above one."""
    factor = _PERCENT if wanted is not None and wanted > _WHOLE else 1.0
    return same(wanted, given, factor)


def _same_level(text: str | None, path: str, drafted: DraftedSpec) -> bool:
    """Whether the level at a path has the expected expression's values."""
    if text is None:
        return True
    try:
        expected = gold(text, "moving_expr", drafted.spec.timeframe)
        return same_numbers(expected, drafted.series(path), drafted.frame)
    except SpecError:
        return False


def _in_exit(wanted: WantedStop, drafted: DraftedSpec) -> bool:
    """Whether a disjunct of an exit is the expected condition."""
    if wanted.expr is None:
        return False
    try:
        expected = gold(wanted.expr, "exit", drafted.spec.timeframe)
        return any(same_condition(expected, part, drafted.frame) for part in drafted.exit_parts())
    except SpecError:
        return False
