"""Sleeves into one account: money is kept, the future is not read, bad input has a code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.data.bars import FloatArray
from engine.data.days import day_number
from engine.errors import InputError
from engine.portfolio.combine import combine, next_allocation
from engine.portfolio.figures import account_figures, as_run, measured
from engine.portfolio.recipes import Recipe, RegimeMarket, RegimeWeights, Sleeve
from engine.portfolio.result import PortfolioResult, risk_share
from engine.portfolio.sleeves import SleeveReturns, joint
from engine.regimes.labels import DayLabels
from engine.seeds import stream

START = day_number("2020-01-01")
SCHEMES = ("equal", "inverse_vol", "risk_parity", "hrp", "fixed", "regime")
NAMES = ("one", "two", "three")


def recipe_of(scheme: str = "equal", **changes: Any) -> Recipe:  # noqa: ANN401 - fields of a recipe
    """A recipe of three sleeves."""
    sleeves = tuple(
        Sleeve(
            strategy=name,
            weight=0.3 if scheme == "fixed" else None,
            regime_weights=RegimeWeights(up=0.3, down_calm=0.1) if scheme == "regime" else None,
        )
        for name in changes.pop("names", NAMES)
    )
    fields: dict[str, Any] = {
        "name": "test",
        "description": "A test.",
        "sleeves": sleeves,
        "scheme": scheme,
        "lookback_days": 30,
        "regime": RegimeMarket(symbol="BTC/USDT") if scheme == "regime" else None,
    }
    return Recipe(**(fields | changes))


def sleeves_of(seed: int, days: int = 200, names: tuple[str, ...] = NAMES) -> list[SleeveReturns]:
    """Daily returns with a common part and different volatilities."""
    rng = stream("peak/test/portfolio", seed)
    common = rng.normal(0.0002, 0.01, days)
    return [
        SleeveReturns(
            name, START + np.arange(days), 0.5 * common + rng.normal(0, 0.005 * (k + 1), days)
        )
        for k, name in enumerate(names)
    ]


def labels_of(days: int = 200) -> DayLabels:
    """Labels that change every 25 days."""
    cycle = ("unknown", "up_calm", "down_calm", "range_volatile")
    return DayLabels(START + np.arange(days), tuple(cycle[k // 25 % 4] for k in range(days)))


def run(recipe: Recipe, sleeves: list[SleeveReturns], cost_rate: float = 0.001) -> PortfolioResult:
    """A combined account, with labels where the scheme wants them."""
    labels = labels_of(len(sleeves[0].days)) if recipe.scheme == "regime" else None
    return combine(recipe, sleeves, cost_rate=cost_rate, labels=labels)


OPTIONS = st.fixed_dictionaries({
    "rebalance": st.sampled_from(["daily", "weekly", "monthly", "quarterly"]),
    "vol_target": st.sampled_from([None, 0.02, 0.1, 0.5]),
    "correlation_cap": st.sampled_from([None, 0.3, 0.9]),
    "max_weight": st.sampled_from([0.2, 0.5, 1.0]),
    "max_leverage": st.sampled_from([0.5, 1.0]),
    "min_weight": st.sampled_from([0.0, 0.15]),
})  # fmt: skip
CASES = st.tuples(st.integers(0, 10_000), st.sampled_from(SCHEMES), OPTIONS)


@given(CASES, st.sampled_from([0.0, 0.001, 0.02]))
def test_money_is_kept(case: tuple[int, str, dict[str, Any]], rate: float) -> None:
    """Each day's change of equity is the sleeves' profit less costs, to 1e-9 of the account."""
    seed, scheme, options = case
    found = run(recipe_of(scheme, **options), sleeves_of(seed, 90), rate)
    before = np.concatenate([[found.start_equity - found.start_costs], found.equity[:-1]])
    change = found.profits.sum(axis=1) - found.costs
    np.testing.assert_allclose(found.equity - before, change, atol=1e-9 * found.start_equity)
    np.testing.assert_allclose(found.costs, found.turnover * rate, rtol=1e-12)


@given(CASES)
def test_nothing_is_borrowed_or_sold_short(case: tuple[int, str, dict[str, Any]]) -> None:
    """Weights are not negative and leave cash of at least nothing, set ones keep every cap."""
    seed, scheme, options = case
    recipe = recipe_of(scheme, **options)
    found = run(recipe, sleeves_of(seed, 90))
    assert (found.weights >= 0).all()
    assert (found.weights.sum(axis=1) <= 1 + 1e-12).all()
    assert (found.cash >= 0).all()
    for allocation in found.allocations:
        assert (allocation.weights >= 0).all()
        assert allocation.weights.max() <= recipe.max_weight + 1e-9
        assert allocation.weights.sum() <= recipe.max_leverage + 1e-9
        assert 0 <= allocation.scale <= 1


@given(CASES, st.data())
def test_later_days_change_nothing_before_them(
    case: tuple[int, str, dict[str, Any]], data: st.DataObject
) -> None:
    """Cut at any day, the account up to it is the same to the last bit."""
    seed, scheme, options = case
    recipe, sleeves = recipe_of(scheme, **options), sleeves_of(seed, 90)
    whole = run(recipe, sleeves)
    first = 90 - len(whole.days)
    cut = data.draw(st.integers(first + 1, 89))
    part = run(recipe, [replace(s, days=s.days[:cut], returns=s.returns[:cut]) for s in sleeves])
    n = len(part.days)
    assert n == cut - first
    assert part.equity.tobytes() == whole.equity[:n].tobytes()
    assert part.weights.tobytes() == whole.weights[:n].tobytes()


@pytest.mark.parametrize("scheme", ["inverse_vol", "risk_parity", "hrp"])
def test_a_close_does_not_see_its_own_return(scheme: str) -> None:
    """Another return on a day on which weights are set leaves those weights as they were."""
    recipe = recipe_of(scheme)
    sleeves = sleeves_of(3)
    whole = combine(recipe, sleeves)
    place = np.flatnonzero(whole.rebalanced)[1]
    row = int(place) + recipe.lookback_days
    changed = [replace(s, returns=s.returns.copy()) for s in sleeves]
    changed[0].returns[row] += 0.05
    other = combine(recipe, changed)
    np.testing.assert_allclose(other.allocations[1].weights, whole.allocations[1].weights)
    assert not np.allclose(other.allocations[2].weights, whole.allocations[2].weights)


@given(st.integers(0, 10_000), st.sampled_from(SCHEMES))
def test_the_same_input_gives_the_same_bytes(seed: int, scheme: str) -> None:
    """Two runs have one digest."""
    recipe = recipe_of(scheme)
    one, two = (run(recipe, sleeves_of(seed, 60)) for _ in range(2))
    assert one.digest == two.digest


def test_one_sleeve_with_all_the_money_is_the_sleeve() -> None:
    """Weight one, no costs: the account's curve is the sleeve's own."""
    sleeves = sleeves_of(5, 50, ("one",))
    recipe = recipe_of("equal", names=("one",))
    found = combine(recipe, sleeves, start_equity=1_000.0)
    np.testing.assert_allclose(found.equity, 1_000 * np.cumprod(1 + sleeves[0].returns))
    np.testing.assert_allclose(found.returns, sleeves[0].returns, atol=1e-15)


def test_between_allocations_sleeves_drift() -> None:
    """Half and half, one sleeve doubles: it is two thirds until weights are set anew."""
    days = day_number("2024-01-30") + np.arange(4)
    sleeves = [
        SleeveReturns("one", days, np.array([1.0, 0.0, 0.0, 0.0])),
        SleeveReturns("two", days, np.zeros(4)),
    ]
    found = combine(recipe_of("equal", names=("one", "two")), sleeves)
    np.testing.assert_allclose(found.weights[0], [2 / 3, 1 / 3])
    np.testing.assert_allclose(found.weights[1], [2 / 3, 1 / 3])
    assert found.rebalanced.tolist() == [False, False, True, False]
    np.testing.assert_allclose(found.weights[2], [0.5, 0.5])
    assert found.turnover[2] == pytest.approx(50_000)


def test_costs_are_paid_from_the_account_and_the_weights_hold_after_them() -> None:
    """At 1 % the first allocation of all the money costs what leaves weights at one half."""
    sleeves = [replace(s, returns=s.returns * 0) for s in sleeves_of(1, 3, ("one", "two"))]
    found = combine(recipe_of("equal", names=("one", "two")), sleeves, cost_rate=0.01)
    assert found.start_costs == pytest.approx(100_000 * 0.01 / 1.01)
    np.testing.assert_allclose(found.weights, 0.5, rtol=1e-12)
    assert found.cash.max() == pytest.approx(0.0, abs=1e-12)


def test_a_volatility_target_leaves_cash() -> None:
    """A target below the sleeves' volatility is met by the weights, the rest is cash."""
    found = combine(recipe_of("risk_parity", vol_target=0.05), sleeves_of(8))
    last = found.allocations[-1]
    assert 0 < last.scale < 1
    assert risk_share(last.weights, found.window, 365).volatility == pytest.approx(0.05, rel=0.3)
    assert combine(recipe_of("risk_parity", vol_target=1.0), sleeves_of(8)).cash.max() < 1e-9


@pytest.mark.parametrize("scheme", ["inverse_vol", "risk_parity", "hrp"])
def test_a_sleeve_without_trades_gets_no_risk_weight(scheme: str) -> None:
    """What never moves has no risk to share; the others hold the account between them."""
    sleeves = sleeves_of(2)
    sleeves[1] = replace(sleeves[1], returns=sleeves[1].returns * 0)
    found = combine(recipe_of(scheme, vol_target=0.1, correlation_cap=0.9), sleeves)
    assert (found.weights[:, 1] == 0).all()
    assert found.allocations[0].idle.tolist() == [False, True, False]
    assert np.isnan(found.correlations[1]).all()
    assert found.contributions[1] == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_sleeves_that_never_trade_leave_the_account_as_it_is(scheme: str) -> None:
    """Without any movement there is no error and no profit."""
    sleeves = [replace(s, returns=s.returns * 0) for s in sleeves_of(2, 60)]
    recipe = recipe_of(scheme, vol_target=0.1, correlation_cap=0.5)
    found = run(recipe, sleeves, 0.0)
    np.testing.assert_allclose(found.equity, found.start_equity)
    assert risk_share(found.weights[-1], found.window, 365).diversification is None


@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_identical_sleeves_are_no_trouble(scheme: str) -> None:
    """They are weighed; under a cap on correlation only one of them is."""
    sleeves = sleeves_of(4, 100)
    sleeves[1] = replace(sleeves[1], returns=sleeves[0].returns)
    both = run(recipe_of(scheme), sleeves)
    assert np.isfinite(both.weights).all()
    capped = run(recipe_of(scheme, correlation_cap=0.95), sleeves)
    assert all((a.weights[:2] > 0).sum() <= 1 for a in capped.allocations)


def test_weights_by_regime_follow_the_label_of_the_day_before() -> None:
    """Up holds 0.3 each, calm down 0.1 each, range and unknown are cash."""
    found = run(recipe_of("regime", rebalance="daily"), sleeves_of(6), 0.0)
    by_label = {a.label: a.weights.tolist() for a in found.allocations}
    assert by_label == {
        "unknown": [0.0] * 3, "up_calm": [0.3] * 3, "down_calm": [0.1] * 3,
        "range_volatile": [0.0] * 3,
    }  # fmt: skip
    labels = labels_of()
    told = [a.label for a in found.allocations[1:]]
    assert told == [labels.before(int(day)) for day in found.days[1:]]


def test_markets_with_other_days_meet_on_one_calendar() -> None:
    """A closed market earns nothing that day, and the span is what all of them have."""
    week = START + np.arange(14)
    open_days = week[(week + 3) % 7 < 5]
    table = joint([
        SleeveReturns("coin", week[2:], np.full(12, 0.01)),
        SleeveReturns("share", open_days, np.full(len(open_days), 0.02), "XNYS"),
    ])  # fmt: skip
    assert table.days.tolist() == week[(week >= week[2]) & (week <= open_days[-1])].tolist()
    assert table.days_per_year == 365
    closed = (table.days + 3) % 7 >= 5
    assert (table.returns[closed, 1] == 0).all()
    assert (table.returns[~closed, 1] == 0.02).all()


def test_exposure_is_that_of_the_positions_not_of_the_sleeves() -> None:
    """Half the money in a sleeve that is half invested is a quarter, on closed days too."""
    days = START + np.array([0, 1, 4])
    coin = SleeveReturns("one", START + np.arange(5), np.zeros(5), "24/7", np.zeros(5))
    share = SleeveReturns("two", days, np.zeros(3), "XNYS", np.array([0.5, -1.0, 0.0]))
    found = combine(recipe_of("equal", names=("one", "two")), [coin, share])
    assert found.exposure.tolist() == [0.25, -0.5, -0.5, -0.5, 0.0]
    assert account_figures(found)["exposure_time"] == pytest.approx(0.8)


def test_figures_are_those_of_every_run() -> None:
    """Return, volatility and exposure follow from the curve; figures of trades are left out."""
    found = run(recipe_of("risk_parity"), sleeves_of(9))
    figures = account_figures(found)
    assert figures["total_return"] == pytest.approx(found.equity[-1] / found.start_equity - 1)
    assert figures["volatility"] == pytest.approx(found.returns.std(ddof=1) * np.sqrt(365))
    assert figures["exposure_mean"] == pytest.approx(found.weights.sum(axis=1).mean())
    assert not {"trades", "win_rate", "fees", "turnover"} & set(figures)
    assert measured(found).trades == 0
    assert as_run(found).close_time[0] == (found.days[0] + 1) * 86_400_000


def test_contributions_add_up_to_the_return() -> None:
    """Sleeves' profits less costs are the account's return."""
    found = run(recipe_of("hrp"), sleeves_of(10))
    total = found.contributions.sum() - found.costs.sum() / found.start_equity
    assert total == pytest.approx(found.equity[-1] / found.start_equity - 1, abs=1e-12)


def test_risk_shares_add_up_and_equal_risk_is_equal() -> None:
    """After risk parity every sleeve has a third of the risk, and something is diversified."""
    found = combine(recipe_of("risk_parity"), sleeves_of(11))
    upcoming = next_allocation(recipe_of("risk_parity"), sleeves_of(11))
    share = risk_share(upcoming.weights, found.window, found.days_per_year)
    np.testing.assert_allclose(share.contributions, 1 / 3, atol=1e-8)
    assert share.diversification is not None
    assert share.diversification > 1.05
    alone = risk_share(np.array([1.0, 0.0, 0.0]), found.window, found.days_per_year)
    assert alone.diversification == pytest.approx(1.0)


def test_the_next_allocation_is_what_the_next_close_would_set() -> None:
    """Weights for tomorrow use everything that is known today."""
    recipe = recipe_of("hrp", rebalance="daily")
    sleeves = sleeves_of(12, 80)
    cut = [replace(s, days=s.days[:79], returns=s.returns[:79]) for s in sleeves]
    expected = combine(recipe, sleeves).allocations[-1].weights
    np.testing.assert_array_equal(next_allocation(recipe, cut).weights, expected)


def _nan(sleeves: list[SleeveReturns]) -> list[SleeveReturns]:
    sleeves[1].returns[7] = np.nan
    return sleeves


def _late(sleeves: list[SleeveReturns]) -> list[SleeveReturns]:
    return [sleeves[0], replace(sleeves[1], days=sleeves[1].days + 500), sleeves[2]]


def _backwards(sleeves: list[SleeveReturns]) -> list[SleeveReturns]:
    return [replace(sleeves[0], days=sleeves[0].days[::-1]), *sleeves[1:]]


def _ruined(sleeves: list[SleeveReturns]) -> list[SleeveReturns]:
    sleeves[2].returns[3] = -1.2
    return sleeves


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("PORTFOLIO_RETURNS", _nan),
        ("PORTFOLIO_RETURNS", _backwards),
        ("PORTFOLIO_RETURNS", _ruined),
        ("PORTFOLIO_NO_COMMON_DAYS", _late),
        ("PORTFOLIO_SLEEVES", lambda sleeves: sleeves[:2]),
        ("PORTFOLIO_HISTORY_SHORT", lambda _: sleeves_of(1, 30)),
    ],
)
def test_bad_returns_are_refused_with_their_code(code: str, spoil: Any) -> None:  # noqa: ANN401 - a function
    """What cannot be combined is named; the same sleeves unspoilt, one day longer, run."""
    with pytest.raises(InputError) as caught:
        combine(recipe_of("hrp"), spoil(sleeves_of(1, 31)))
    assert caught.value.code == code
    assert len(combine(recipe_of("hrp"), sleeves_of(1, 31)).days) == 1


def test_labels_and_costs_that_make_no_sense_are_refused() -> None:
    """A regime scheme without labels, costs of 50 %, a portfolio of nothing: each has a code."""
    sleeves = sleeves_of(1)
    for code, act in (
        ("PORTFOLIO_REGIME_MISSING", lambda: combine(recipe_of("regime"), sleeves)),
        ("PORTFOLIO_COSTS", lambda: combine(recipe_of(), sleeves, cost_rate=0.5)),
        ("PORTFOLIO_COSTS", lambda: combine(recipe_of(), sleeves, start_equity=float("nan"))),
        ("PORTFOLIO_EMPTY", lambda: joint([])),
        ("PORTFOLIO_HISTORY_SHORT", lambda: next_allocation(recipe_of("hrp"), sleeves_of(1, 29))),
    ):
        with pytest.raises(InputError) as caught:
            act()
        assert caught.value.code == code


def test_total_loss_ends_at_zero() -> None:
    """A sleeve that loses everything takes its share with it, no more."""
    sleeves = sleeves_of(1, 10, ("one",))
    sleeves[0].returns[4] = -1.0
    found = combine(recipe_of("equal", names=("one",), rebalance="daily"), sleeves)
    assert found.equity[4:].tolist() == [0.0] * 6
    assert np.isfinite(found.returns).all()


def test_a_shorter_table_is_all_that_is_needed() -> None:
    """Returns of the sleeves alone come out on the account's days."""
    found: PortfolioResult = combine(recipe_of("hrp"), sleeves_of(1, 50))
    table: FloatArray = found.sleeve_returns
    assert table.shape == (20, 3)
    np.testing.assert_array_equal(table[:, 0], sleeves_of(1, 50)[0].returns[30:])
