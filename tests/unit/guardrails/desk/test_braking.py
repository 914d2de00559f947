"""Brakes: the fall from the peak slows down and halts; a latched strategy waits for a person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from guardrails.desk.braking import latched, let_on, watch_drawdown
from guardrails.desk.risk_facts import note_peak
from guardrails.reasons import Reason
from guardrails.store.peaks import peak
from guardrails.trading_state import TradingState
from tests.desk_world import DeskWorld, codes, fill, quote
from tests.refusing import refuses

D = Decimal


def lose(world: DeskWorld, amount: str) -> None:
    """Pay so much as a fee yesterday: equity falls, the day's loss does not."""
    yesterday = quote().time - timedelta(days=1)
    world.gateway.booked.append(fill(fee=D(amount), venue_time=yesterday))
    world.gateway.set(quote())


def test_a_new_peak_is_journalled_once(world: DeskWorld) -> None:
    """Equity above the highest one becomes a row; the same again, or less, does not."""
    assert not note_peak(world.ctx)
    world.gateway.booked.append(fill(fee=D(0)))
    world.gateway.set(quote("70000"))
    assert note_peak(world.ctx)
    assert not note_peak(world.ctx)
    world.gateway.set(quote("65000"))
    assert not note_peak(world.ctx)
    with world.db.read() as connection:
        assert peak(connection) == D("10049.9825")
    assert len(world.journal("equity.peak")) == 1


@pytest.mark.parametrize(
    ("loss", "state"),
    [
        ("690", None),
        ("700", TradingState.REDUCING),
        ("990", TradingState.REDUCING),
        ("1000", TradingState.HALTED),
    ],
)
def test_a_fall_slows_down_first_and_then_halts(
    world: DeskWorld, loss: str, state: TradingState | None
) -> None:
    """Seven percent below the peak REDUCING, ten percent HALTED; once, not every second."""
    assert watch_drawdown(world.ctx) is None
    lose(world, loss)
    found = watch_drawdown(world.ctx)
    assert (None if found is None else found.state) is state
    assert watch_drawdown(world.ctx) is None


def test_the_peak_outlives_the_position(world: DeskWorld) -> None:
    """What was once earned counts: a fall is measured from the journalled peak."""
    world.gateway.booked.append(fill(fee=D(0), quantity=D("0.05")))
    world.gateway.set(quote("120000"))
    assert watch_drawdown(world.ctx) is None
    world.gateway.set(quote("60000"))
    found = watch_drawdown(world.ctx)
    assert found is not None
    assert found.state is TradingState.HALTED


def tick(world: DeskWorld, seconds: float) -> None:
    """Time passes for the desk and for the market."""
    world.advance(seconds)
    world.gateway.set(quote(time=world.clock.now()))


def repeated(world: DeskWorld) -> None:
    """Three releases of one strategy within the hour, each a little different, then a fourth."""
    for share in (0.01, 0.021, 0.033):
        page = world.pending(max_position_fraction=share)
        assert world.read_and_approve(page.digest).denials == ()
        tick(world, 60)


def test_a_strategy_that_repeats_itself_is_latched_off(world: DeskWorld) -> None:
    """The fourth is refused and latches; time does not help, a risk officer does."""
    repeated(world)
    again = world.propose(max_position_fraction=0.046)
    assert Reason.RATE_REPEATS in codes(again.denials)
    assert latched(world.ctx) == ("lineage-1",)
    tick(world, 7_200)
    refuses(
        lambda: let_on(world.ctx, world.caller("trader-1"), "lineage-1", "please"),
        Reason.ROLE_FORBIDDEN,
        twin=lambda: None,
    )
    refuses(
        lambda: world.propose(max_position_fraction=0.047),
        Reason.RATE_REPEATS,
        twin=lambda: let_on(world.ctx, world.caller("risk-1"), "lineage-1", "looked at it"),
    )
    assert latched(world.ctx) == ()
