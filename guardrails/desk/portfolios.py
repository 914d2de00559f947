"""Portfolios on the desk: every sleeve is a counted trial on train bars, then they are combined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.backtest.costs import CostModel
from engine.backtest.result import BacktestResult
from engine.data.bars import FloatArray
from engine.data.days import day_text
from engine.facts.numbers import Locale
from engine.portfolio.allocation import Allocation
from engine.portfolio.combine import combine, next_allocation
from engine.portfolio.figures import account_figures, measured
from engine.portfolio.notes import Note, allocation_notes, note
from engine.portfolio.recipes import Recipe
from engine.portfolio.result import PortfolioResult, risk_share
from engine.portfolio.sleeves import SleeveReturns, joint, sleeve_of
from engine.regimes.labels import DayLabels
from guardrails.desk.backtesting import BacktestRequest
from guardrails.desk.portfolio_plan import PlannedSleeve

RunSleeve = Callable[[BacktestRequest], "SleeveRun"]
"""Runs one sleeve on train bars, its trial written down first."""
Progress = Callable[[str, float], None]
"""Told the sleeve at hand and the share that is done."""


@dataclass(frozen=True, slots=True)
class SleeveRun:
    """A sleeve's run, and how many trials its market has had by now."""

    result: BacktestResult
    trials: int


@dataclass(frozen=True, slots=True)
class SleevesRun:
    """All sleeves as numbers, and the trials of each market (family) that they ran on."""

    sleeves: tuple[SleeveReturns, ...]
    trials: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Present:
    """Certified sleeves over all their days, and the regimes up to the last of them."""

    sleeves: tuple[SleeveReturns, ...]
    labels: DayLabels | None


@dataclass(frozen=True, slots=True)
class PortfolioAnswer:
    """A combined account on train bars, with the weights that are shown and why.

    Attributes:
        result: the account over the train days.
        weights: those at its last close (backtest) or for the day after `as_of` (build).
        window: daily returns by which the weights' risk is shared, shape (w, n).
        as_of: UTC day number of the last day behind the weights.
        trials: of each market that was run on.
        notes: what shaped the weights, and what they do not say.
    """

    recipe: Recipe
    result: PortfolioResult
    weights: tuple[float, ...]
    window: FloatArray
    as_of: int
    trials: tuple[tuple[str, int], ...]
    notes: tuple[Note, ...]

    def as_dict(self, language: Locale) -> dict[str, object]:
        """JSON form: recipe, weights, metrics, equity_digest, notes, and what explains them."""
        result = self.result
        held = np.array(self.weights)
        share = risk_share(held, self.window, result.days_per_year)
        rows = zip(
            result.names, self.weights, share.contributions.tolist(),
            result.contributions.tolist(), strict=True,
        )  # fmt: skip
        return {
            "recipe": self.recipe.name,
            "recipe_digest": self.recipe.digest,
            "as_of": day_text(self.as_of),
            "first_day": day_text(int(result.days[0])),
            "last_day": day_text(int(result.days[-1])),
            "weights": [
                {"sleeve": name, "weight": weight, "risk_contribution": risk, "contribution": own}
                for name, weight, risk, own in rows
            ],
            "cash": max(1.0 - sum(self.weights), 0.0),
            "volatility": share.volatility,
            "diversification_ratio": share.diversification,
            "correlations": _with_gaps(result.correlations.tolist()),
            "reallocation_costs": float(result.costs.sum()) + result.start_costs,
            "reallocation_turnover": measured(result).turnover,
            "metrics": account_figures(result),
            "equity_digest": result.digest,
            "trials": dict(self.trials),
            "notes": [{"code": one.code, "message": one.say(language)} for one in self.notes],
        }


def _with_gaps(table: Sequence[Sequence[float]]) -> list[list[float | None]]:
    """The table with None for what is not a number: JSON knows no NaN."""
    return [[cell if np.isfinite(cell) else None for cell in row] for row in table]


def sleeves_run(planned: Sequence[PlannedSleeve], run: RunSleeve, progress: Progress) -> SleevesRun:
    """Daily net returns of all sleeves, one trial each, in order."""
    found: list[SleeveReturns] = []
    trials: dict[str, int] = {}
    for number, sleeve in enumerate(planned):
        progress(sleeve.name, number / len(planned))
        done = run(sleeve.request)
        found.append(sleeve_of(sleeve.name, done.result, sleeve.dataset.instrument.calendar))
        trials[sleeve.dataset.family] = done.trials
    progress("", 1.0)
    return SleevesRun(tuple(found), tuple(sorted(trials.items())))


def backtest_portfolio(
    recipe: Recipe,
    run: SleevesRun,
    costs: CostModel,
    labels: DayLabels | None,
    mixed: Sequence[str] = (),
) -> PortfolioAnswer:
    """The account over the train days, and its weights at the last close."""
    result = _combined(recipe, run.sleeves, costs, labels)
    last = tuple(result.weights[-1].tolist())
    shaped = result.allocations[-1] if result.allocations else None
    notes = _notes(recipe, result, shaped, mixed)
    end = int(result.days[-1])
    return PortfolioAnswer(recipe, result, last, result.window, end, run.trials, notes)


def build_portfolio(  # noqa: PLR0913, PLR0917 - a backtest's, and what may be read beyond train
    recipe: Recipe,
    run: SleevesRun,
    costs: CostModel,
    labels: DayLabels | None,
    mixed: Sequence[str] = (),
    present: Present | None = None,
    uncertified: Sequence[str] = (),
) -> PortfolioAnswer:
    """The weights for the day after the last one that may be read, with the account behind it.

    Args:
        recipe: the recipe.
        run: sleeves on train days.
        costs: of moving money.
        labels: regimes on train days.
        mixed: sleeves in another currency, for the notes.
        present: all days, when every sleeve is certified: weights come from them, figures do not.
        uncertified: sleeves because of which there is no `present`, for the notes.
    """
    result = _combined(recipe, run.sleeves, costs, labels)
    seen = Present(run.sleeves, labels) if present is None else present
    shaped = next_allocation(recipe, seen.sleeves, seen.labels)
    table = joint(seen.sleeves)
    end = int(table.days[-1])
    more = [] if present is None else [note("PRESENT", day=day_text(end))]
    if uncertified:
        more.append(note("NOT_CERTIFIED", names=", ".join(uncertified)))
    return PortfolioAnswer(
        recipe, result, tuple(shaped.weights.tolist()), table.returns[-recipe.lookback_days :],
        end, run.trials, (*more, *_notes(recipe, result, shaped, mixed)),
    )  # fmt: skip


def _combined(
    recipe: Recipe,
    sleeves: Sequence[SleeveReturns],
    costs: CostModel,
    labels: DayLabels | None,
) -> PortfolioResult:
    """Moving money costs what a market order of that size costs."""
    return combine(recipe, sleeves, cost_rate=costs.taker + costs.impact, labels=labels)


def _notes(
    recipe: Recipe, result: PortfolioResult, shaped: Allocation | None, mixed: Sequence[str]
) -> tuple[Note, ...]:
    found = [note("TRAIN_ONLY", day=day_text(int(result.days[-1])))]
    if shaped is not None:
        found += allocation_notes(recipe, shaped)
    if mixed:
        found.append(note("CURRENCY_MIXED", names=", ".join(mixed), currency=recipe.currency))
    return tuple(found)
