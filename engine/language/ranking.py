"""Cross-section: rank the universe at the close of each period and hold the best and worst.

Membership is point in time: only symbols with a bar, a definite score and a true `eligible` now
are ranked. Ties go by symbol. Gross is one; a long-short ranking holds half of it on each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.data.panel import Panel
from engine.language.analysis import Analysis
from engine.language.hours import period_ends
from engine.language.plan import Plan
from engine.language.size_plan import DEFAULT_LOOKBACK, parity_now, volatility_tree
from engine.language.spec import CrossSection, StrategySpec


@dataclass(frozen=True, slots=True)
class RankPlan:
    """A ranking as places in the plan.

    Attributes:
        form: the ranking.
        members: symbols that are ranked.
        score, eligible, volatility: places; None where nothing is asked.
    """

    form: CrossSection
    members: tuple[str, ...]
    score: int
    eligible: int | None
    volatility: int
    lookback: int


def rank_plan(analysis: Analysis, plan: Plan) -> RankPlan | None:
    """Add what a ranking reads to the plan, None for specs without one."""
    spec, form = analysis.spec, analysis.spec.cross_section
    if form is None:
        return None
    trees = analysis.trees
    eligible = trees.get("/cross_section/eligible")
    return RankPlan(
        form=form,
        members=members_of(spec),
        score=plan.add(trees["/cross_section/score"]),
        eligible=None if eligible is None else plan.add(eligible),
        volatility=plan.add(volatility_tree(spec.sizing)),
        lookback=spec.sizing.lookback or DEFAULT_LOOKBACK,
    )


def members_of(spec: StrategySpec) -> tuple[str, ...]:
    """Symbols that are ranked: the universe without the cash asset."""
    cash = None if spec.cross_section is None else spec.cross_section.cash_asset
    return tuple(symbol for symbol in spec.universe.symbols if symbol != cash)


def rebalances(panel: Panel, form: CrossSection) -> BoolArray:
    """Times at whose close the universe is ranked, by the plan of the calendars. Shape (n,)."""
    found = np.zeros(len(panel), dtype=np.bool_)
    for place, bars in enumerate(panel.each):
        ends = period_ends(bars, form.rebalance)
        rows = panel.rows[place]
        found |= np.where(rows >= 0, ends[np.maximum(rows, 0)], False)
    return found


def ranked_weights(
    rank: RankPlan, panel: Panel, values: Sequence[Sequence[FloatArray]], warmup: int
) -> tuple[FloatArray, BoolArray]:
    """Signed weight of each instrument on the common timeline, and where it is decided.

    Returns:
        Weights of shape (s, n), NaN where nothing is decided, and flags of shape (n,).
    """
    when = rebalances(panel, rank.form)
    when[:warmup] = False
    table = np.full((len(panel.each), len(panel)), np.nan)
    score = np.stack([panel.spread_out(s, own[rank.score]) for s, own in enumerate(values)])
    risk = np.stack([panel.spread_out(s, own[rank.volatility]) for s, own in enumerate(values)])
    fit = np.isfinite(score)
    if rank.eligible is not None:
        fit &= np.stack(
            [panel.spread_out(s, own[rank.eligible]) == 1 for s, own in enumerate(values)]
        )
    member = np.array([symbol in rank.members for symbol in panel.symbols])
    cash = None if rank.form.cash_asset is None else panel.place(rank.form.cash_asset)
    held = member.copy()
    if cash is not None:
        held[cash] = True
    for t in np.flatnonzero(when):
        table[held, t] = 0.0
        chosen = _chosen(rank.form, panel, score[:, t], fit[:, t] & member)
        ranked = np.where(fit[:, t] & member, score[:, t], np.nan)
        weights = _weights(rank, panel, chosen, ranked, risk[:, t], int(t))
        table[list(weights), t] = list(weights.values())
        if cash is not None and panel.rows[cash][t] >= 0:
            table[cash, t] = max(0.0, _gross(rank.form) - sum(max(w, 0) for w in weights.values()))
    return table, when


def _gross(form: CrossSection) -> float:
    """Share of equity on the long side."""
    return 0.5 if form.long_top and form.short_bottom else 1.0


def _chosen(
    form: CrossSection, panel: Panel, score: FloatArray, fit: BoolArray
) -> tuple[list[int], list[int]]:
    """Places of the best and the worst, none on both sides."""
    symbols = panel.symbols
    order = sorted(np.flatnonzero(fit).tolist(), key=lambda s: (-float(score[s]), symbols[s]))
    best = order[: form.long_top]
    rest = order[len(best) :]
    worst = rest[max(0, len(rest) - form.short_bottom) :] if form.short_bottom else []
    return best, worst


def _weights(  # noqa: PLR0913, PLR0917 - a ranking at one moment
    rank: RankPlan, panel: Panel, chosen: tuple[list[int], list[int]],
    score: FloatArray, risk: FloatArray, t: int,
) -> dict[int, float]:  # fmt: skip
    """Signed weights of the chosen places."""
    form, (best, worst) = rank.form, chosen
    weights: dict[int, float] = {}
    sides = ((best, 1.0, form.long_top, _gross(form)),
             (worst, -1.0, form.short_bottom, 0.5 if form.long_top else 1.0))  # fmt: skip
    middle = float(np.mean([score[s] for s in (*best, *worst)])) if best or worst else 0.0
    for places, sign, slots, gross in sides:
        if not places:
            continue
        raw = _raw(form, rank, panel, places, risk, t)
        if form.weighting == "score":
            base = middle if form.long_top and form.short_bottom else _mean_of_fit(score)
            raw = np.array([max(sign * (float(score[s]) - base), 0.0) for s in places])
        total = float(raw.sum())
        if not total > 0.0:
            raw, total = np.ones(len(places)), float(len(places))
        filled = gross * len(places) / slots
        weights.update(
            {s: sign * filled * float(w) / total for s, w in zip(places, raw, strict=True)}
        )
    return weights


def _mean_of_fit(score: FloatArray) -> float:
    known = score[np.isfinite(score)]
    return float(known.mean()) if len(known) else 0.0


def _raw(  # noqa: PLR0913, PLR0917 - as above
    form: CrossSection, rank: RankPlan, panel: Panel, places: list[int], risk: FloatArray, t: int
) -> FloatArray:
    """Weights of one side before they are scaled."""
    if form.weighting == "inverse_vol":
        own = np.array([risk[s] for s in places])
        return np.where(own > 0.0, 1.0 / own, 0.0)
    if form.weighting == "risk_parity":
        closes = np.stack(
            [
                panel.each[s].close[max(0, panel.rows[s][t] - rank.lookback) : panel.rows[s][t] + 1]
                for s in places
            ]
        )
        return np.nan_to_num(parity_now(np.diff(np.log(closes), axis=1)))
    return np.ones(len(places))
