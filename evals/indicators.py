"""Which indicators a draft uses, and which names count as the same one.

An indicator is an operator with its numeric arguments from the left. Helpers of conditions
(crossings, counts, extremes of two series, other timeframes) are not indicators: they count only
when a case names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from engine.language.expressions import read
from engine.language.nodes import Call, Name, Node, walk
from engine.language.operators import OPERATORS
from engine.language.spec import Stop, Target
from engine.language.warmup import constants_of
from evals.case import Expect, WantedIndicator, WantedStop, WantedTarget
from evals.drafted import DraftedSpec
from evals.matching import close_to

HELPERS: Final = frozenset(
    str.split(
        "cross_above cross_below rising falling any_of all_of count streak bars_since where min "
        "max abs sign log htf sym cs_rank cs_zscore delta sum"
    )
)
"""Operators that are no indicator unless a case names them."""
_SAME: Final = (
    frozenset({"sma", "mean", "bb_mid"}),
    frozenset({"ema", "kc_mid"}),
    frozenset({"tenkan", "kijun", "donchian_mid"}),
    frozenset({"atr", "natr"}),
)
_AVERAGES: Final = frozenset(str.split("sma mean ema wma rma hma kama dema tema median bb_mid"))
_CHANNELS: Final = {("highest", "high"): "donchian_upper", ("lowest", "low"): "donchian_lower"}
_ATR_STOPS: Final = frozenset({"atr", "trailing_atr", "chandelier"})

Level = WantedStop | WantedTarget


class Used(NamedTuple):
    """One indicator in use: every name it counts as, and its numeric arguments."""

    names: frozenset[str]
    params: tuple[float, ...]


def used_in(tree: Node) -> Iterator[Used]:
    """The operators of a resolved tree, helpers too."""
    for node in walk(tree):
        operator = OPERATORS.get(node.name) if isinstance(node, Call) else None
        if isinstance(node, Call) and operator and len(node.args) == len(operator.args):
            yield Used(_names(node), constants_of(node))


def _names(call: Call) -> frozenset[str]:
    names = {call.name}
    for group in _SAME:
        if call.name in group:
            names |= group
    of = call.args[0].name if call.args and isinstance(call.args[0], Name) else ""
    if (call.name, of) in _CHANNELS:
        names.add(_CHANNELS[call.name, of])
    if of == "volume" and call.name in _AVERAGES:
        names |= {"rel_volume", *_AVERAGES}
    names |= {
        "donchian_upper": {"highest"}, "donchian_lower": {"lowest"}, "rel_volume": _AVERAGES,
    }.get(call.name, set())  # fmt: skip
    return frozenset(names)


def of_draft(drafted: DraftedSpec) -> list[Used]:
    """Indicators of every expression and stop of a spec, each once."""
    found = [used for tree in drafted.trees.values() for used in used_in(tree)]
    levels: tuple[Stop | Target, ...] = (*drafted.spec.stops, *drafted.spec.targets)
    found += [_atr(one.period) for one in levels if one.kind in _ATR_STOPS and one.period]
    return _distinct(found)


def _atr(period: float) -> Used:
    return Used(frozenset({"atr", "natr"}), (float(period),))


def of_expect(expect: Expect) -> list[Used]:
    """Indicators of the expected expressions and levels: a draft that uses them adds nothing."""
    found = [used for text in _texts(expect) for used in _used_in_text(text)]
    levels: tuple[Level, ...] = (*expect.stop, *expect.target)
    return found + [_atr(one.period or 14) for one in levels if one.kind in _ATR_STOPS]


def _texts(expect: Expect) -> Iterator[str]:
    for by_side in (expect.entry, expect.exit):
        for texts in by_side.values():
            yield from texts
    levels: tuple[Level, ...] = (*expect.stop, *expect.target)
    yield from (level.expr for level in levels if level.expr)
    yield from (text.partition(":")[2].strip() for text in expect.regimes)
    if expect.rank is not None:
        for part in (expect.rank.score, expect.rank.eligible):
            yield from part.values() if isinstance(part, dict) else [part] if part else []


def _used_in_text(text: str) -> Iterable[Used]:
    tree = read(text).tree
    return () if tree is None else used_in(tree)


def _distinct(found: Sequence[Used]) -> list[Used]:
    kept: list[Used] = []
    for used in found:
        if not any(used.names == other.names and used.params == other.params for other in kept):
            kept.append(used)
    return kept


def is_same(wanted: WantedIndicator, used: Used) -> bool:
    """Whether a name and the numbers from the left agree, up to the shorter list."""
    pairs = zip(wanted.params, used.params, strict=False)
    return wanted.name in used.names and all(close_to(one, other) for one, other in pairs)


def counts(expect: Expect, drafted: DraftedSpec) -> tuple[int, int, int]:
    """(found, extra, missing) indicators of a draft."""
    left = of_draft(drafted)
    missing = 0
    for wanted in expect.indicators:
        match = next((used for used in left if is_same(wanted, used)), None)
        if match is None:
            missing += 1
        else:
            left.remove(match)
    known = of_expect(expect)
    extra = [used for used in left if not used.names & HELPERS and not _known(used, known)]
    return len(expect.indicators) - missing, len(extra), missing


def _known(used: Used, known: Sequence[Used]) -> bool:
    return any(used.names & other.names and used.params == other.params for other in known)
