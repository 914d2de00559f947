"""Accounts of several sleeves: other compositions, correlation to one, falls in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.data.bars import FloatArray
from engine.errors import InputError
from engine.gate.subject import Subject
from engine.language.spec import Ensemble, Member, StrategySpec, Universe
from engine.market import Timeframe
from engine.portfolio.combine import combine
from engine.portfolio.recipes import Recipe, Sleeve
from engine.portfolio.sleeves import SleeveReturns
from engine.records import canonical
from engine.research.composition import tilted_weights
from engine.research.ensemble import ensemble_robustness
from engine.research.joint import (
    common_drawdown,
    figures_of,
    mixed,
    moving_as_one,
    ranked_alike,
    underwater,
)
from engine.research.portfolio import recipe_robustness
from engine.research.watching import Watch
from engine.seeds import stream
from tests.rules import FREE
from tests.studies_world import CountedRuns, crossing, market_of, rule_of, subject_of

NAMES = ("one", "two", "three")
PANEL = market_of(bars=400)


def recipe_of(scheme: str = "fixed", **changes: Any) -> Recipe:  # noqa: ANN401 - fields of a recipe
    """A recipe of three sleeves."""
    sleeves = tuple(
        Sleeve(strategy=name, weight=0.3 if scheme == "fixed" else None) for name in NAMES
    )
    given: dict[str, Any] = {
        "name": "test", "description": "A test.", "sleeves": sleeves, "scheme": scheme,
        "lookback_days": 30,
    }  # fmt: skip
    return Recipe(**{**given, **changes})


def sleeves_of(days: int = 200) -> list[SleeveReturns]:
    """Independent noise of rising volatility."""
    random = stream("peak/test/robust", days)
    return [
        SleeveReturns(name, np.arange(days), random.normal(0.0004, 0.005 * (k + 1), days))
        for k, name in enumerate(NAMES)
    ]


def test_figures_by_hand() -> None:
    """+10 %, -50 %: 0.55 left, a drawdown of a half."""
    found = figures_of(np.array([0.1, -0.5]), 365)
    assert found.total_return == pytest.approx(-0.45)
    assert found.max_drawdown == pytest.approx(0.5)
    assert found.volatility == pytest.approx(np.std([0.1, -0.5], ddof=1) * np.sqrt(365))
    assert figures_of(np.full(5, 0.01), 365).sharpe is None


def test_the_start_is_the_first_high() -> None:
    """A loss on the first day is under water."""
    assert underwater(np.array([-0.1, 0.1])).tolist() == pytest.approx([0.1, 0.01])


def test_falls_in_common_by_hand() -> None:
    """Both fall on the second and third day; inside they correlate, outside not."""
    returns = np.array([[0.0, 0.02], [-0.1, -0.2], [-0.1, -0.1], [-0.05, -0.06], [0.5, -0.1]])
    account = mixed(returns, np.array([0.5, 0.5]))
    found = common_drawdown(("a", "b"), returns, account)
    assert found.days == 3
    assert found.depth == pytest.approx(1 - 0.85 * 0.9 * 0.945)
    assert found.inside[0].change == pytest.approx(0.9 * 0.9 * 0.95 - 1)
    assert found.all_share == pytest.approx(3 / 5)
    assert found.correlation == pytest.approx(np.corrcoef(returns.T)[0, 1])
    assert found.correlation_inside == pytest.approx(np.corrcoef(returns[1:4].T)[0, 1])


def test_a_rising_account_has_no_fall() -> None:
    """Nothing lost: depth 0, no days."""
    returns = np.full((5, 2), 0.01)
    found = common_drawdown(("a", "b"), returns, returns[:, 0])
    assert (found.depth, found.days, found.all_share) == (0, 0, 0)
    assert found.correlation is None


def test_ranking_alike_keeps_each_stream_and_takes_the_balance() -> None:
    """Mirror images stand still together; ranked alike they move as one, with their own days."""
    steps = stream("peak/test/alike", 1).normal(0, 0.01, 200)
    returns = np.stack([steps, -steps], axis=1)
    alike = ranked_alike(returns, steps)
    assert np.array_equal(np.sort(alike, axis=0), np.sort(returns, axis=0))
    assert np.array_equal(np.argsort(alike[:, 0]), np.argsort(steps))
    found = moving_as_one(returns, np.array([0.5, 0.5]), 365)
    assert found.usual.volatility == 0
    assert found.as_one.volatility > 0.1
    assert found.as_one.max_drawdown > 0


WEIGHTS = arrays(np.float64, (4, 3), elements=st.floats(0, 0.33))


@given(weights=WEIGHTS, place=st.integers(0, 2), factor=st.sampled_from((0.8, 1.2)))
def test_tilted_weights_keep_their_sum(weights: FloatArray, place: int, factor: float) -> None:
    """The others give way: sums stay, none is negative."""
    tilted = tilted_weights(weights, place, factor)
    assert tilted.sum(axis=1) == pytest.approx(weights.sum(axis=1))
    assert (tilted >= 0).all()


def test_a_tilt_by_hand() -> None:
    """Half of 0.5 and 0.3 with 0.2 at 1.2 times: 0.6, then 0.24 and 0.16."""
    found = tilted_weights(np.array([[0.5, 0.3, 0.2]]), 0, 1.2)
    assert found[0].tolist() == pytest.approx([0.6, 0.24, 0.16])


def test_a_recipe_is_run_without_each_sleeve() -> None:
    """What is left out is what `combine` gives without it; the base is the recipe itself."""
    sleeves, recipe = sleeves_of(), recipe_of()
    study = recipe_robustness(recipe, sleeves, cost_rate=0.001, paths=100)
    assert study.base == figures_of(combine(recipe, sleeves, cost_rate=0.001).returns, 365)
    assert [each.sleeve for each in study.without] == list(NAMES)
    smaller = recipe_of(sleeves=recipe.sleeves[1:])
    alone = combine(smaller, sleeves[1:], cost_rate=0.001)
    assert study.without[0].figures == figures_of(alone.returns, 365)
    assert study.complete
    assert study.trials == 0


@pytest.mark.parametrize("scheme", ["fixed", "equal", "inverse_vol"])
def test_a_tilt_of_nothing_would_be_the_account(scheme: str) -> None:
    """Tilts stay near the base, on both sides of it, for written and for reckoned weights."""
    study = recipe_robustness(recipe_of(scheme), sleeves_of(), paths=50)
    assert len(study.tilted) == 6
    for low, high in zip(study.tilted[::2], study.tilted[1::2], strict=True):
        assert low.figures is not None
        assert high.figures is not None
        ends = sorted((low.figures.total_return, high.figures.total_return))
        assert ends[0] <= study.base.total_return <= ends[1]


def test_joint_blocks_are_drawn_and_named() -> None:
    """A Monte Carlo of so many paths; the same bytes again; none below 60 days."""
    study = recipe_robustness(recipe_of(), sleeves_of(), paths=300)
    assert study.monte_carlo is not None
    assert study.monte_carlo.paths == 300
    assert study.as_one is not None
    assert study.as_one.as_one.volatility > study.as_one.usual.volatility
    again = recipe_robustness(recipe_of(), sleeves_of(), paths=300)
    assert canonical(study) == canonical(again)
    assert recipe_robustness(recipe_of(), sleeves_of(50), paths=300).monte_carlo is None


def test_one_sleeve_has_nobody_beside_it() -> None:
    """No composition to compare, no correlation, no common fall."""
    recipe = recipe_of(sleeves=recipe_of().sleeves[:1])
    study = recipe_robustness(recipe, sleeves_of()[:1], paths=50)
    assert study.without == ()
    assert study.as_one is None
    assert study.common is None
    assert study.complete


def test_a_stopped_recipe_study_says_so() -> None:
    """Stopped at once it has no composition and is not complete."""
    watch = Watch(cancelled=lambda: True)
    study = recipe_robustness(recipe_of(), sleeves_of(), watch=watch)
    assert study.without == ()
    assert not study.complete


def ensemble_of(combination: str = "weighted", weights: tuple[float, ...] = (0.5, 0.4)) -> Subject:
    """Two members on one market."""
    reverting = subject_of(
        rule_of("close < sma(close, 10)", "close > sma(close, 10)"), name="reverting"
    )
    members = (crossing(name="crossing").spec, reverting.spec)[: len(weights)]
    form = Ensemble.model_validate({
        "members": tuple(
            Member(strategy=member.name, weight=weight)
            for member, weight in zip(members, weights, strict=True)
        ),
        "combine": combination,
    })  # fmt: skip
    spec = StrategySpec(
        name="both", family="ensemble", timeframe=Timeframe.D1,
        universe=Universe(symbols=("BTC/USDT",)), ensemble=form,
        stops=() if combination == "weighted" else crossing().spec.stops,
    )  # fmt: skip
    return Subject.of(spec, FREE, members)


def test_every_composition_of_an_ensemble_is_counted() -> None:
    """Two alone, two left out, four tilts: eight trials, none of them the ensemble itself."""
    subject, runs = ensemble_of(), CountedRuns(PANEL)
    study = ensemble_robustness(
        subject, PANEL, subject.run(PANEL), run_many=runs, paths=50
    )  # fmt: skip
    assert study.trials == len(runs.subjects) == 8
    assert study.complete
    assert [each.sleeve for each in study.without] == ["crossing", "reverting"]
    assert len(study.tilted) == 4
    digests = [each.spec.digest for each in runs.subjects]
    assert subject.spec.digest not in digests
    assert study.monte_carlo is not None
    assert study.common is not None


def test_leaving_one_out_keeps_the_other_s_weight() -> None:
    """What is left out stays cash: the account is that of the other one at its own weight."""
    subject = ensemble_of()
    study = ensemble_robustness(
        subject, PANEL, subject.run(PANEL), run_many=CountedRuns(PANEL), paths=50
    )  # fmt: skip
    left = study.without[0].figures
    assert left is not None
    other = subject.members["reverting"]
    alone = Subject(other.spec, FREE, other).run(PANEL, start_equity=4_000.0)
    gained = float(alone.equity[-1]) - 4_000.0
    assert left.total_return == pytest.approx(gained / 10_000.0, rel=1e-6)


def test_a_spec_without_members_is_refused() -> None:
    """The code; an ensemble is taken."""
    subject = crossing()
    with pytest.raises(InputError) as caught:
        ensemble_robustness(
            subject, PANEL, subject.run(PANEL), run_many=CountedRuns(PANEL)
        )  # fmt: skip
    assert caught.value.code == "ENSEMBLE_MEMBER"


def test_a_stopped_ensemble_study_says_so() -> None:
    """With three of eight runs it keeps the members alone and one composition."""
    subject = ensemble_of()
    runs = CountedRuns(PANEL, stop_after=3)
    study = ensemble_robustness(subject, PANEL, subject.run(PANEL), run_many=runs, paths=50)
    assert not study.complete
    assert study.trials == 3
    assert study.without[0].figures is not None
    assert study.without[1].figures is None


def test_a_vote_has_no_weights_to_tilt() -> None:
    """Members alone and left out are run; nothing is tilted."""
    subject, runs = ensemble_of("vote"), CountedRuns(PANEL)
    study = ensemble_robustness(subject, PANEL, subject.run(PANEL), run_many=runs, paths=50)
    assert study.tilted == ()
    assert study.trials == len(runs.subjects) == 4
    assert study.complete
