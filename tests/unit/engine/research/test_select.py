"""Selecting: the winner, the front, and how surprising the winner is after all trials."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.ledger import TrialOutcome
from engine.research.market import ResearchMarket
from engine.research.parameter_map import map_of
from engine.research.select import chosen_of, front, standing, winner
from engine.research.space import Space
from engine.research.sweep import sweep
from engine.research.trials import Tried
from tests.research_world import lab_of, market_of, memory, sample_store, study_of, swept


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> ResearchMarket:
    """Train bars of the sample stock."""
    return market_of(sample_store(tmp_path_factory.mktemp("data")))


def tried(row: int, sharpe: float | None, drawdown: float = 0.1, turnover: float = 1.0) -> Tried:
    """A trial with these figures."""
    figures = (("sharpe", sharpe), ("max_drawdown", drawdown), ("turnover", turnover))
    return Tried(row, (("n", float(row)),), TrialOutcome(status="ok", figures=figures))


def test_the_highest_sharpe_wins_the_first_of_equals() -> None:
    """Undefined figures never win."""
    found = [tried(1, None), tried(2, 0.5), tried(3, 1.5), tried(4, 1.5)]
    best = winner(found)
    assert best is not None
    assert best.row == 3
    assert winner([tried(1, None)]) is None


def test_without_a_winner_nothing_is_selected() -> None:
    """NOTHING_TO_SELECT says why; with one it is the winner."""
    with pytest.raises(InputError) as caught:
        chosen_of("crossing", [tried(1, None)])
    assert caught.value.code == "NOTHING_TO_SELECT"
    assert chosen_of("crossing", [tried(1, -1.0)]).row == 1


def test_the_front_holds_what_nothing_beats() -> None:
    """Worse in all three objectives is beaten; better in one of them is not."""
    found = [tried(1, 1.0, 0.2, 2.0), tried(2, 0.5, 0.1, 2.0), tried(3, 0.4, 0.2, 3.0),
             tried(1, 1.0, 0.2, 2.0)]  # fmt: skip
    assert [one.row for one in front(found)] == [1, 2]


def test_more_trials_never_make_the_winner_less_surprising(market: ResearchMarket) -> None:
    """p_IS of the same row rises with N, and the line says both."""
    ledger = memory()
    lab = lab_of(market, ledger)
    best = chosen_of("crossing", list(sweep(study_of(market), lab)))
    first = standing(lab, best)
    assert first.trials == 12
    assert first.p_is is not None
    more = swept(sizing={"kind": "fixed_fraction", "value": 0.9}, stops=[
        {"kind": "atr", "value": 2, "period": 10}
    ])  # fmt: skip
    list(sweep(study_of(market, spec=more), lab))
    second = standing(lab, best)
    assert second.trials == 24
    assert second.p_is is not None
    assert second.p_is >= first.p_is
    assert second.line == f"trials on this market: 24, p_IS of the best: {second.p_is:.4f}"


def test_without_a_run_there_is_no_p(market: ResearchMarket) -> None:
    """A failed trial has no days to compare."""
    lab = lab_of(market)
    assert standing(lab, None).p_is is None
    assert standing(lab, None).line.endswith("p_IS of the best: none")


def test_the_map_goes_through_the_winner(market: ResearchMarket) -> None:
    """Sharpe over both parameters; a point that failed is empty."""
    found = list(sweep(study_of(market), lab_of(market)))
    best = chosen_of("crossing", found)
    drawn = map_of(Space.of(swept()), found, best)
    assert drawn is not None
    assert (drawn.across, drawn.down) == ("fast", "slow")
    flat = [value for row in drawn.sharpe for value in row]
    assert len(flat) == 12
    assert flat.count(None) == 3
    assert max(value for value in flat if value is not None) == dict(best.outcome.figures)["sharpe"]
