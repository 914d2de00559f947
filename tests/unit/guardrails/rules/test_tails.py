"""Tails and clusters: historical simulation against figures reckoned by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.limits import PROFILES
from guardrails.rules.facts import Closes, Tails
from guardrails.rules.figures import MONEY
from guardrails.rules.tails import cluster, correlation, daily, gap_bps, simulated, stress

LIMITS = PROFILES["conservative"]
FIRST = date(2024, 1, 1)


def path(moves: list[str], start: int = 0) -> Closes:
    """Closes that make these daily returns, beginning so many days later."""
    price, rows = Decimal(100), []
    for number, move in enumerate(["0", *moves]):
        price *= 1 + Decimal(move)
        rows.append(((FIRST + timedelta(days=start + number)).isoformat(), price))
    return tuple(rows)


def ramp(n: int = 500) -> list[str]:
    """Returns -1, -2, ... -n tenths of a basis point, shuffled."""
    found = [f"-{number / 100_000:.5f}" for number in range(1, n + 1)]
    Random(1).shuffle(found)  # noqa: S311 - the order must not matter
    return found


def tails(**closes: Closes) -> Tails:
    """Spot symbols with these closes."""
    return Tails(kinds=dict.fromkeys(closes, "spot"), closes=closes)


def test_value_at_risk_and_shortfall_of_a_known_sample() -> None:
    """500 losses of 1..500 tenths of a basis point: the 25th worst is 476, the 12 worst 494.5."""
    loss = simulated({"A": 1_000 * MONEY}, LIMITS, tails(A=path(ramp())))
    assert loss.var / MONEY == pytest.approx(1_000 * 476e-5, abs=1e-4)
    assert loss.es / MONEY == pytest.approx(1_000 * 494.5e-5, abs=1e-4)


def test_only_the_last_five_hundred_days_count() -> None:
    """An old crash has left the sample."""
    old = simulated({"A": MONEY}, LIMITS, tails(A=path(["-0.9"] * 50 + ["0.001"] * 500)))
    assert (old.var, old.es) == (0, 0)


def test_too_few_returns_take_the_stress_move() -> None:
    """249 returns are too few: the symbol loses its gap on every day; 250 are enough."""
    few = simulated({"A": 100 * MONEY}, LIMITS, tails(A=path(["0"] * 249)))
    enough = simulated({"A": 100 * MONEY}, LIMITS, tails(A=path(["0"] * 250)))
    assert few.var == few.es == 20 * MONEY
    assert enough.var == 0


def test_an_unknown_symbol_adds_its_stress_to_a_known_one() -> None:
    """What is not known is added to every simulated day, by its own kind."""
    known = tails(A=path(ramp()))
    mixed = Tails(kinds={"A": "spot", "E": "equity", "F": "fx"}, closes=known.closes)
    both = simulated({"A": 1_000 * MONEY, "F": 100 * MONEY}, LIMITS, mixed)
    alone = simulated({"A": 1_000 * MONEY}, LIMITS, mixed)
    assert both.var - alone.var == 5 * MONEY
    assert [gap_bps(name, LIMITS, mixed) for name in "AEFX"] == [2_000, 1_500, 500, 2_000]


def test_symbols_that_share_too_few_days_take_the_stress_move() -> None:
    """A book is simulated on the days that all its symbols have."""
    apart = tails(A=path(["0"] * 300), B=path(["0"] * 300, start=200))
    assert simulated({"A": MONEY, "B": MONEY}, LIMITS, apart).var == MONEY * 4 // 10


def test_a_hedge_is_seen_and_a_short_gains_where_a_long_loses() -> None:
    """The simulation nets signed exposures; the stress does not."""
    same = tails(A=path(ramp()), B=path(ramp()))
    hedged = simulated({"A": MONEY, "B": -MONEY}, LIMITS, same)
    assert hedged.var == 0
    assert simulated({"A": -MONEY}, LIMITS, same).var == 0
    assert stress({"A": MONEY, "B": -MONEY}, LIMITS, same) == 2 * MONEY * 2_000


def test_an_empty_book_loses_nothing() -> None:
    """No exposure, no tail."""
    assert simulated({}, LIMITS, Tails()) == simulated({"A": 0}, LIMITS, Tails())
    assert simulated({}, LIMITS, Tails()).es == 0


@given(st.integers(0, 10**20), st.integers(1, 4))
def test_twice_the_exposure_loses_twice(value: int, factor: int) -> None:
    """The simulation is homogeneous up to its rounding, and the shortfall is not below VaR."""
    world = tails(A=path(ramp(300)))
    one, more = (simulated({"A": size}, LIMITS, world) for size in (value, value * factor))
    assert 0 <= one.var * factor - more.var <= factor
    assert more.es >= more.var


def wave(seed: str, n: int = 61) -> list[str]:
    """Returns of half a percent up or down."""
    random = Random(seed)  # noqa: S311 - made-up prices
    return [random.choice(("0.005", "-0.005")) for _ in range(n)]


def test_a_cluster_is_what_moves_alike_directly_or_through_others() -> None:
    """A equals B, B mirrors C, D goes its own way: A, B and C are one cluster."""
    moves = wave("a")
    mirrored = [move[1:] if move.startswith("-") else f"-{move}" for move in moves]
    world = tails(A=path(moves), B=path(moves), C=path(mirrored), D=path(wave("d")))
    assert cluster("A", "ABCD", LIMITS, world) == {"A", "B", "C"}
    assert cluster("D", "ABCD", LIMITS, world) == {"D"}


def test_fewer_than_sixty_shared_days_count_as_alike() -> None:
    """59 returns say nothing; 60 do."""
    few = tails(A=path(wave("a", 59)), D=path(wave("d", 59)))
    enough = tails(A=path(wave("a", 60)), D=path(wave("d", 60)))
    assert cluster("A", "AD", LIMITS, few) == {"A", "D"}
    assert cluster("A", "AD", LIMITS, enough) == {"A"}


def test_the_threshold_itself_is_alike() -> None:
    """A correlation equal to the threshold is over the line; a looser profile lets it go."""
    moves = wave("a", 60)
    other = ["0.005" if place < 9 and move[0] == "-" else move for place, move in enumerate(moves)]
    world = tails(A=path(moves), B=path(other))
    found = [cluster("A", "AB", PROFILES[name], world) for name in ("conservative", "aggressive")]
    assert found[0] == {"A", "B"}
    assert found[1] in ({"A"}, {"A", "B"})


def test_correlation_by_hand() -> None:
    """Equal, mirrored, unrelated, and one that stands still, which says nothing."""
    assert correlation([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]) == pytest.approx(1.0)
    assert correlation([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == pytest.approx(-1.0)
    assert correlation([1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]) == 0.0
    assert correlation([1.0, 1.0], [1.0, 2.0]) == 1.0


def test_the_last_close_of_a_day_counts() -> None:
    """Hourly closes become one a day."""
    rows = [("2026-01-02", Decimal(3)), ("2026-01-01", Decimal(1)), ("2026-01-01", Decimal(2))]
    assert daily(rows) == (("2026-01-01", Decimal(2)), ("2026-01-02", Decimal(3)))


@given(st.lists(st.sampled_from(["0.3", "-0.3", "0.01", "-0.01"]), min_size=250, max_size=300))
def test_a_loss_is_never_understated(moves: list[str]) -> None:
    """Rounding goes to the strict side: integers are never below exact fractions."""
    loss = simulated({"A": 10**8}, LIMITS, tails(A=path(moves)))
    losses = sorted((-Decimal(move) * 10**8 for move in moves), reverse=True)
    worst, edge = losses[: max(len(losses) * 25 // 1000, 1)], max(len(losses) * 5 // 100, 1)
    assert loss.var >= max(losses[edge - 1], 0)
    assert loss.es >= max(sum(worst) / len(worst), 0)
    assert loss.es <= max(sum(worst) / len(worst), 0) + 2
