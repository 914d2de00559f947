"""Sleeves into one account, day by day.

1. At a close on which weights are set, they come from the `lookback_days` days strictly before
   that day: its own return is not used, so the order can be placed before the close.
2. Between such days the sleeves drift; nothing is moved back.
3. Moving money costs `cost_rate` of what changes place, paid by the account. The new weights hold
   after the costs.
4. What no weight asks for is cash, which earns nothing and is never negative.

A recipe that needs no history is allocated before the first day; any other one at the first close
that has `lookback_days` days before it, and the account's days begin there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.portfolio.allocation import Allocation, allocate
from engine.portfolio.rebalancing import rebalance_days
from engine.portfolio.recipes import Recipe
from engine.portfolio.result import PortfolioResult
from engine.portfolio.sleeves import Joint, SleeveReturns, joint
from engine.regimes.labels import DayLabels

START_EQUITY: Final = 100_000.0
MAX_COST_RATE: Final = 0.1
_STEPS: Final = 60


@dataclass(slots=True)
class _Account:
    """Cash and what each sleeve holds; money."""

    cash: float
    held: FloatArray

    @property
    def equity(self) -> float:
        """All of it."""
        return self.cash + float(self.held.sum())

    def earn(self, returns: FloatArray) -> FloatArray:
        """Let the sleeves drift one day; what each of them earned, shape (n,)."""
        profits: FloatArray = self.held * returns
        self.held = self.held + profits
        return profits

    def move_to(self, weights: FloatArray, rate: float) -> tuple[float, float]:
        """Set the weights; the money that changed place and what that cost."""
        after = _after_costs(self.equity, weights, self.held, rate)
        wanted = weights * after
        turnover = float(np.abs(wanted - self.held).sum())
        cost = turnover * rate
        # Rounding must not turn an empty till into a debt.
        self.cash = max(self.equity - cost - float(wanted.sum()), 0.0)
        self.held = wanted
        return turnover, cost


def _after_costs(equity: float, weights: FloatArray, held: FloatArray, rate: float) -> float:
    """Equity after costs E' with E' = equity - rate x sum |weights E' - held|.

    The right side moves by at most `rate` for each unit of E', so repeating it converges.
    """
    after = equity
    for _ in range(_STEPS):
        found = equity - rate * float(np.abs(weights * after - held).sum())
        if found == after:
            break
        after = found
    return after


@dataclass(slots=True)
class _Book:
    """Rows of the result, while they are written."""

    equity: list[float] = field(default_factory=list)
    weights: list[FloatArray] = field(default_factory=list)
    profits: list[FloatArray] = field(default_factory=list)
    turnover: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    rebalanced: list[bool] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)

    def close(self, account: _Account, profits: FloatArray, moved: tuple[float, float]) -> None:
        """Write one day."""
        equity = account.equity
        self.equity.append(equity)
        self.weights.append(account.held / equity if equity > 0 else np.zeros(len(account.held)))
        self.profits.append(profits)
        self.turnover.append(moved[0])
        self.costs.append(moved[1])


def combine(
    recipe: Recipe,
    sleeves: Sequence[SleeveReturns],
    *,
    cost_rate: float = 0.0,
    labels: DayLabels | None = None,
    start_equity: float = START_EQUITY,
) -> PortfolioResult:
    """One account that holds the sleeves as the recipe says.

    Args:
        recipe: weights, dates and caps.
        sleeves: daily net returns in the order of the recipe's sleeves.
        cost_rate: cost of moving one unit of money, as a fraction (0.0014 = 14 basis points).
        labels: regimes by day, for the scheme `regime`.
        start_equity: the recipe's currency.

    Raises:
        InputError: PORTFOLIO_SLEEVES when they are not the recipe's, PORTFOLIO_COSTS,
            PORTFOLIO_HISTORY_SHORT, and what `joint` and `allocate` raise.
    """
    _check(recipe, sleeves, cost_rate, start_equity)
    table = joint(sleeves)
    require_history(recipe, len(table.days) - 1)
    first = recipe.lookback_days if recipe.needs_history else 0
    account = _Account(start_equity, np.zeros(len(table.names)))
    book = _Book()
    start_costs = 0.0
    due = rebalance_days(table.days, recipe.rebalance)
    if recipe.needs_history:
        due[first] = True
    else:
        start_costs = account.move_to(_note(book, recipe, table, 0, labels), cost_rate)[1]
    for row in range(first, len(table.days)):
        profits = account.earn(table.returns[row])
        moved = (0.0, 0.0)
        if due[row]:
            moved = account.move_to(_note(book, recipe, table, row, labels), cost_rate)
        book.rebalanced.append(bool(due[row]))
        book.close(account, profits, moved)
    return _result(recipe, table, book, first, start_equity, start_costs)


def require_history(recipe: Recipe, days: int) -> None:
    """Refuse a recipe whose weights need more than these days before the first allocation.

    Raises:
        InputError: PORTFOLIO_HISTORY_SHORT.
    """
    needed = recipe.lookback_days if recipe.needs_history else 0
    if days < needed:
        raise InputError(
            "PORTFOLIO_HISTORY_SHORT",
            f"the weights need {needed} days that all sleeves have, there are {max(days, 0)}",
            value=days,
            hint="shorten lookback_days or take longer data",
        )


def next_allocation(
    recipe: Recipe, sleeves: Sequence[SleeveReturns], labels: DayLabels | None = None
) -> Allocation:
    """The weights for the day after the last one, from everything known at its close.

    Raises:
        InputError: as `combine`.
    """
    _check(recipe, sleeves, 0.0, START_EQUITY)
    table = joint(sleeves)
    require_history(recipe, len(table.days))
    return _allocation(recipe, table, len(table.days), labels)


def _allocation(recipe: Recipe, table: Joint, row: int, labels: DayLabels | None) -> Allocation:
    """Weights for a close, from rows strictly before it."""
    window = table.returns[max(row - recipe.lookback_days, 0) : row]
    day = int(table.days[row]) if row < len(table.days) else int(table.days[-1]) + 1
    label = None if labels is None else labels.before(day)
    return allocate(recipe, window, table.days_per_year, label)


def _note(
    book: _Book, recipe: Recipe, table: Joint, row: int, labels: DayLabels | None
) -> FloatArray:
    """Weights for a close, written down."""
    found = _allocation(recipe, table, row, labels)
    book.allocations.append(found)
    return found.weights


def _check(
    recipe: Recipe, sleeves: Sequence[SleeveReturns], cost_rate: float, start_equity: float
) -> None:
    names = tuple(sleeve.name for sleeve in sleeves)
    if names != recipe.labels:
        raise InputError(
            "PORTFOLIO_SLEEVES", f"the recipe {recipe.name} holds other sleeves",
            value=", ".join(names)[:200], hint=f"in this order: {', '.join(recipe.labels)[:200]}",
        )  # fmt: skip
    if not 0.0 <= cost_rate <= MAX_COST_RATE or not start_equity > 0.0:
        raise InputError(
            "PORTFOLIO_COSTS", "costs are 0 to 10 % of what is moved, the account is above zero",
            value=cost_rate, hint="14 basis points are 0.0014",
        )  # fmt: skip


def _result(  # noqa: PLR0913, PLR0917 - the parts of one result
    recipe: Recipe,
    table: Joint,
    book: _Book,
    first: int,
    start_equity: float,
    start_costs: float,
) -> PortfolioResult:
    equity = np.array(book.equity)
    before = np.concatenate([[start_equity], equity[:-1]])
    flat = np.zeros(len(equity))
    weights = np.array(book.weights)
    return PortfolioResult(
        names=table.names,
        days=table.days[first:],
        equity=equity,
        returns=np.divide(equity - before, before, out=flat, where=before > 0),
        weights=weights,
        profits=np.array(book.profits),
        turnover=np.array(book.turnover),
        costs=np.array(book.costs),
        rebalanced=np.array(book.rebalanced),
        allocations=tuple(book.allocations),
        window=table.returns[-recipe.lookback_days :],
        sleeve_returns=table.returns[first:],
        exposure=(weights * table.exposures[first:]).sum(axis=1),
        calendar=table.calendar,
        start_equity=start_equity,
        start_costs=start_costs,
    )
