"""Sizing kinds that know a weight: volatility target, equal, inverse volatility, risk parity.

A weight is a position's value as a fraction of equity, known at the close it stands at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.bars import FloatArray
from engine.data.panel import Panel
from engine.language.nodes import Arithmetic, Call, Name, Node, Number
from engine.language.plan import Plan
from engine.language.resolve import number_of
from engine.language.spec import Sizing, StrategySpec
from engine.weighing.covariance import ledoit_wolf
from engine.weighing.weights import equal_risk_contribution

DEFAULT_LOOKBACK = 60
WEIGHTED = frozenset({"vol_target", "equal_weight", "inverse_vol", "risk_parity", "weight_expr"})


@dataclass(frozen=True, slots=True)
class SizePlan:
    """Where a weight comes from: a place in the plan, or a rule over all instruments."""

    sizing: Sizing
    place: int | None
    members: int


def volatility_tree(sizing: Sizing) -> Node:
    """Realised volatility over the sizing's look-back."""
    lookback = sizing.lookback or DEFAULT_LOOKBACK
    return Call("realized_vol", (Name("close"), Number(lookback)))


def size_plan(spec: StrategySpec, plan: Plan, expression: Node | None) -> SizePlan:
    """Add what the sizing reads to the plan."""
    sizing, place = spec.sizing, None
    if sizing.kind == "vol_target":
        risk = volatility_tree(sizing) if expression is None else expression
        place = plan.add(Arithmetic("/", number_of(sizing.value or 0.0), risk))
    elif sizing.kind == "weight_expr" and expression is not None:
        place = plan.add(expression)
    elif sizing.kind == "inverse_vol":
        place = plan.add(volatility_tree(sizing))
    return SizePlan(sizing, place, max(len(spec.universe.symbols), 1))


def weights_of(
    size: SizePlan,
    panel: Panel,
    values: Sequence[Sequence[FloatArray]],
    wanted: Callable[[], FloatArray],
) -> list[FloatArray | None]:
    """Weight of each instrument at each of its own closes, None for kinds without one.

    Args:
        size: the sizing.
        panel: all instruments.
        values: the plan's values per instrument.
        wanted: on the common timeline, 1 where a weight is needed (entries and re-sizings);
            risk parity is worked out there only.
    """
    kind = size.sizing.kind
    if kind not in WEIGHTED:
        return [None] * len(panel.each)
    if kind == "equal_weight":
        return [np.full(len(bars), 1.0 / size.members) for bars in panel.each]
    if kind == "risk_parity":
        return risk_parity(panel, size.sizing.lookback or DEFAULT_LOOKBACK, wanted())
    place = size.place or 0
    own = [series[place] for series in values]
    if kind != "inverse_vol":
        return [np.where(weight > 0.0, weight, np.nan) for weight in own]
    return _own_rows(panel, inverse(np.stack([panel.spread_out(s, v) for s, v in enumerate(own)])))


def inverse(volatility: FloatArray) -> FloatArray:
    """Weights in inverse proportion to volatility among those known now; shape (s, n)."""
    known = np.where(volatility > 0.0, volatility, np.nan)
    share = 1.0 / known
    total = np.nansum(share, axis=0)
    weights: FloatArray = np.divide(
        share, total, out=np.full_like(share, np.nan), where=total > 0.0
    )
    return weights


def _own_rows(panel: Panel, table: FloatArray) -> list[FloatArray | None]:
    """Rows of the common timeline back on each instrument's own bars."""
    return [table[s][panel.rows[s] >= 0] for s in range(len(panel.each))]


def risk_parity(panel: Panel, lookback: int, wanted: FloatArray) -> list[FloatArray | None]:
    """Equal risk contribution over the last `lookback` log returns, where it is wanted."""
    prices = np.stack([panel.spread_out(s, bars.close) for s, bars in enumerate(panel.each)])
    table = np.full((len(panel.each), len(panel)), np.nan)
    with np.errstate(invalid="ignore"):
        returns = np.diff(np.log(prices), axis=1)
    for t in np.flatnonzero(wanted):
        window = returns[:, max(0, t - lookback) : t]
        known = np.flatnonzero(np.isfinite(window).all(axis=1))
        if window.shape[1] < lookback or len(known) == 0:
            continue
        table[known, t] = parity_now(window[known])
    return _own_rows(panel, table)


def parity_now(window: FloatArray) -> FloatArray:
    """Equal risk weights of instruments whose log returns are given, shape (s, lookback)."""
    if len(window) == 1:
        return np.ones(1)
    moving = window.std(axis=1) > 0.0
    weights = np.full(len(window), np.nan)
    if moving.sum() == 1:
        weights[moving] = 1.0
    elif moving.any():
        weights[moving] = equal_risk_contribution(ledoit_wolf(window[moving].T).covariance)
    return weights
