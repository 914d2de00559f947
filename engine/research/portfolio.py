"""Robustness of a recipe's account: sleeves left out, other weights, worse days.

Left out one by one, weights a fifth up and down, correlation to one, falls in common, Monte Carlo
on joint blocks (the days of all sleeves are drawn together). The sleeves were run and counted
before; nothing here is run again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import InputError
from engine.portfolio.combine import combine
from engine.portfolio.recipes import Recipe
from engine.portfolio.result import PortfolioResult
from engine.portfolio.sleeves import SleeveReturns
from engine.regimes.labels import DayLabels
from engine.research.composition import (
    TILTS,
    Composition,
    PortfolioStudy,
    Rest,
    Streams,
    study_of,
    tilted_weights,
)
from engine.research.joint import Figures, figures_of, mixed
from engine.research.paths import PATHS
from engine.research.watching import UNWATCHED, Watch


def recipe_robustness(  # noqa: PLR0913 - a recipe, its sleeves, costs, and who watches
    recipe: Recipe,
    sleeves: Sequence[SleeveReturns],
    *,
    cost_rate: float = 0.0,
    labels: DayLabels | None = None,
    paths: int = PATHS,
    watch: Watch = UNWATCHED,
) -> PortfolioStudy:
    """Robustness of a recipe's account.

    Args:
        recipe: weights, dates and caps.
        sleeves: returns of its sleeves alone, in its order.
        cost_rate: as in `combine`.
        labels: regimes by day, for the scheme `regime`.
        paths: of the Monte Carlo.
        watch: progress in sleeves left out, and who may stop it.

    Raises:
        InputError: what `combine` raises for the recipe itself.
    """
    result = combine(recipe, sleeves, cost_rate=cost_rate, labels=labels)
    places = range(len(sleeves)) if len(sleeves) > 1 else range(0)
    without = [
        Composition(
            sleeve=sleeves[place].name,
            factor=0.0,
            figures=_without(recipe, sleeves, place, cost_rate, labels),
        )
        for place in watch.each(places)
    ]
    streams = Streams(
        result.names, result.sleeve_returns, result.returns, result.weights.mean(axis=0),
        result.days_per_year,
    )  # fmt: skip
    tilted = _recipe_tilts(recipe, result)
    named = (recipe.digest, *(sleeve.name for sleeve in sleeves))
    return study_of(streams, without, tilted, Rest("/".join(named), paths, 0, places, watch))


def _without(
    recipe: Recipe,
    sleeves: Sequence[SleeveReturns],
    place: int,
    cost_rate: float,
    labels: DayLabels | None,
) -> Figures | None:
    kept = [sleeve for number, sleeve in enumerate(sleeves) if number != place]
    held = tuple(sleeve for number, sleeve in enumerate(recipe.sleeves) if number != place)
    smaller = recipe.model_copy(update={"sleeves": held})
    try:
        result = combine(smaller, kept, cost_rate=cost_rate, labels=labels)
    except InputError:
        return None
    return figures_of(result.returns, result.days_per_year)


def _recipe_tilts(recipe: Recipe, result: PortfolioResult) -> list[Composition]:
    """The account with tilted weights day by day; costs as they were."""
    first = np.zeros(len(result.names)) if recipe.needs_history else result.allocations[0].weights
    held = np.concatenate((first[None], result.weights[:-1]))
    before = np.concatenate(([result.start_equity], result.equity[:-1]))
    costs = result.returns - mixed(result.sleeve_returns, held)
    costs = np.where(before > 0.0, costs, 0.0)
    found = []
    for place, name in enumerate(result.names):
        for factor in TILTS:
            account = mixed(result.sleeve_returns, tilted_weights(held, place, factor)) + costs
            figures = figures_of(account, result.days_per_year)
            found.append(Composition(sleeve=name, factor=factor, figures=figures))
    return found
