"""Ensembles: several strategies on one account.

weighted: each member runs alone, with its own stops, on its share of the equity; positions are
added up per symbol. Costs are those of the members' own trades: no saving by netting is assumed.
vote: the share of weight that is long minus the share that is short decides, beyond one half.
regime_select: in each regime the members that name it are followed, outside nothing is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import starmap

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult, TradeLog
from engine.backtest.simulator import simulate_panel
from engine.data.bars import BoolArray, FloatArray
from engine.data.panel import Panel
from engine.errors import InputError
from engine.language.compiler import CompiledSpec
from engine.language.decisions import Decisions, RuleDecisions
from engine.language.spec import Ensemble, Member

MAJORITY = 0.5
Members = Mapping[str, CompiledSpec]


def simulate_ensemble(  # noqa: PLR0913 - members, a market, costs, and from where on
    compiled: CompiledSpec,
    members: Members,
    panel: Panel,
    costs: CostModel,
    *,
    start_equity: float,
    first: int = 0,
    grid: bool = True,
) -> BacktestResult:
    """Run an ensemble on one account.

    Args:
        compiled: the ensemble.
        members: each member by the name that the ensemble uses.
        panel: every instrument that a member trades.
        costs: of all members.
        start_equity: quote currency.
        first: row of the timeline from which the accounts run.
        grid: False switches price and quantity steps off.

    Raises:
        InputError: ENSEMBLE_MEMBER, ENSEMBLE_WEIGHTS.
    """
    form = compiled.spec.ensemble
    if form is None:
        raise InputError("ENSEMBLE_MEMBER", "this spec has no members", value=compiled.spec.name)
    _check(form, members)
    shown = panel.since(first)
    allowed = [_allowed(compiled, member, panel)[first:] for member in form.members]
    parts = [
        simulate_panel(
            shown,
            _alone(members[member.strategy], panel, first, flags),
            costs,
            start_equity=start_equity * _share(form, member),
            grid=grid,
        )
        for member, flags in zip(form.members, allowed, strict=True)
    ]
    if form.combine == "weighted":
        return _added(form, parts, start_equity)
    followed = _voted(form, parts) if form.combine == "vote" else _selected(parts, allowed)
    each = tuple(
        starmap(_follow, ((compiled, followed[s], shown, s) for s in range(len(followed))))
    )
    return simulate_panel(shown, each, costs, start_equity=start_equity, grid=grid)


def _share(form: Ensemble, member: Member) -> float:
    return member.weight if form.combine == "weighted" else 1.0


def _check(form: Ensemble, members: Members) -> None:
    for member in form.members:
        if member.strategy not in members:
            raise InputError(
                "ENSEMBLE_MEMBER", "a member of the ensemble is not known", value=member.strategy,
                hint=f"known are {', '.join(sorted(members)) or 'none'}",
            )  # fmt: skip
    total = sum(member.weight for member in form.members)
    if form.combine == "weighted" and total > 1.0 + 1e-9:
        raise InputError(
            "ENSEMBLE_WEIGHTS", "the weights of an ensemble must not exceed one",
            value=total, hint="give each member a smaller share",
        )  # fmt: skip


def _allowed(compiled: CompiledSpec, member: Member, panel: Panel) -> BoolArray:
    """Times at which a member may hold, by the regimes of the ensemble. Shape (n,)."""
    if not member.only_in_regimes:
        return np.ones(len(panel), dtype=np.bool_)
    label = compiled.regime_labels(panel)
    names = [*(regime.name for regime in compiled.spec.regimes), "none"]
    return np.isin(label, [names.index(name) for name in member.only_in_regimes])


def _alone(compiled: CompiledSpec, panel: Panel, first: int, allowed: BoolArray) -> list[Decisions]:
    """A member's own decisions from row `first` on, entries only where it may hold."""
    shown = panel.since(first)
    each = []
    for s, (whole, start) in enumerate(
        zip(compiled.decide_all(panel), panel.starts(first), strict=True)
    ):
        decided = whole.since(start) if first else whole
        own = allowed[shown.rows[s] >= 0]
        each.append(replace(decided, rules=tuple(_only(rule, own) for rule in decided.rules)))
    return each


def _only(rule: RuleDecisions, allowed: BoolArray) -> RuleDecisions:
    """A rule that enters only where its member may hold."""
    won = None if rule.enter_won is None else rule.enter_won & allowed
    return replace(rule, enter=rule.enter & allowed, enter_won=won)


def _added(form: Ensemble, parts: list[BacktestResult], start: float) -> BacktestResult:
    """The members' accounts side by side."""
    idle = start * max(0.0, 1.0 - sum(member.weight for member in form.members))
    first = parts[0]
    return BacktestResult(
        time=first.time,
        equity=idle + np.sum([part.equity for part in parts], axis=0),
        position=np.sum([part.position for part in parts], axis=0),
        value=np.sum([part.value for part in parts], axis=0),
        log=_joined([member.strategy for member in form.members], parts),
        start_equity=start,
        orders_cut=sum(part.orders_cut for part in parts),
        orders_dropped=sum(part.orders_dropped for part in parts),
        bar_ms=first.bar_ms,
        drops=_drops(parts),
        pending=tuple(dict.fromkeys(order for part in parts for order in part.pending)),
        traded=sum(part.traded for part in parts),
    )


def _drops(parts: list[BacktestResult]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = {}
    for part in parts:
        for code, count in part.drops:
            counts[code] = counts.get(code, 0) + count
    return tuple(sorted(counts.items()))


def _joined(names: list[str], parts: list[BacktestResult]) -> TradeLog:
    """All trades in order of exit; a rule is named member/rule."""
    rules: list[str] = []
    tables = []
    for name, part in zip(names, parts, strict=True):
        table = part.log.table.copy()
        table[:, 1] += len(rules)
        rules += [f"{name}/{rule}" for rule in part.log.rules]
        tables.append(table)
    rows = np.concatenate(tables)
    order = np.lexsort((rows[:, 4], rows[:, 11] == 8))  # noqa: PLR2004 - open ones last
    return TradeLog(rows[order], parts[0].log.symbols, tuple(rules))


def _directions(part: BacktestResult, symbols: int) -> FloatArray:
    """+1, -1 or 0 per symbol and close, shape (s, n)."""
    return np.sign(np.atleast_2d(part.position)).reshape(symbols, -1)


def _voted(form: Ensemble, parts: list[BacktestResult]) -> FloatArray:
    """+1 or -1 where the votes go beyond one half, else 0. Shape (s, n)."""
    symbols = len(parts[0].log.symbols)
    total = sum(member.weight for member in form.members)
    votes = sum(
        member.weight * _directions(part, symbols)
        for member, part in zip(form.members, parts, strict=True)
    )
    share = np.asarray(votes) / total
    return np.where(share > MAJORITY, 1.0, np.where(share < -MAJORITY, -1.0, 0.0))


def _selected(parts: list[BacktestResult], allowed: list[BoolArray]) -> FloatArray:
    """The first member that is allowed and holds, per symbol and close. Shape (s, n)."""
    symbols = len(parts[0].log.symbols)
    chosen = np.zeros((symbols, len(parts[0].time)))
    for part, flags in zip(parts, allowed, strict=True):
        own = np.where(flags, _directions(part, symbols), 0.0)
        chosen = np.where(chosen == 0.0, own, chosen)
    return chosen


def _follow(compiled: CompiledSpec, held: FloatArray, panel: Panel, place: int) -> Decisions:
    """Decisions that hold a direction at the ensemble's own size."""
    mine = panel.rows[place] >= 0
    own = held[mine]
    sizing = compiled.spec.sizing
    size = min(sizing.value or sizing.max_position_frac, sizing.max_position_frac)
    changed = np.concatenate(([True], np.diff(own) != 0.0))
    nothing = np.full(len(own), np.nan)
    never = np.zeros(len(own), dtype=np.bool_)
    shorts = panel.each[place].instrument.shorts_allowed
    rules = tuple(
        RuleDecisions(name, direction, never, never, nothing, nothing)
        for name, direction in (("vote_long", 1), ("vote_short", -1))
        if direction > 0 or shorts
    )
    weight = own * size if shorts else np.maximum(own, 0.0) * size
    return Decisions(
        warmup=0, sizing=sizing, rules=rules, weight=weight, resize=changed, ranked=True
    )
