"""Rules that the paper world cannot trip whole: venue modes, instrument kinds, amendments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from config.modes import Mode
from engine.clock import FixedClock
from engine.market import Side
from guardrails import risk
from guardrails.reasons import Denial, Reason
from guardrails.risk import assess
from guardrails.rules import authority, freshness
from guardrails.rules.amend import amendment, stop_moved
from guardrails.rules.faults import DENIED_A_MINUTE, FAULTS_A_MINUTE, Faults
from guardrails.sizing import size
from guardrails.tickets import RiskVerdict
from tests.desk_world import NOW, context, sale, signal, ticket
from tests.refusing import codes_of, refuses
from tests.risk_world import FRAME, HELD, instrument, market

D = Decimal
MEASURED = {"others": (D(60_000),), "skew_ms": 3, "volume": D(900), "depth": D(9)}


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ({"skew_ms": None}, Reason.CLOCK_SKEW),
        ({"others": ()}, Reason.PRICE_SOURCES_DISAGREE),
        ({"volume": None}, Reason.ORDER_QTY_MAX),
        ({"depth": None}, Reason.ORDER_QTY_MAX),
    ],
)
@pytest.mark.parametrize("mode", [Mode.TESTNET, Mode.LIVE])
def test_at_a_venue_nothing_is_left_unmeasured(
    mode: Mode, missing: dict[str, object], code: Reason
) -> None:
    """Clock, second source, volume and depth are needed where orders leave."""
    refuses(
        lambda: freshness.facts_missing(
            ticket(), context(mode=mode, **market(**{**MEASURED, **missing}))
        ),
        code,
        twin=lambda: freshness.facts_missing(ticket(), context(mode=mode, **market(**MEASURED))),
    )


def test_an_exit_needs_clock_and_sources_but_no_volume() -> None:
    """A thin market never locks a position in; a wrong clock or price would hurt the exit too."""
    bare = context(mode=Mode.LIVE, book=HELD, **market())
    known = context(mode=Mode.LIVE, book=HELD, **market(others=(D(60_000),), skew_ms=0))
    refuses(
        lambda: freshness.facts_missing(sale("0.005"), bare),
        Reason.CLOCK_SKEW,
        twin=lambda: freshness.facts_missing(sale("0.005"), known),
    )


@pytest.mark.parametrize("age", [None, timedelta(seconds=62), timedelta(seconds=-1)])
def test_live_entries_need_an_alert_sink_that_answers(age: timedelta | None) -> None:
    """No answer, an old one and one from the future deny; an answer of the last minute passes."""
    now = NOW + timedelta(seconds=1)
    last = None if age is None else now - age
    refuses(
        lambda: freshness.alert_undelivered(
            ticket(), context(mode=Mode.LIVE, **market(alerted_at=last))
        ),
        Reason.ALERT_UNDELIVERED,
        twin=lambda: freshness.alert_undelivered(
            ticket(), context(mode=Mode.LIVE, **market(alerted_at=NOW))
        ),
    )


def test_exits_and_paper_need_no_alert_sink() -> None:
    """An exit takes risk away, and paper has none."""
    live = context(mode=Mode.LIVE, book=HELD, **market())
    assert freshness.alert_undelivered(sale("0.005"), live) == ()
    assert freshness.alert_undelivered(ticket(), context(**market())) == ()


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.TESTNET, Mode.LIVE])
@pytest.mark.parametrize("changes", [{"kind": "perpetual"}, {"kind": "equity"}, {"kind": "fx"},
                                     {"shorts_allowed": True}])  # fmt: skip
def test_at_a_venue_only_spot_and_only_long(mode: Mode, changes: dict[str, object]) -> None:
    """Derivatives and shorts stay in research and paper."""
    odd = instrument(**changes)
    refuses(
        lambda: authority.kind(ticket(), context(mode=mode, instrument=odd)),
        Reason.INSTRUMENT_KIND_FORBIDDEN,
        twin=lambda: authority.kind(ticket(), context(mode=Mode.PAPER, instrument=odd)),
    )


@pytest.mark.parametrize("base", ["BTC3L", "ETH5S", "BTCUP", "ETHDOWN", "XRPBULL", "BEAR"])
def test_leveraged_tokens_are_traded_nowhere(base: str) -> None:
    """A token that holds leverage inside is refused in paper too; names that only look so pass."""
    refuses(
        lambda: authority.kind(ticket(), context(instrument=instrument(base=base))),
        Reason.INSTRUMENT_KIND_FORBIDDEN,
        twin=lambda: [
            authority.kind(ticket(), context(instrument=instrument(base=fine)))
            for fine in ("BTC", "JUP", "SUPER", "SOLS")
        ],
    )
    assert authority.kind(ticket(), context(instrument=instrument(base="JUP"))) == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"quantity": D("0.015")},
        {"limit_price": D(66_000)},
        {"target_price": D(70_000)},
        {"stop_price": D(59_100), "quantity": D("0.006")},
    ],
)
def test_there_is_no_amend(changes: dict[str, object]) -> None:
    """Any change but a tighter stop is a new order."""
    refuses(
        lambda: amendment(ticket(), ticket(**changes)),
        Reason.ORDER_AMEND_FORBIDDEN,
        twin=lambda: amendment(ticket(), ticket(stop_price=D(59_100))),
    )


@pytest.mark.parametrize(
    ("entry", "worse", "better"),
    [(Side.BUY, D("58799.99"), D("58800.01")), (Side.SELL, D("58800.01"), D("58799.99"))],
)
def test_a_stop_only_moves_towards_the_market(entry: Side, worse: Decimal, better: Decimal) -> None:
    """Up for a long, down for a short; taking it away is loosening it."""
    old = D(58_800)
    refuses(
        lambda: stop_moved(entry, old, worse),
        Reason.STOP_LOOSENED,
        twin=lambda: stop_moved(entry, old, better),
    )
    refuses(
        lambda: stop_moved(entry, old, None),
        Reason.STOP_LOOSENED,
        twin=lambda: stop_moved(entry, None, old),
    )
    refuses(
        lambda: amendment(ticket(), ticket(stop_price=D(58_700))),
        Reason.STOP_LOOSENED,
        twin=lambda: amendment(ticket(), ticket()),
    )


def test_a_size_follows_from_a_stop_or_there_is_none() -> None:
    """A signal without a stop gets no ticket."""
    refuses(
        lambda: size(signal(stop_price=None), FRAME, context()),
        Reason.SIZING_UNBOUNDED,
        twin=lambda: size(signal(), FRAME, context()),
    )


@pytest.mark.parametrize("place", range(len(risk.RULES)), ids=[name for name, _ in risk.RULES])
@pytest.mark.parametrize("fault", [ZeroDivisionError, KeyError, TimeoutError, None, float("nan")])
def test_a_rule_that_cannot_decide_denies(place: int, fault: object) -> None:
    """Each rule in turn raises, or answers None or NaN: denied with the rule's name."""

    def broken(*_: object) -> object:
        if isinstance(fault, type) and issubclass(fault, Exception):
            raise fault
        return fault

    name = risk.RULES[place][0]
    rules = tuple((n, broken if n == name else rule) for n, rule in risk.RULES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(risk, "RULES", rules)
        broken_verdict = assess(ticket(), context())
    refuses(
        lambda: broken_verdict,
        Reason.SYSTEM_RULE_ERROR,
        twin=lambda: assess(ticket(), context()),
    )
    assert name in {dict(denial.values).get("rule") for denial in broken_verdict.denials}


def test_a_rule_that_takes_too_long_denies() -> None:
    """Asked once more, because the machine may have been busy; too long again is a denial."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(risk, "RULE_SECONDS", -1.0)
        slow = assess(ticket(), context())
    refuses(lambda: slow, Reason.SYSTEM_RULE_ERROR, twin=lambda: assess(ticket(), context()))
    assert {dict(denial.values)["error"] for denial in slow.denials} == {"took too long"}


def verdict(code: Reason | None) -> RiskVerdict:
    """A verdict with this one denial, or none."""
    return RiskVerdict(denials=() if code is None else (Denial.of(code, "no"),))


@pytest.mark.parametrize(
    ("code", "most"),
    [(Reason.SYSTEM_RULE_ERROR, FAULTS_A_MINUTE), (Reason.ORDER_NOTIONAL_MAX, DENIED_A_MINUTE)],
)
def test_too_many_failures_in_a_minute_halt(code: Reason, most: int) -> None:
    """Five failing rules or sixty denied tickets in a minute halt; spread out they do not."""
    clock = FixedClock(NOW)
    quick, spread = Faults(clock), Faults(clock)
    early = [quick.note(verdict(code)) for _ in range(most - 1)]
    last = quick.note(verdict(code))
    assert early == [None] * (most - 1)
    late = []
    for _ in range(most + 1):
        late.append(spread.note(verdict(code)))
        clock.advance(61 / (most - 1))
    refuses(lambda: last, Reason.SYSTEM_RULE_ERROR, twin=lambda: late)
    assert codes_of(lambda: late) == set()


def test_what_passes_is_not_counted() -> None:
    """A desk that only says yes never halts itself."""
    faults = Faults(FixedClock(NOW))
    assert [faults.note(verdict(None)) for _ in range(100)] == [None] * 100
