"""A portfolio before anything runs: specs, data and days of every sleeve, and what is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data.dataset import Dataset
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.language.spec import StrategySpec
from engine.market import Timeframe
from engine.portfolio.combine import require_history
from engine.portfolio.recipes import Recipe, Sleeve
from engine.portfolio.sleeves import SleeveReturns, joint
from engine.regimes.labels import DayLabels, day_labels
from guardrails.desk.backtesting import BacktestRequest
from guardrails.desk.intake import dataset_for


@dataclass(frozen=True, slots=True)
class PlannedSleeve:
    """A sleeve with what it stands for."""

    name: str
    spec: StrategySpec
    dataset: Dataset

    @property
    def request(self) -> BacktestRequest:
        """The backtest that this sleeve is."""
        return BacktestRequest(spec=self.spec, dataset_ids=(self.dataset.id,))


def plan(
    recipe: Recipe, find: Callable[[str], StrategySpec], datasets: DatasetStore
) -> tuple[PlannedSleeve, ...]:
    """Specs and datasets of all sleeves, before anything runs.

    Raises:
        InputError: SPEC_UNKNOWN, DATASET_UNKNOWN, PORTFOLIO_DATA_MISSING with the commands that
            bring what is missing, PORTFOLIO_NO_COMMON_DAYS, PORTFOLIO_HISTORY_SHORT.
    """
    specs = [_spec_of(sleeve, find) for sleeve in recipe.sleeves]
    wanted = [
        (symbol, spec.timeframe)
        for sleeve, spec in zip(recipe.sleeves, specs, strict=True)
        for symbol in (spec.universe.symbols if sleeve.dataset is None else ())
    ]
    if recipe.regime is not None:
        wanted.append((recipe.regime.symbol, recipe.regime.timeframe))
    _require(wanted, datasets)
    planned = tuple(
        PlannedSleeve(sleeve.label, spec, dataset_for(datasets, spec, sleeve.dataset))
        for sleeve, spec in zip(recipe.sleeves, specs, strict=True)
    )
    _check_days(recipe, planned, datasets)
    return planned


def _check_days(recipe: Recipe, planned: Sequence[PlannedSleeve], datasets: DatasetStore) -> None:
    """Refuse what could never be combined before it costs a trial."""
    known = {each.dataset.id: datasets.train(each.dataset).days for each in planned}
    table = joint([
        SleeveReturns(each.name, days, np.zeros(len(days)))
        for each in planned
        for days in (known[each.dataset.id],)
    ])  # fmt: skip
    require_history(recipe, len(table.days) - 1)


def _spec_of(sleeve: Sleeve, find: Callable[[str], StrategySpec]) -> StrategySpec:
    """The sleeve's spec, on another market when the sleeve says so."""
    spec = find(sleeve.strategy)
    if sleeve.symbol is None:
        return spec
    universe = spec.universe.model_copy(update={"symbols": (sleeve.symbol,)})
    return spec.model_copy(update={"universe": universe})


def _require(wanted: Sequence[tuple[str, Timeframe]], datasets: DatasetStore) -> None:
    there = {(one.instrument.symbol, one.timeframe) for one in datasets.datasets()}
    missing = list(dict.fromkeys(pair for pair in wanted if pair not in there))
    if not missing:
        return
    commands = [
        f"peak data import FILE --symbol {symbol} --timeframe {timeframe.value}"
        for symbol, timeframe in missing
    ]
    raise InputError(
        "PORTFOLIO_DATA_MISSING",
        f"{len(missing)} dataset(s) that the recipe needs are not registered",
        value=", ".join(f"{symbol} {timeframe.value}" for symbol, timeframe in missing),
        hint="; ".join(f"`{command}`" for command in commands),
    )


def regime_labels(
    recipe: Recipe, datasets: DatasetStore, *, all_days: bool = False
) -> DayLabels | None:
    """Labels of the recipe's regime market on its train days; None when it has none.

    `all_days` reads the days after train too: for weights of certified sleeves alone.
    """
    market = recipe.regime
    if market is None:
        return None
    fitting = [
        one
        for one in datasets.datasets()
        if one.instrument.symbol == market.symbol and one.timeframe is market.timeframe
    ]
    newest = max(fitting, key=lambda one: one.last)
    return day_labels(datasets.prices(newest) if all_days else datasets.train(newest).bars)


def other_currencies(recipe: Recipe, planned: Sequence[PlannedSleeve]) -> tuple[str, ...]:
    """Sleeves that are quoted in another currency than the account's."""
    return tuple(
        each.name for each in planned if each.dataset.instrument.quote not in {"", recipe.currency}
    )
