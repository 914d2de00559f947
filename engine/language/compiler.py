"""Spec to function: bars in, decisions out; one plan of array steps for all expressions.

Whatever is decided at index t is known at the close of bar t. Nothing acts before the computed
warm-up, and only a definite true acts: missing is not true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.bars import Bars, BoolArray, FloatArray
from engine.data.panel import Panel, panel_of
from engine.errors import InputError, SpecError
from engine.language.analysis import Analysis, analyse
from engine.language.checker import CheckReport, report_of
from engine.language.decisions import AddDecisions, Decisions, LimitDecisions
from engine.language.elsewhere import Setting
from engine.language.hours import hours_of, period_ends
from engine.language.nodes import Boolean, Name, Node
from engine.language.plan import Plan
from engine.language.program import Steps, knows_state, steps_of
from engine.language.protection import side_rules
from engine.language.ranking import RankPlan, members_of, rank_plan, ranked_weights
from engine.language.regimes import RegimePlan, labels
from engine.language.rule_plan import RulePlan, decided_rule, rule_plan
from engine.language.size_plan import SizePlan, size_plan, weights_of
from engine.language.spec import Sizing, StrategySpec
from engine.language.view import View
from engine.records import Digest

Values = Sequence[FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledSpec:
    """A spec that can decide on bars.

    Attributes:
        spec: the document.
        warmup: bars before any rule may act.
        report: what the checker said (digests, warnings).
        plan: the steps of all expressions.
        rules, regimes, size, rank, add, hedge: where their values stand in the plan.
        trees: JSON pointer -> resolved tree.
    """

    spec: StrategySpec
    warmup: int
    report: CheckReport
    plan: Plan
    rules: tuple[RulePlan, ...]
    regimes: tuple[RegimePlan, ...]
    size: SizePlan
    rank: RankPlan | None
    add: int | Steps | None
    hedge: int | None
    trees: dict[str, Node]

    @property
    def rule_digest(self) -> Digest:
        """Digest of the meaning: what the gate counts trials by."""
        return self.report.rule_digest or ""

    @property
    def shape_digest(self) -> Digest:
        """Digest of the meaning with parameters as slots."""
        return self.report.shape_digest or ""

    def decide(self, bars: Bars) -> Decisions:
        """Decisions at every close of one instrument's bars.

        Raises:
            InputError: TIMEFRAME_MISMATCH when the bars are not of the spec's timeframe.
        """
        return self.decided(bars, self.plan_values(bars))

    def decide_all(self, panel: Panel) -> tuple[Decisions, ...]:
        """Decisions of every instrument of a panel, each on its own bars.

        Raises:
            InputError: TIMEFRAME_MISMATCH.
        """
        self._check(panel.each[0])
        views = View.each(panel)
        return self._decided_all(panel, [self.plan.run(view) for view in views])

    def decide_pair(self, panel: Panel) -> tuple[Decisions, FloatArray]:
        """Decisions of a pair's y leg and the hedge ratio, both on y's own bars.

        Raises:
            InputError: TIMEFRAME_MISMATCH, PAIR_LEG_MISSING.
        """
        self._check(panel.each[0])
        place = None if self.spec.pair is None else panel.place(self.spec.pair.y)
        if place is None or self.hedge is None:
            raise InputError(
                "PAIR_LEG_MISSING", "the first leg of the pair has no bars",
                value="none" if self.spec.pair is None else self.spec.pair.y,
                hint="give datasets of both symbols",
            )  # fmt: skip
        view = View.each(panel)[place]
        values = self.plan.run(view)
        return self._one(view.bars, values, traded=True), values[self.hedge]

    def regime_labels(self, panel: Panel) -> FloatArray:
        """Number of the regime of the first instrument at each time, carried. Shape (n,)."""
        values = self.plan.run(View.each(panel)[0])
        label = labels(self.regimes, values, len(panel.each[0]))
        rows = np.maximum.accumulate(panel.rows[0])
        return np.where(rows >= 0, label[np.maximum(rows, 0)], float(len(self.regimes)))

    def plan_values(self, bars: Bars) -> list[FloatArray]:
        """Every step's values on these bars, in the order of the plan.

        Raises:
            InputError: TIMEFRAME_MISMATCH.
        """
        self._check(bars)
        return self.plan.run(bars)

    def _check(self, bars: Bars) -> None:
        if bars.timeframe is not self.spec.timeframe:
            raise InputError(
                "TIMEFRAME_MISMATCH",
                f"the spec is written for {self.spec.timeframe.value} bars",
                value=bars.timeframe.value,
                hint="give bars of the spec's timeframe",
            )

    def decided(self, bars: Bars, values: list[FloatArray]) -> Decisions:
        """Decisions from the plan's values on the same bars."""
        return self._decided_all(panel_of([bars]), [values])[0]

    def _decided_all(self, panel: Panel, values: list[list[FloatArray]]) -> tuple[Decisions, ...]:
        each = [
            self._one(bars, own, traded=self._trades(panel, place))
            for place, (bars, own) in enumerate(zip(panel.each, values, strict=True))
        ]
        if self.rank is not None:
            return self._ranked(self.rank, panel, values, each)
        weights = weights_of(self.size, panel, values, lambda: _wanted(panel, each))
        return tuple(
            replace(decided, weight=weight) for decided, weight in zip(each, weights, strict=True)
        )

    def _trades(self, panel: Panel, place: int) -> bool:
        """Whether a panel's instrument is traded, or there only to be looked at."""
        symbols = self.spec.universe.symbols
        return len(panel.each) == 1 or not symbols or panel.symbols[place] in symbols

    def _one(self, bars: Bars, values: list[FloatArray], *, traded: bool) -> Decisions:
        spec, sizing = self.spec, self.spec.sizing
        label = labels(self.regimes, values, len(bars))
        # An instrument that is only looked at never leaves its warm-up.
        warmup = self.warmup if traded else len(bars)
        return Decisions(
            warmup=warmup,
            sizing=_sizing(spec),
            rules=tuple(
                decided_rule(plan, spec, bars, values, label, warmup) for plan in self.rules
            ),
            resize=None if sizing.resize == "entry" else period_ends(bars, sizing.resize),
            adds=self._adds(values),
            hours=hours_of(bars, spec.limits),
            limits=_limits(spec),
        )

    def _adds(self, values: list[FloatArray]) -> AddDecisions | None:
        given = self.spec.pyramiding
        if given is None or self.add is None:
            return None
        whole = isinstance(self.add, int)
        return AddDecisions(
            max_units=given.max_units,
            when=values[self.add] == 1 if isinstance(self.add, int) else None,
            program=None if whole or isinstance(self.add, int) else self.add.on(values),
            latest=given.stop_on_add == "latest",
        )

    def _ranked(
        self, rank: RankPlan, panel: Panel, values: list[list[FloatArray]], each: list[Decisions]
    ) -> tuple[Decisions, ...]:
        table, when = ranked_weights(rank, panel, values, self.warmup)
        return tuple(
            replace(
                decided,
                weight=table[place][panel.rows[place] >= 0],
                resize=when[panel.rows[place] >= 0],
                ranked=True,
            )
            for place, decided in enumerate(each)
        )


def _wanted(panel: Panel, each: list[Decisions]) -> FloatArray:
    """Times at which a weight is needed: entries and re-sizings of any instrument. Shape (n,)."""
    wanted = np.zeros(len(panel), dtype=np.bool_)
    for place, decided in enumerate(each):
        own: BoolArray = np.zeros(len(panel.each[place]), dtype=np.bool_)
        for rule in decided.rules:
            own |= rule.enter if rule.enter_won is None else rule.enter | rule.enter_won
        if decided.resize is not None:
            own |= decided.resize
        wanted[panel.rows[place] >= 0] |= own
    return wanted.astype(np.float64)


def _sizing(spec: StrategySpec) -> Sizing:
    """The spec's sizing, its cap tightened by max_leverage below one."""
    leverage = spec.limits.max_leverage
    sizing = spec.sizing
    if leverage is None or leverage >= sizing.max_position_frac:
        return sizing
    return Sizing(**{**sizing.model_dump(), "max_position_frac": leverage})


def _limits(spec: StrategySpec) -> LimitDecisions:
    limits = spec.limits
    return LimitDecisions(
        max_positions=limits.max_positions or 0,
        max_leverage=limits.max_leverage or 1.0,
        max_drawdown=limits.max_drawdown_frac or 0.0,
        max_daily_loss=limits.max_daily_loss_frac or 0.0,
        max_trades_per_day=limits.max_trades_per_day or 0,
        max_trades_per_week=limits.max_trades_per_week or 0,
        max_losses_per_day=limits.max_losses_per_day or 0,
        max_correlation=limits.max_correlation or 0.0,
        cooldown_bars=limits.cooldown_bars or 0,
    )


def _regime_plans(analysis: Analysis, plan: Plan) -> tuple[RegimePlan, ...]:
    trees = analysis.trees
    return tuple(
        RegimePlan(
            when=plan.add(trees[f"/regimes/{n}/when"]),
            until=None if regime.until is None else plan.add(trees[f"/regimes/{n}/until"]),
            min_bars=regime.min_bars,
        )
        for n, regime in enumerate(analysis.spec.regimes)
    )


def _rule_plans(analysis: Analysis, plan: Plan) -> tuple[RulePlan, ...]:
    never = Boolean(value=False)
    return tuple(
        rule_plan(analysis, plan, place, rule, analysis.trees.get(f"/rules/{place}/entry", never))
        for place, rule in enumerate(side_rules(analysis.spec))
    )


def _add_plan(analysis: Analysis, plan: Plan) -> int | Steps | None:
    tree = analysis.trees.get("/pyramiding/add_when")
    if tree is None:
        return None
    return steps_of([tree], plan) if knows_state(tree) else plan.add(tree)


def compile_spec(spec: StrategySpec) -> CompiledSpec:
    """A spec as a function from bars to decisions.

    Raises:
        SpecError: with code, path and hint of the first finding that refuses.
    """
    analysis = analyse(spec)
    report = report_of(analysis)
    if not report.ok:
        first = report.errors[0]
        more = f" ({len(report.errors) - 1} more)" if len(report.errors) > 1 else ""
        hint = first.hint or (f"write {first.fix}" if first.fix else f"correct {first.path}")
        message = f"{first.path or 'spec'}: {first.message}{more}"
        raise SpecError(first.code, message, value=first.value, hint=hint)
    plan = Plan(Setting(pair=spec.pair, members=members_of(spec)))
    return CompiledSpec(
        spec=spec,
        warmup=report.warmup_bars,
        report=report,
        regimes=_regime_plans(analysis, plan),
        rules=_rule_plans(analysis, plan),
        size=size_plan(spec, plan, analysis.trees.get("/sizing/expr")),
        rank=rank_plan(analysis, plan),
        add=_add_plan(analysis, plan),
        hedge=None if spec.pair is None else plan.add(Name("hedge_ratio")),
        plan=plan,
        trees=analysis.trees,
    )
