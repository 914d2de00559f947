"""Portfolios on the desk: everything is checked before the first trial; answers are plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.data.samples import GOOG_WINDOW_END, eurusd_hourly, goog_daily
from engine.data.store import DatasetStore
from engine.errors import InputError
from engine.language import library
from engine.market import Calendar
from engine.portfolio.recipe_files import find_recipe, recipe_of
from engine.portfolio.recipes import Recipe
from engine.portfolio.sleeves import SleeveReturns
from engine.records import canonical, read_json
from engine.regimes.labels import DayLabels
from engine.seeds import stream
from guardrails.desk import portfolios
from guardrails.desk.portfolio_plan import plan, regime_labels
from guardrails.desk.portfolios import SleevesRun

GOOG_TWICE = """
description = "Two rules on one share."
scheme = "hrp"
correlation_cap = 0.9
vol_target = 0.05
currency = "EUR"
[[sleeves]]
strategy = "rsi_momentum_goog_demo"
[[sleeves]]
strategy = "rsi2_pullback_spy_moderate"
symbol = "GOOG"
dataset = "GOOG:1d"
"""
FREE = CostModel(taker_fee_bps=0.0, maker_fee_bps=0.0, spread_bps=0.0, slippage_bps=0.0)


@pytest.fixture(scope="module")
def datasets(tmp_path_factory: pytest.TempPathFactory) -> DatasetStore:
    """A store with the two samples."""
    store = DatasetStore(Path(tmp_path_factory.mktemp("data")))
    store.register(goog_daily(), window_end=GOOG_WINDOW_END)
    store.register(eurusd_hourly())
    return store


def run_of(recipe: Recipe, days: int = 300, calendar: Calendar = "XNYS") -> SleevesRun:
    """Sleeves of random returns, as a run of this recipe."""
    sleeves = tuple(
        SleeveReturns(
            name,
            15_000 + np.arange(days),
            stream("peak/test/desk-portfolio", number).normal(0.0005, 0.01, days),
            calendar,
        )
        for number, name in enumerate(recipe.labels)
    )
    return SleevesRun(sleeves, (("goog-usd-1", 7),))


def refused(act: Callable[[], object]) -> InputError:
    """What an act is refused with."""
    with pytest.raises(InputError) as caught:
        act()
    return caught.value


def test_a_plan_names_spec_and_data_of_every_sleeve(datasets: DatasetStore) -> None:
    """A sleeve on another market runs the same rules on that market's data."""
    planned = plan(recipe_of(GOOG_TWICE, "mine"), library.load, datasets)
    assert [each.dataset.ref for each in planned] == ["GOOG:1d", "GOOG:1d"]
    other = planned[1].spec
    assert other.universe.symbols == ("GOOG",)
    assert other.rules == library.load("rsi2_pullback_spy_moderate").rules
    assert planned[1].request.dataset_ids[0] == planned[1].dataset.id


def test_what_is_missing_is_said_at_once(datasets: DatasetStore) -> None:
    """All datasets that are missing, each once, with the command; the regime's market too."""
    error = refused(lambda: plan(find_recipe("regime_multi_moderate"), library.load, datasets))
    assert error.code == "PORTFOLIO_DATA_MISSING"
    assert error.hint.count("peak data import") == 2
    assert "BTC/USDT 4h, BTC/USDT 1d" in error.value


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('strategy = "bollinger_reversion_eurusd_conservative"', "PORTFOLIO_NO_COMMON_DAYS"),
        ('strategy = "overfit_goog_demo"\ndataset = "EUR/USD:1h"', "DATASET_SYMBOL"),
        ('strategy = "nobody_knows_this"', "LIBRARY_UNKNOWN"),
    ],
)
def test_a_plan_that_cannot_work_costs_no_trial(
    datasets: DatasetStore, more: str, code: str
) -> None:
    """Years that do not meet, data of another market, an unknown strategy: refused in the plan."""
    recipe = recipe_of(f"{GOOG_TWICE}[[sleeves]]\n{more}\n", "mine")
    assert refused(lambda: plan(recipe, library.load, datasets)).code == code
    longer = recipe_of(GOOG_TWICE, "mine").model_copy(update={"lookback_days": 2_000})
    error = refused(lambda: plan(longer, library.load, datasets))
    assert error.code == "PORTFOLIO_HISTORY_SHORT"


def test_sleeves_run_in_order_and_say_how_far_they_are(datasets: DatasetStore) -> None:
    """Progress names each sleeve before it runs; a sleeve that is interrupted ends the rest."""
    planned = plan(recipe_of(GOOG_TWICE, "mine"), library.load, datasets)
    told: list[tuple[str, float]] = []

    def interrupted(_: object) -> Any:  # noqa: ANN401 - it never answers
        """A person presses Ctrl-C."""
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        portfolios.sleeves_run(planned, interrupted, lambda name, share: told.append((name, share)))
    assert told == [("rsi_momentum_goog_demo", 0.0)]


@pytest.mark.parametrize("act", [portfolios.backtest_portfolio, portfolios.build_portfolio])
def test_an_answer_is_plain_json(act: Callable[..., portfolios.PortfolioAnswer]) -> None:
    """Every promised key, numbers without NaN, notes in the language that was asked for."""
    recipe = recipe_of(GOOG_TWICE, "mine")
    run = run_of(recipe)
    run.sleeves[1].returns[:] = 0.0
    answer = act(recipe, run, FREE, None, ("rsi_momentum_goog_demo",))
    found: Any = read_json(canonical(answer.as_dict("de")))
    assert {"recipe", "weights", "metrics", "equity_digest", "notes"} <= set(found)
    assert found["correlations"][1] == [None, None]
    assert found["weights"][1]["weight"] == 0
    assert found["trials"] == {"goog-usd-1": 7}
    codes = [note["code"] for note in found["notes"]]
    assert codes[:2] == ["TRAIN_ONLY", "SCHEME"]
    assert {"SLEEVE_IDLE", "VOLATILITY_SCALED", "CASH", "CURRENCY_MIXED"} <= set(codes)
    scaled = next(note for note in found["notes"] if note["code"] == "VOLATILITY_SCALED")
    assert "5,00" in scaled["message"]


def test_built_weights_are_those_of_tomorrow() -> None:
    """Build weighs the last days too; a backtest shows what was held at its end."""
    recipe = recipe_of(GOOG_TWICE, "mine")
    run = run_of(recipe)
    built = portfolios.build_portfolio(recipe, run, FREE, None)
    held = portfolios.backtest_portfolio(recipe, run, FREE, None)
    assert built.result.digest == held.result.digest
    assert built.weights != held.weights
    assert held.weights == tuple(held.result.weights[-1].tolist())


def test_moving_money_costs_what_an_order_costs() -> None:
    """Fee, half the spread and slippage are paid on what changes place."""
    recipe = recipe_of(GOOG_TWICE, "mine")
    costs = CostModel(taker_fee_bps=10.0, spread_bps=2.0, slippage_bps=3.0)
    result = portfolios.backtest_portfolio(recipe, run_of(recipe), costs, None).result
    np.testing.assert_allclose(result.costs, result.turnover * 0.0014)


def test_a_large_mixture_says_that_its_train_key_is_void() -> None:
    """Four sleeves under HRP carry the note, the same four under equal weights do not."""
    sleeves = "".join(
        f'[[sleeves]]\nstrategy = "overfit_goog_demo"\nname = "s{k}"\n' for k in range(4)
    )
    for scheme, void in (("hrp", True), ("equal", False)):
        recipe = recipe_of(f'description = "x"\nscheme = "{scheme}"\n{sleeves}', "mine")
        answer = portfolios.backtest_portfolio(recipe, run_of(recipe), FREE, None)
        assert ("TRAIN_KEY_VOID" in {note.code for note in answer.notes}) is void


def test_the_regime_is_named() -> None:
    """A recipe by regime says which one holds, and weighs by it."""
    recipe = find_recipe("regime_multi_moderate").model_copy(update={"vol_target": None})
    run = run_of(recipe)
    labels = DayLabels(run.sleeves[0].days, ("up_calm",) * 300)
    answer = portfolios.build_portfolio(recipe, run, FREE, labels)
    assert answer.weights == (0.4, 0.4, 0.2)
    assert any(note.code == "REGIME" and "up_calm" in note.en for note in answer.notes)
    assert regime_labels(recipe_of(GOOG_TWICE, "mine"), DatasetStore(Path("x"))) is None
