"""A drafted spec as series: its entries with their regimes, its exits, its levels and scores."""

from __future__ import annotations

import numpy as np

from engine.data.bars import Bars, FloatArray
from engine.errors import SpecError
from engine.language.analysis import NO_REGIME, Analysis, analyse
from engine.language.nodes import Logic, Node
from engine.language.plan import Plan
from engine.language.regimes import RegimePlan, labels
from engine.language.spec import PositionSide, Rule, StrategySpec
from engine.language.warmup import STATEFUL_REGIME_BARS, warmup_of
from evals.path_suite import Frame, Series, joined, never, of_tree, position_name

USUAL_SYMBOL = "BTC/USDT"


class DraftedSpec:
    """What a draft decides, on any bars; nothing but its expressions is looked at."""

    def __init__(self, spec: StrategySpec) -> None:
        """Take the spec apart; never raises on any spec."""
        self.spec = spec
        self._analysis: Analysis = analyse(spec)

    @property
    def trees(self) -> dict[str, Node]:
        """JSON pointer -> resolved tree of every expression that is right."""
        return self._analysis.trees

    @property
    def frame(self) -> Frame:
        """Where its series are compared: its timeframe, its first symbol."""
        symbols = self.spec.universe.symbols
        return Frame(self.spec.timeframe, symbols[0] if symbols else USUAL_SYMBOL)

    def entry(self, side: PositionSide) -> Series:
        """True where any rule of the side may enter: its entry, inside its regimes.

        Raises:
            SpecError: a rule that is wrong or cannot be run.
        """
        parts = [
            joined("and", [self.series(f"/rules/{place}/entry"), *self._allowed(rule)])
            for place, rule in self._rules(side)
        ]
        return joined("or", parts) if parts else never()

    def exit(self, side: PositionSide) -> Series:
        """True where the exit of any rule of the side is.

        Raises:
            SpecError: a rule that is wrong or cannot be run.
        """
        parts = [
            self.series(f"/rules/{place}/exit")
            for place, rule in self._rules(side)
            if rule.exit is not None
        ]
        return joined("or", parts) if parts else never()

    def exit_parts(self) -> list[Series]:
        """Every disjunct of every exit that can be run."""
        found = []
        for path, tree in self.trees.items():
            if path.endswith("/exit"):
                parts = tree.items if isinstance(tree, Logic) and tree.word == "or" else (tree,)
                found += [
                    of_tree(part, self.spec.timeframe)
                    for part in parts
                    if position_name(part) is None
                ]
        return found

    def series(self, path: str) -> Series:
        """The expression at a JSON pointer.

        Raises:
            SpecError: EXPRESSION_WRONG when the checker refuses it, or FEATURE_NOT_AVAILABLE.
        """
        tree = self.trees.get(path)
        if tree is None:
            raise SpecError("EXPRESSION_WRONG", "the draft's expression is refused", value=path)
        return of_tree(tree, self.spec.timeframe)

    def regimes(self) -> list[Series]:
        """The condition of each regime."""
        return [self.series(f"/regimes/{place}/when") for place in range(len(self.spec.regimes))]

    def _rules(self, side: PositionSide) -> list[tuple[int, Rule]]:
        return [(n, rule) for n, rule in enumerate(self.spec.rules) if rule.side == side]

    def _allowed(self, rule: Rule) -> list[Series]:
        """The condition that the market is in one of the rule's regimes; none when it has none."""
        if not rule.only_in_regimes:
            return []
        names = [*(regime.name for regime in self.spec.regimes), NO_REGIME]
        wanted = [names.index(name) for name in rule.only_in_regimes if name in names]
        plan = Plan()
        places = [self._regime(plan, place) for place in range(len(self.spec.regimes))]

        def values(bars: Bars) -> FloatArray:
            """1 where the label is one of those wanted."""
            label = labels(places, plan.run(bars), len(bars))
            return np.isin(label, wanted).astype(np.float64)

        return [Series(values, self._regime_warmup())]

    def _regime(self, plan: Plan, place: int) -> RegimePlan:
        regime = self.spec.regimes[place]
        when = self._tree(f"/regimes/{place}/when")
        until = None if regime.until is None else self._tree(f"/regimes/{place}/until")
        return RegimePlan(
            plan.add(when), None if until is None else plan.add(until), regime.min_bars
        )

    def _tree(self, path: str) -> Node:
        self.series(path)  # refuses what cannot be run
        return self.trees[path]

    def _regime_warmup(self) -> int:
        stateful = any(one.until is not None or one.min_bars > 1 for one in self.spec.regimes)
        trees = [tree for path, tree in self.trees.items() if path.startswith("/regimes/")]
        own = max((warmup_of(tree, self.spec.timeframe) for tree in trees), default=0)
        return own + (STATEFUL_REGIME_BARS if stateful else 0)
