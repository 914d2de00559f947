"""NEVER_FIRES: rules that enter nowhere on the path suite. It runs and never trades.

Slower than the other lints, so it stands apart: about a tenth of a second for each spec.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from engine.data.bars import Bars, BoolArray
from engine.data.paths import FEWEST_BARS, Path, path_suite
from engine.language.analysis import Analysis, analyse
from engine.language.codes import Code
from engine.language.elsewhere import Setting
from engine.language.fields import finding
from engine.language.findings import SpecFinding
from engine.language.needs import symbols_of
from engine.language.nodes import Boolean, Name, Node, children, walk, with_children
from engine.language.operators import ENTRY_STATE, STATE_BY_NAME
from engine.language.plan import Plan
from engine.language.ranking import members_of
from engine.language.spec import StrategySpec
from engine.language.view import View
from engine.language.warmup import calendar_of_spec, warmup_of
from engine.market import Symbol

WARMUPS: Final = 3
MOST_BARS: Final = 7_200
_NO_SYMBOL: Final = "BTC/USDT"


def suite_for(spec: StrategySpec) -> tuple[Path, ...]:
    """The path suite of a spec's symbols, three warm-ups long within 900 to 7,200 bars."""
    analysis = analyse(spec)
    warmup = max((_warmup(analysis, tree) for tree in analysis.trees.values()), default=0)
    bars = min(max(FEWEST_BARS, WARMUPS * warmup), MOST_BARS)
    symbols = symbols_of(spec, analysis.trees) or (_NO_SYMBOL,)
    return path_suite(spec.timeframe, symbols, bars)


def never_fires(spec: StrategySpec, suite: Sequence[Path]) -> tuple[SpecFinding, ...]:
    """A warning for each rule that enters on no bar of the suite; none for a spec with errors.

    suite: paths that hold the spec's symbols (`suite_for`). Entries count where the rule's own
    exit is not true too, because then nothing is entered.
    """
    analysis = analyse(spec)
    if not analysis.ok:
        return ()
    return tuple(_silent(analysis, suite))


def _silent(analysis: Analysis, suite: Sequence[Path]) -> Iterator[SpecFinding]:
    spec = analysis.spec
    if spec.cross_section is not None:
        path = "/cross_section/score"
        if not _ever(analysis, suite, path, ranked=True):
            yield _warning(path, "the ranking", spec.cross_section.score)
    for place, rule in enumerate(spec.rules):
        path = f"/rules/{place}/entry"
        if not _ever(analysis, suite, path):
            yield _warning(path, f"rule {rule.id}", rule.entry)


def _warning(path: str, what: str, text: str) -> SpecFinding:
    return finding(
        Code.NEVER_FIRES,
        path,
        f"{what} enters on no bar of the path suite: it would run and never trade.",
        text,
        "loosen a condition, or take one away",
    )


def _ever(analysis: Analysis, suite: Sequence[Path], path: str, *, ranked: bool = False) -> bool:
    """Whether the condition (ranked: the score) at a path is true (definite) on some bar."""
    plan = Plan(Setting(analysis.spec.pair, members_of(analysis.spec)))
    entries = [plan.add(tree) for tree in _both_ways(analysis.trees[path])]
    other = path.replace("/score", "/eligible") if ranked else path.replace("/entry", "/exit")
    against = analysis.trees.get(other)
    if against is not None and any(_knows_state(node) for node in walk(against)):
        against = None
    beside = None if against is None else plan.add(against)
    warmup = _warmup(analysis, analysis.trees[path])
    return any(
        _fired(plan, view, entries, beside, ranked=ranked)[warmup:].any()
        for world in suite
        for view in _views(analysis.spec, world)
    )


def _fired(
    plan: Plan, view: View, entries: Sequence[int], beside: int | None, *, ranked: bool
) -> BoolArray:
    values = plan.run(view)
    if ranked:
        known = ~np.isnan(values[entries[0]])
        return known if beside is None else known & (values[beside] == 1)
    fired: BoolArray = np.logical_or.reduce([values[place] == 1 for place in entries])
    return fired if beside is None else fired & ~(values[beside] == 1)


def _views(spec: StrategySpec, world: Mapping[Symbol, Bars]) -> Iterator[View]:
    """The instruments that the spec's rules look at, the others beside them."""
    names = list(world)
    first = View.of(*(world[name] for name in names))
    own = (spec.pair.y,) if spec.pair is not None else spec.universe.symbols or tuple(names)
    for place, name in enumerate(names):
        if name in own:
            yield first.beside(place)


def _warmup(analysis: Analysis, tree: Node) -> int:
    spec = analysis.spec
    return warmup_of(tree, spec.timeframe, calendar_of_spec(spec), spec.pair)


def _knows_state(node: Node) -> bool:
    return isinstance(node, Name) and node.name in STATE_BY_NAME


def _both_ways(tree: Node) -> tuple[Node, ...]:
    """An entry that asks how the last trade ended: after a winner, and after a loser."""
    if not any(_knows_state(node) for node in walk(tree)):
        return (tree,)
    return tuple(_answered(tree, won=won) for won in (False, True))


def _answered(tree: Node, *, won: bool) -> Node:
    if isinstance(tree, Name) and tree.name == ENTRY_STATE:
        return Boolean(won)
    return with_children(tree, tuple(_answered(part, won=won) for part in children(tree)))
