"""What the account's history, the market's facts and the tails refuse, each with its twin."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from engine.market import Side
from guardrails.ports import Quote
from guardrails.reasons import Reason
from guardrails.rules.facts import Resting, Tails
from tests.desk_world import NOW, TAILS, calm, ticket
from tests.refusing import refuses
from tests.risk_world import (
    FRESH,
    HELD,
    Case,
    act,
    history,
    limited,
    market,
    other,
    under,
)

D = Decimal
JUST_NOW = {"at": NOW}
EXIT = {"side": Side.SELL, "reduce_only": True, **JUST_NOW}
ALIKE = Tails(kinds=TAILS.kinds, closes={**TAILS.closes, "AAA": calm("BTC/USDT")})
UNLIKE = Tails(kinds=TAILS.kinds, closes={**TAILS.closes, "AAA": calm("AAA")[-60:]})


def wide(ask: str) -> Quote:
    """A quote around 60,000 with its ask here."""
    return Quote(symbol="BTC/USDT", bid=120_000 - D(ask), ask=D(ask), time=NOW)


def moved(to: str, minutes: float) -> dict[str, object]:
    """The reference went from 60,000 to here inside four minutes, so many minutes ago."""
    end = NOW - timedelta(minutes=minutes)
    return market(track=((end - timedelta(minutes=4), D(60_000)), (end, D(to))))


def crash(percent: int) -> Tails:
    """BTC with fifteen terrible days among six hundred calm ones."""
    random, price, rows = Random("crash"), D(100), []  # noqa: S311 - made-up prices
    for place, (day, _) in enumerate(calm("BTC/USDT")):
        fall = place > 100 and place % 33 == 0
        step = D(100 - percent) / 100 if fall else 1 + D(random.choice((-50, 50))) / 10_000
        rows.append((day, price * step))
        price = price if fall else price * step  # it recovers the next day
    return Tails(kinds=TAILS.kinds, closes={"BTC/USDT": tuple(rows)})


BIGGER = {"quantity": D("0.01"), "notional_quote": D(600), "worst_loss_quote": D(14)}

CASES: dict[str, Case] = {
    "the market moved too far in five minutes": Case(
        Reason.PRICE_MOVED_TOO_FAR, world=moved("61800.01", 0), twin_world=moved("61800", 0)
    ),
    "a move rests for a quarter of an hour": Case(
        Reason.PRICE_MOVED_TOO_FAR, world=moved("58000", 14), twin_world=moved("58000", 16)
    ),
    "too many messages in a second": Case(
        Reason.RATE_MESSAGES,
        world=history(act(1, **JUST_NOW), act(2, **JUST_NOW)),
        twin_world=history(act(1, **JUST_NOW)),
    ),
    "too many messages of a strategy in a minute": Case(
        Reason.RATE_MESSAGES,
        world=history(
            *(act(n, lineage_id="lineage-1", symbol="ETH/USDT",
                  at=NOW - timedelta(seconds=n * 5)) for n in range(1, 7))
        ),
        twin_world=history(
            *(act(n, lineage_id="lineage-1", symbol="ETH/USDT", notional=D(0),
                  at=NOW - timedelta(seconds=n * 5)) for n in range(1, 6))
        ),
    ),
    "rejected orders count as messages": Case(
        Reason.RATE_MESSAGES,
        world=history(act(1, **JUST_NOW, refused=True), act(2, **JUST_NOW, refused=True)),
        twin_world=history(act(1, **JUST_NOW, refused=True)),
    ),
    "the reserve of exits is used up": Case(
        Reason.RATE_MESSAGES,
        selling="0.005",
        world={"book": HELD, **history(*(act(n, **EXIT) for n in range(20)))},
        twin_world={"book": HELD, **history(*(act(n, **EXIT) for n in range(19)))},
    ),
    "entries cannot use up the reserve of exits": Case(
        Reason.RATE_MESSAGES,
        world=history(*(act(n, **JUST_NOW) for n in range(20))),
        twin_world=history(*(act(n, **EXIT) for n in range(19))),
    ),
    "a strategy repeats itself": Case(
        Reason.RATE_REPEATS,
        world=history(*(act(n, **FRESH) for n in range(3))),
        twin_world=history(*(act(n, **FRESH) for n in range(2))),
    ),
    "a strategy that is latched off": Case(
        Reason.RATE_REPEATS,
        world=history(latched=frozenset({"lineage-1"})),
        twin_world=history(latched=frozenset({"lineage-2"})),
    ),
    "entries of one idea count as one order": Case(
        Reason.ORDER_AGGREGATE_MAX,
        world=history(act(1, **FRESH, notional=D("700.01"))),
        twin_world=history(act(1, **FRESH, notional=D(700))),
    ),
    "the same order again": Case(
        Reason.ORDER_DUPLICATE,
        world=history(act(1, lineage_id="lineage-1", quantity=D("0.005"),
                          at=NOW - timedelta(seconds=299.799))),
        twin_world=history(act(1, lineage_id="lineage-1", quantity=D("0.005"),
                               at=NOW - timedelta(seconds=299.8))),
    ),
    "an order that meets a resting one of ours": Case(
        Reason.ORDER_SELF_CROSS,
        world=history(resting=(Resting("BTC/USDT", Side.SELL, D("60000.00")),)),
        twin_world=history(resting=(Resting("BTC/USDT", Side.SELL, D("60000.01")),)),
    ),
    "a waiting order above a stop of ours": Case(
        Reason.ORDER_SELF_CROSS,
        order={"time_in_force": "gtc"},
        world=history(resting=(Resting("BTC/USDT", Side.SELL, None, D(60_000)),)),
        twin_order={"time_in_force": "gtc"},
        twin_world=history(resting=(Resting("BTC/USDT", Side.SELL, None, D("59999.99")),)),
    ),
    "too many trades today": Case(
        Reason.RATE_DAY_TRADES,
        world=history(*(act(n) for n in range(6))),
        twin_world=history(*(act(n) for n in range(5)), act(6, refused=True, notional=D(0))),
    ),
    "too much turnover today": Case(
        Reason.LIMIT_DAY_TURNOVER,
        world=history(act(1, notional=D("5700.01"))),
        twin_world=history(act(1, notional=D(5_700))),
    ),
    "yesterday's turnover does not count": Case(
        Reason.LIMIT_DAY_TURNOVER,
        world=history(act(1, notional=D(6_000))),
        twin_world=history(act(1, notional=D(6_000), at=NOW - timedelta(hours=13))),
    ),
    "a strategy holds too much": Case(
        Reason.LIMIT_STRATEGY_EXPOSURE,
        world={"working": (other("AAA", "7.01"),),
               **history(holdings=frozenset({("lineage-1", "AAA")}))},
        twin_world={"working": (other("AAA", "7"),),
                    **history(holdings=frozenset({("lineage-1", "AAA")}))},
    ),
    "another strategy's holding is not this one's": Case(
        Reason.LIMIT_STRATEGY_EXPOSURE,
        world={"working": (other("AAA", "8"),),
               **history(holdings=frozenset({("lineage-1", "AAA")}))},
        twin_world={"working": (other("AAA", "8"),),
                    **history(holdings=frozenset({("lineage-2", "AAA")}))},
    ),
    "too much of what moves alike": Case(
        Reason.LIMIT_CLUSTER_EXPOSURE,
        world={"working": (other("AAA", "12.01"),), "tails": ALIKE},
        twin_world={"working": (other("AAA", "12.01"),)},
    ),
    "too few returns count as moving alike": Case(
        Reason.LIMIT_CLUSTER_EXPOSURE,
        world={"working": (other("AAA", "12.01"),), "tails": UNLIKE, **under(max_var95_bps=400)},
        order=limited(max_var95_bps=400),
        twin_world={"working": (other("AAA", "12"),), "tails": UNLIKE, **under(max_var95_bps=400)},
        twin_order=limited(max_var95_bps=400),
    ),
    "more than the account is worth": Case(
        Reason.LIMIT_LEVERAGE,
        world=under(max_leverage_x100=2),
        order=limited(max_leverage_x100=2),
        twin_world=under(max_leverage_x100=3),
        twin_order=limited(max_leverage_x100=3),
    ),
    "too far below the peak": Case(
        Reason.LOSS_DRAWDOWN,
        world=history(peak=D(10_753)),
        twin_world=history(peak=D(10_752)),
    ),
    "too much of the capital lost": Case(
        Reason.LOSS_EQUITY_FLOOR,
        world={**history(capital=D(10_527)), **under(equity_floor_bps=9_500)},
        order=limited(equity_floor_bps=9_500),
        twin_world={**history(capital=D(10_526)), **under(equity_floor_bps=9_500)},
        twin_order=limited(equity_floor_bps=9_500),
    ),
    "a wide spread": Case(
        Reason.PRICE_SPREAD_WIDE,
        world={"quote": wide("60060.01")},
        twin_world={"quote": wide("60060")},
    ),
    "sources that disagree": Case(
        Reason.PRICE_SOURCES_DISAGREE,
        world=market(others=(D(60_000), D("60300.01"))),
        twin_world=market(others=(D(60_000), D(60_300))),
    ),
    "clocks apart": Case(
        Reason.CLOCK_SKEW, world=market(skew_ms=-501), twin_world=market(skew_ms=-500)
    ),
    "more than the day's volume bears": Case(
        Reason.ORDER_QTY_MAX, world=market(volume=D("49.99")), twin_world=market(volume=D(50))
    ),
    "more than the depth bears": Case(
        Reason.ORDER_QTY_MAX, world=market(depth=D("0.0999")), twin_world=market(depth=D("0.1"))
    ),
    "book and venue differ": Case(
        Reason.STATE_UNRECONCILED,
        world=history(reconciled=False),
        twin_world=history(reconciled=True),
    ),
    "too much lost at all stops": Case(
        Reason.RISK_OPEN_TOTAL,
        world={"working": (other("AAA", "7", "79.75"),)},
        twin_world={"working": (other("AAA", "7", "79.80"),)},
    ),
    "a trail wider than the stop": Case(
        Reason.STOP_LOOSENED,
        order={"trail_value": D("0.0201")},
        twin_order={"trail_value": D("0.02")},
    ),
    "a trail in quote currency wider than the stop": Case(
        Reason.STOP_LOOSENED,
        order={"trail_kind": "atr", "trail_value": D("1200.01")},
        twin_order={"trail_kind": "atr", "trail_value": D(1_200)},
    ),
    "a trail without a value": Case(
        Reason.STOP_LOOSENED,
        order={"trail_value": None, "exit_rule_digest": "e5" * 32},
    ),
    "value at risk of an unknown symbol": Case(
        Reason.RISK_VAR,
        order={"quantity": D("0.01251"), "notional_quote": D(751), "worst_loss_quote": D(18)},
        world={"tails": Tails()},
        twin_order={"quantity": D("0.0125"), "notional_quote": D(751), "worst_loss_quote": D(18)},
        twin_world={"tails": Tails()},
    ),
    "expected shortfall of rare crashes": Case(
        Reason.RISK_ES,
        order=BIGGER, world={"tails": crash(50)},
        twin_order=BIGGER, twin_world={"tails": crash(40)},
    ),
    "everything gaps at once": Case(
        Reason.RISK_STRESS,
        world=under(max_stress_bps=59),
        order=limited(max_stress_bps=59),
        twin_world=under(max_stress_bps=60),
        twin_order=limited(max_stress_bps=60),
    ),
    "no history": Case(Reason.LIMIT_UNKNOWN, world={"history": None}),
    "no facts about the market": Case(Reason.LIMIT_UNKNOWN, world={"market": None}),
    "no tails": Case(Reason.LIMIT_UNKNOWN, world={"tails": None}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_account_refuses_with_its_own_code(name: str) -> None:
    """The case is denied with its code, and its twin has no denial at all."""
    case = CASES[name]
    refuses(case.refused, case.code, twin=case.passed)


def test_its_own_act_does_not_count_against_a_ticket() -> None:
    """The gateway asks about a ticket that is already among the released ones."""
    own, same = ticket().digest, {"lineage_id": "lineage-1", "quantity": D("0.005"), **JUST_NOW}
    case = Case(
        Reason.ORDER_DUPLICATE,
        world=history(act(1, **same)),
        twin_world=history(act(1, **same, digest=own)),
    )
    refuses(case.refused, case.code, twin=case.passed)
