"""One allocation: the weights of a recipe from a window of past daily returns.

Order: scheme, correlation cap, smallest weight, largest weight, largest sum, volatility target.
Every step only lowers the sum, what is left is cash. Weights are not negative.

Estimates: inverse volatility and the correlation cap look at the sample; risk parity, the
hierarchy and the volatility target at the Ledoit-Wolf covariance. A sleeve in which nothing
happened has no risk to share: schemes of risk leave it out, equal and own weights keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.bars import BoolArray, FloatArray
from engine.errors import InputError
from engine.portfolio.recipes import OWN_WEIGHTS, Recipe, Scheme
from engine.portfolio.sleeves import moves
from engine.weighing import weights as w
from engine.weighing.covariance import correlation, ledoit_wolf, sample_covariance

_ROUNDING: Final = 1e-12

BY_RISK: Final[dict[Scheme, Callable[[FloatArray], FloatArray]]] = {
    "inverse_vol": lambda window: w.inverse_volatility(sample_covariance(window)),
    "risk_parity": lambda window: w.equal_risk_contribution(ledoit_wolf(window).covariance),
    "hrp": lambda window: w.hierarchical_risk_parity(ledoit_wolf(window).covariance),
}
"""Weights that sum to one, from the returns of sleeves that move."""


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Weights of one allocation, and what shaped them.

    Attributes:
        weights: shape (n,), not negative, sum at most the recipe's `max_leverage`.
        idle: sleeves that did not move in the window, shape (n,).
        capped: sleeves that the correlation cap left out, shape (n,).
        scale: what the volatility target multiplied the weights with, 0..1.
        label: regime, when the scheme asks for one.
    """

    weights: FloatArray
    idle: BoolArray
    capped: BoolArray
    scale: float = 1.0
    label: str | None = None


def allocate(
    recipe: Recipe, window: FloatArray, days_per_year: int, label: str | None = None
) -> Allocation:
    """Weights from a window of returns, shape (lookback, n); no row is fine without history.

    Raises:
        InputError: PORTFOLIO_RETURNS, PORTFOLIO_NOT_CONVERGED, PORTFOLIO_REGIME_MISSING.
    """
    n = len(recipe.sleeves)
    seen = len(window) > 0 and recipe.needs_history
    live = moves(window) if seen else np.ones(n, dtype=np.bool_)
    raw = _scheme(recipe, window, live, label)
    capped = np.zeros(n, dtype=np.bool_)
    if seen and recipe.correlation_cap is not None:
        uncapped = raw.copy()
        raw[live] = _uncorrelated(raw[live], window[:, live], recipe)
        capped = (uncapped > 0) & (raw == 0)
    bounded = _bounded(raw, recipe)
    scale = 1.0
    if recipe.vol_target is not None and live.any() and (bounded[live] > 0).any():
        scale = _vol_scale(bounded[live], window[:, live], recipe.vol_target, days_per_year)
    return Allocation(bounded * scale, ~live, capped, scale, label)


def _scheme(recipe: Recipe, window: FloatArray, live: BoolArray, label: str | None) -> FloatArray:
    if recipe.scheme == "fixed":
        return np.array([sleeve.weight or 0.0 for sleeve in recipe.sleeves])
    if recipe.scheme == "regime":
        return _by_regime(recipe, label)
    if recipe.scheme == "equal":
        return w.equal(len(recipe.sleeves))
    found = np.zeros(len(recipe.sleeves))
    if live.any():
        found[live] = BY_RISK[recipe.scheme](window[:, live])
    return found


def _by_regime(recipe: Recipe, label: str | None) -> FloatArray:
    if label is None:
        raise InputError(
            "PORTFOLIO_REGIME_MISSING", "weights by regime need the labels of a market",
            value=recipe.name, hint="hand in the labels of the market that the recipe names",
        )  # fmt: skip
    each = [sleeve.regime_weights for sleeve in recipe.sleeves]
    return np.array([0.0 if weights is None else weights.of(label) for weights in each])


def _uncorrelated(weights: FloatArray, window: FloatArray, recipe: Recipe) -> FloatArray:
    """Kept weights; those of one's own are not handed on, the rest stays cash."""
    if not weights.any():
        return weights
    cap = 1.0 if recipe.correlation_cap is None else recipe.correlation_cap
    kept = w.correlation_cap(weights, correlation(sample_covariance(window)), cap)
    own = recipe.scheme in OWN_WEIGHTS
    return np.where(kept > 0, weights, 0.0) if own else kept


def _bounded(weights: FloatArray, recipe: Recipe) -> FloatArray:
    """Weights within min_weight, max_weight and the largest sum."""
    if recipe.scheme in OWN_WEIGHTS:
        bounded = np.minimum(weights, recipe.max_weight)
    else:
        bounded = cut_to(_worthwhile(weights, recipe.min_weight), recipe.max_weight)
    total = float(bounded.sum())
    return bounded * (recipe.max_leverage / total) if total > recipe.max_leverage else bounded


def _worthwhile(weights: FloatArray, smallest: float) -> FloatArray:
    """Without weights below the smallest one; the others take their place in proportion.

    The smallest weight goes first, then they are compared again. If none is large enough, none
    is held.
    """
    kept = weights.copy()
    total = float(weights.sum())
    while (kept > 0).any():
        place = int(np.argmin(np.where(kept > 0, kept, np.inf)))
        if kept[place] >= smallest - _ROUNDING:
            return kept
        kept[place] = 0.0
        rest = float(kept.sum())
        kept = kept * (total / rest) if rest > 0 else kept
    return kept


def cut_to(weights: FloatArray, largest: float) -> FloatArray:
    """No weight above the largest; what is cut goes to the others in proportion, then to cash."""
    total = float(weights.sum())
    result = weights.copy()
    for _ in range(len(weights)):
        over = result > largest + _ROUNDING
        if not over.any():
            break
        result[over] = largest
        free = (result > 0) & (result < largest - _ROUNDING)
        missing = total - float(result.sum())
        if free.any():
            result[free] *= 1.0 + missing / float(result[free].sum())
    return np.minimum(result, largest)


def _vol_scale(weights: FloatArray, window: FloatArray, target: float, days_per_year: int) -> float:
    """What brings the account's volatility down to the target; never above one."""
    covariance = ledoit_wolf(window).covariance
    gross = float(weights.sum())
    scaled = w.target_volatility(
        weights, covariance, target, periods_per_year=days_per_year, max_gross=gross
    )
    return min(float(scaled.sum()) / gross, 1.0)
