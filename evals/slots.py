"""Score B: facts (slot, value) of a draft against those of its case.

Only slots that the case names are scored. What a draft adds inside a scored slot (a stop, a
target, an indicator, a symbol) is a false positive; added limits are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from engine.errors import SpecError
from engine.language.spec import SpecLimits, StrategySpec
from evals import indicators, levels
from evals.case import ByTimeframe, Expect, WantedLimits, WantedSizing
from evals.drafted import DraftedSpec
from evals.matching import counts, same, symbol_of
from evals.path_suite import gold, same_condition, same_order

SLOTS: Final = (
    "family", "symbols", "timeframe", "sides", "indicators", "stop", "target", "sizing", "limits",
    "rank",
)  # fmt: skip
"""The slots of score B."""
_PERCENT: Final = 100.0
_PERCENT_LIMITS: Final = {
    "max_drawdown_pct": "max_drawdown_frac", "max_daily_loss_pct": "max_daily_loss_frac",
}  # fmt: skip
_WEIGHTINGS: Final = {"equal_weight": "equal", "inverse_vol": "inverse_vol"}


class SlotScore(NamedTuple):
    """Facts of one slot: found, extra (false positives), missing (false negatives)."""

    slot: str
    found: int
    extra: int
    missing: int

    @property
    def perfect(self) -> bool:
        """Nothing missing and nothing extra."""
        return not self.extra and not self.missing


def f1(found: int, extra: int, missing: int) -> float | None:
    """Harmonic mean of precision and recall; None when there is no fact at all."""
    total = 2 * found + extra + missing
    return 2 * found / total if total else None


def score(expect: Expect, drafted: DraftedSpec | None) -> list[SlotScore]:
    """Every scored slot of a case; without a spec all of its facts are missing."""
    return [
        SlotScore(slot, *(_of_slot(slot, expect, drafted) if drafted else _nothing(slot, expect)))
        for slot in SLOTS
        if expect.scores(slot)
    ]


def _nothing(slot: str, expect: Expect) -> tuple[int, int, int]:
    if slot in {"family", "timeframe"}:
        return 0, 0, 1
    if slot == "limits" and expect.limits is not None:
        return 0, 0, len(_named(expect.limits))
    if slot == "rank" and expect.rank is not None:
        return 0, 0, len(expect.rank.model_fields_set)
    return 0, 0, len(getattr(expect, slot))


def _of_slot(slot: str, expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    table: dict[str, Callable[[Expect, DraftedSpec], tuple[int, int, int]]] = {
        "family": _family,
        "symbols": _symbols,
        "timeframe": _timeframe,
        "sides": _sides,
        "indicators": indicators.counts,
        "stop": levels.stop_counts,
        "target": levels.target_counts,
        "sizing": _sizing,
        "limits": _limits,
        "rank": _rank,
    }
    return table[slot](expect, drafted)


def _one(right: bool) -> tuple[int, int, int]:
    return (1, 0, 0) if right else (0, 1, 1)


def _family(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    return _one(drafted.spec.family in expect.family)


def _timeframe(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    return _one(drafted.spec.timeframe == expect.timeframe)


def symbols_of(spec: StrategySpec) -> list[str]:
    """Instruments of a spec, those of a pair too, after the alias table, each once."""
    names = [*([spec.pair.y, spec.pair.x] if spec.pair else []), *spec.universe.symbols]
    return list(dict.fromkeys(symbol_of(name) for name in names))


def sides_of(spec: StrategySpec) -> list[str]:
    """Sides of a spec's rules or of its ranking, each once."""
    sides = [str(rule.side) for rule in spec.rules]
    if spec.cross_section is not None:
        sides += ["long"] * (spec.cross_section.long_top > 0)
        sides += ["short"] * (spec.cross_section.short_bottom > 0)
    return list(dict.fromkeys(sides))


def _symbols(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    wanted = list(dict.fromkeys(symbol_of(name) for name in expect.symbols))
    return counts(wanted, symbols_of(drafted.spec), lambda a, b: a == b)


def _sides(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    return counts(list(dict.fromkeys(expect.sides)), sides_of(drafted.spec), lambda a, b: a == b)


def _sizing(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    found = sum(_sized(wanted, drafted.spec) for wanted in expect.sizing)
    missing = len(expect.sizing) - found
    return found, int(found == 0), missing


def _sized(wanted: WantedSizing, spec: StrategySpec) -> bool:
    sizing, section = spec.sizing, spec.cross_section
    if wanted.kind in {"ensemble", "weights"} or wanted.weights is not None:
        return _weights(wanted, spec)
    if sizing.kind != wanted.kind:
        weighting = _WEIGHTINGS.get(wanted.kind, wanted.kind)
        return section is not None and section.weighting == weighting and wanted.pct is None
    lookback = wanted.lookback is None or same(wanted.lookback, sizing.lookback)
    return (
        same(wanted.pct, sizing.value, _PERCENT)
        and lookback
        and same(wanted.amount, sizing.value)
        and same(wanted.max_weight_pct, sizing.max_position_frac, _PERCENT)
        and _quoted_in(wanted.currency, spec)
    )


def _quoted_in(currency: str | None, spec: StrategySpec) -> bool:
    """Whether every symbol trades in the currency; dollars of a venue count as dollars."""
    dollars = {"USD", "USDT", "USDC"}
    quotes = {name.partition("/")[2] or "USD" for name in symbols_of(spec)}
    return currency is None or all(
        quote == currency.upper() or {quote, currency.upper()} <= dollars for quote in quotes
    )


def _weights(wanted: WantedSizing, spec: StrategySpec) -> bool:
    values = wanted.weights or ()
    expected = sorted(values.values() if isinstance(values, dict) else values)
    members = spec.ensemble.members if spec.ensemble else ()
    given = sorted(member.weight * _PERCENT for member in members)
    return len(expected) == len(given) and all(map(same, expected, given))


def _named(wanted: WantedLimits) -> list[str]:
    return sorted(wanted.model_fields_set)


def _limits(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    if expect.limits is None:
        return 0, 0, 0
    found = extra = missing = 0
    for name in _named(expect.limits):
        given = limit_of(drafted.spec, name)
        if given is not None and _limit_is(getattr(expect.limits, name), given):
            found += 1
        else:
            missing += 1
            extra += given is not None
    return found, extra, missing


def limit_of(spec: StrategySpec, name: str) -> object:
    """A limit of a spec under the name that cases use, rates in percent; None when it has none."""
    if name == "max_units":
        return spec.pyramiding.max_units if spec.pyramiding else None
    limits: SpecLimits = spec.limits
    if name in _PERCENT_LIMITS:
        value = getattr(limits, _PERCENT_LIMITS[name])
        return None if value is None else value * _PERCENT
    return getattr(limits, name) or (False if getattr(limits, name) is False else None)


def _limit_is(wanted: object, given: object) -> bool:
    if isinstance(wanted, tuple) and isinstance(given, tuple):
        return set(wanted) == set(given)
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, int | float) and isinstance(given, int | float):
        return same(wanted, given)
    return wanted == given


def _rank(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    wanted, section = expect.rank, drafted.spec.cross_section
    if wanted is None or section is None:
        return _nothing("rank", expect)
    right = {
        "top": lambda: same(wanted.top, section.long_top),
        "bottom": lambda: same(wanted.bottom, section.short_bottom),
        "rebalance": lambda: wanted.rebalance == section.rebalance,
        "score": lambda: _ranked(wanted.score, "score", drafted),
        "eligible": lambda: _ranked(wanted.eligible, "eligible", drafted),
    }
    scored = [right[name]() for name in sorted(wanted.model_fields_set)]
    wrong = scored.count(False)
    return scored.count(True), wrong, wrong


def _ranked(wanted: ByTimeframe | None, role: str, drafted: DraftedSpec) -> bool:
    """Whether any of the right expressions of this timeframe is the draft's."""
    timeframe = drafted.spec.timeframe
    text = wanted.get(timeframe.value) if isinstance(wanted, dict) else wanted
    if text is None:
        return False
    try:
        expected = gold(text, role, timeframe)
        given = drafted.series(f"/cross_section/{role}")
        if role == "score":
            return same_order(expected, given, timeframe)
        return same_condition(expected, given, drafted.frame)
    except SpecError:
        return False


def perfect(scores: Iterator[SlotScore] | list[SlotScore]) -> bool:
    """Whether no scored slot has anything missing or extra."""
    return all(one.perfect for one in scores)
