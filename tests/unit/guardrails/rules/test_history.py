"""History: what released tickets, orders and fills add up to, and the brakes on the account."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.modes import Mode
from engine.market import Side
from guardrails.limits import PROFILES
from guardrails.positions import Book, BookValue
from guardrails.reasons import Reason
from guardrails.rules.acts import Released, acts_of, holdings_of, resting_of
from guardrails.rules.facts import History
from guardrails.rules.loss import drawdown_reached
from guardrails.rules.pace import MOVE_WINDOW, widest_move
from guardrails.tickets import Order, OrderState
from guardrails.trading_state import TradingState
from tests.desk_world import NOW, fill, ticket
from tests.refusing import refuses

D = Decimal
LATER = NOW + timedelta(seconds=30)


def order(state: OrderState, leg: str = "entry", **changes: object) -> Order:
    """The gateway's row of a leg of `ticket()`."""
    fields: dict[str, object] = {
        "client_order_id": "00000000-0000-4000-8000-000000000000",
        "ticket_digest": ticket().digest,
        "leg": leg,
        "account_id": "paper-1",
        "venue": "paper",
        "symbol": "BTC/USDT",
        "side": Side.BUY if leg == "entry" else Side.SELL,
        "quantity": D("0.005"),
        "limit_price": D(60_000),
        "state": state,
        "updated_at": NOW,
    }
    return Order.model_validate({**fields, **changes})


@pytest.mark.parametrize(
    ("orders", "fills", "notional", "refused"),
    [
        ((), (), D(300), False),
        ((order(OrderState.UNKNOWN),), (), D(300), False),
        ((order(OrderState.PARTIAL),), (fill(quantity=D("0.001")),), D(300), False),
        ((order(OrderState.EXPIRED),), (fill(quantity=D("0.001")),), D(60), False),
        ((order(OrderState.EXPIRED),), (), D(0), False),
        ((order(OrderState.REJECTED),), (), D(0), True),
        ((order(OrderState.DENIED),), (), D(0), True),
        ((order(OrderState.NOT_PLACED),), (), D(0), True),
    ],
)
def test_a_working_order_counts_in_full_and_an_ended_one_as_it_filled(
    orders: tuple[Order, ...], fills: tuple[object, ...], notional: Decimal, refused: bool
) -> None:
    """Not taken, unknown and partial count in full; what no venue took is only a message."""
    (act,) = acts_of([Released(ticket(), LATER)], orders, fills)  # type: ignore[arg-type]  # fills
    assert (act.notional, act.refused) == (notional, refused)
    assert act.at == NOW


def test_outside_paper_wall_time_counts() -> None:
    """Only a replay has a clock of its own."""
    (act,) = acts_of([Released(ticket(mode=Mode.LIVE), LATER)], (), ())
    assert act.at == LATER


def test_a_strategy_holds_what_its_own_fills_left() -> None:
    """Bought and sold again is nothing; another strategy's sale does not count for it."""
    sold = fill(2, side=Side.SELL)
    foreign = fill(3, side=Side.SELL, ticket_digest="ab" * 32)
    assert holdings_of([ticket()], [fill()]) == {("lineage-1", "BTC/USDT")}
    assert holdings_of([ticket()], [fill(), sold]) == frozenset()
    assert ("lineage-1", "BTC/USDT") in holdings_of([ticket()], [fill(), foreign])


def test_what_rests_is_stops_targets_and_orders_that_wait() -> None:
    """An immediate order and an ended one do not rest; a stop waits for its trigger."""
    known, waiting = ticket(), ticket(time_in_force="gtc")
    stop = order(OrderState.OPEN, "stop-1", limit_price=None)
    target = order(OrderState.OPEN, "target-1", limit_price=D(63_000))
    gone = order(OrderState.CANCELED, "stop-2", limit_price=None)
    strange = order(OrderState.OPEN, "stop-1", ticket_digest="ab" * 32)
    found = resting_of([known], [order(OrderState.OPEN), stop, target, gone, strange])
    assert [(one.limit, one.trigger) for one in found] == [(None, D(58_800)), (D(63_000), None)]
    own = order(OrderState.OPEN, ticket_digest=waiting.digest)
    assert len(resting_of([waiting], [own])) == 1


@given(st.lists(st.tuples(st.integers(0, 1_200), st.integers(90, 110)), max_size=25))
def test_the_widest_move_is_what_all_pairs_give(points: list[tuple[int, int]]) -> None:
    """The fast search finds what comparing every pair inside five minutes finds."""
    track = tuple(
        (NOW - timedelta(seconds=1_200 - second), D(price)) for second, price in sorted(points)
    )
    widest = max(
        (
            (max(a, b) - min(a, b)) / min(a, b)
            for place, (later, b) in enumerate(track)
            for earlier, a in track[: place + 1]
            if later - earlier <= MOVE_WINDOW and later >= NOW - timedelta(minutes=15)
        ),
        default=D(0),
    )
    low, high = widest_move(track, NOW)
    assert (high - low) / low >= widest


def value(equity: str) -> BookValue:
    """A flat account worth so much."""
    zero = D(0)
    return BookValue(
        book=Book(cash=D(equity)), equity=D(equity), open_pnl=zero, day_pnl=zero, gross=zero,
        stopped_pnl=zero,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("profile", "brake", "halt"),
    [("conservative", 700, 1_000), ("moderate", 900, 1_250), ("aggressive", 1_100, 1_500)],
)
def test_the_brake_comes_before_the_halt(profile: str, brake: int, halt: int) -> None:
    """REDUCING at the brake, HALTED at the limit, nothing a cent above."""
    limits, history = PROFILES[profile], History(capital=D(10_000), peak=D(20_000))

    def reached(fallen_bps: int, cent: str = "0") -> object:
        return drawdown_reached(value(str(20_000 - 2 * fallen_bps + D(cent))), history, limits)

    refuses(
        lambda: reached(brake), Reason.LOSS_DRAWDOWN, twin=lambda: reached(brake, "0.01")
    )  # fmt: skip
    for bps, state in ((brake, TradingState.REDUCING), (halt, TradingState.HALTED)):
        found = drawdown_reached(value(str(20_000 - 2 * bps)), history, limits)
        assert found is not None
        assert found[0] is state


def test_the_equity_floor_halts() -> None:
    """85 % of what was paid in, whatever the peak was."""
    history, limits = History(capital=D(10_000), peak=D(10_000)), PROFILES["conservative"]
    loose = type(limits).model_validate(
        {**dict(limits), "reduce_drawdown_bps": 2_000, "max_drawdown_bps": 3_000}
    )
    refuses(
        lambda: drawdown_reached(value("8500"), history, loose),
        Reason.LOSS_EQUITY_FLOOR,
        twin=lambda: drawdown_reached(value("8500.01"), history, loose),
    )
