"""Everything is verified anew: each forged, changed or late release is refused with its code.

Every refused case has its twin: the same world with the right release, which is sent.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from config.modes import Mode
from engine.gate.report import Certificate
from engine.market import Side
from engine.records import canonical
from guardrails.store import halts
from guardrails.store.candidates import CertificateStore
from guardrails.tickets import OrderState, OrderTicket, Release
from guardrails.trading_state import TradingState
from tests.gateway_faults import Silent
from tests.gateway_world import (
    CERTIFICATE,
    NOW,
    Opener,
    World,
    approval,
    certified,
    exit_ticket,
    release,
    signed,
    ticket,
)

STRANGER = "22" * 32
SOON = NOW + timedelta(seconds=1)
LARGE = ticket(quantity=Decimal(9), notional_quote=Decimal(1000), worst_loss_quote=Decimal(45))
"""A ticket that would pass every limit, but that nobody approved."""


def outcome(
    world: World, opened: Opener, what: Release, *, journalled: bool = True
) -> tuple[OrderState, set[str]]:
    """What becomes of a release's own order on a market that has just been seen."""
    gateway = opened()
    world.replay(0)
    world.put(what, journalled=journalled)
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert (order.state is OrderState.DENIED) is bool(order.denials)
    assert order.leg == "entry"
    return order.state, {denial.code.value for denial in order.denials}


def certificate(**changes: object) -> Certificate:
    """The test certificate with these fields changed."""
    return Certificate.model_validate({**dict(CERTIFICATE), **changes})


def under(other: Certificate, key: str = "11" * 32) -> Release:
    """A release of a ticket that names this certificate."""
    of = ticket(
        certificate_digest=other.digest,
        spec_digest=other.spec_digest,
        candidate_id=other.candidate_digest,
        report_digest=other.report_digest,
    )
    return release(of, certificate=certified(other, key))


def approved(**changes: object) -> Release:
    """A release whose approval has these fields changed, signed by the desk."""
    of = ticket()
    return release(of, approvals=(signed(approval(of, **changes)),))


def changed_after_approval() -> Release:
    """A larger quantity, under the approval and the digest of the small ticket."""
    small = ticket()
    return release(LARGE, ticket_digest=small.digest, approvals=(signed(approval(small)),))


def test_a_genuine_release_is_sent(world: World, opened: Opener) -> None:
    """The twin of every refusal below."""
    assert outcome(world, opened, release(ticket())) == (OrderState.OPEN, set())


REFUSED: dict[str, tuple[Release, str]] = {
    "changed after approval": (changed_after_approval(), "APPROVAL_DIGEST"),
    "digest of another ticket": (
        release(ticket(), ticket_digest=ticket(nonce="9" * 32).digest),
        "APPROVAL_DIGEST",
    ),
    "nobody approved": (release(ticket(), approvals=()), "APPROVAL_MISSING"),
    "rejected": (approved(decision="reject"), "APPROVAL_MISSING"),
    "approval of another ticket": (
        release(ticket(), approvals=(signed(approval(ticket(nonce="9" * 32))),)),
        "APPROVAL_DIGEST",
    ),
    "approval signed by a stranger": (
        release(ticket(), approvals=(signed(approval(ticket()), STRANGER),)),
        "APPROVAL_CREDENTIAL",
    ),
    "one good and one forged approval": (
        release(
            ticket(),
            approvals=(signed(approval(ticket())), signed(approval(ticket()), STRANGER)),
        ),
        "APPROVAL_CREDENTIAL",
    ),
    "approval expired": (approved(expires_at=NOW), "APPROVAL_EXPIRED"),
    "approval from the future": (approved(decided_at=SOON), "APPROVAL_EXPIRED"),
    "approved under other limits": (approved(limits_version="d" * 64), "APPROVAL_LIMITS_CHANGED"),
    "ticket expired": (
        release(ticket(created_at=NOW - timedelta(days=1), expires_at=NOW - timedelta(hours=1))),
        "APPROVAL_EXPIRED",
    ),
    "ticket of other limits": (release(ticket(limits_version="d" * 64)), "APPROVAL_LIMITS_CHANGED"),
    "wrong mode": (release(ticket(mode=Mode.TESTNET)), "MODE_FORBIDDEN"),
    "wrong account": (release(ticket(account_id="paper-2")), "APPROVAL_SCOPE"),
    "wrong deployment": (release(ticket(deployment_id="other")), "APPROVAL_SCOPE"),
    "wrong venue": (release(ticket(venue="binance")), "APPROVAL_SCOPE"),
    "certificate signed by a stranger": (
        under(certificate(serial="ab" * 32), STRANGER),
        "CERT_MISSING",
    ),
    "certificate of another strategy": (
        release(ticket(), certificate=certified(certificate(spec_digest="ee" * 32))),
        "CERT_MISSING",
    ),
    "certificate expired": (under(certificate(expires_at=NOW)), "CERT_EXPIRED"),
    "certificate for another mode": (under(certificate(modes=("shadow",))), "MODE_FORBIDDEN"),
    "filters changed": (
        release(ticket(instrument_filters_digest="f" * 64)),
        "FILTER_CHANGED",
    ),
    "resting entry": (release(ticket(time_in_force="gtc")), "VENUE_ORDER_UNSUPPORTED"),
    "trail that cannot be followed": (
        release(ticket(trail_kind="atr", trail_value=Decimal(2))),
        "VENUE_ORDER_UNSUPPORTED",
    ),
    "time exit that cannot be followed": (
        release(ticket(exit_at=NOW + timedelta(days=2))),
        "VENUE_ORDER_UNSUPPORTED",
    ),
    "no stop": (release(ticket(stop_price=None)), "STOP_MISSING"),
    "stop too far": (release(ticket(stop_price=Decimal(90))), "STOP_TOO_FAR"),
    "too large": (
        release(ticket(quantity=Decimal(20), notional_quote=Decimal(2010))),
        "ORDER_NOTIONAL_MAX",
    ),
    "off the step": (release(ticket(limit_price=Decimal("100.405"))), "ORDER_STEP_INVALID"),
    "price has moved": (
        release(ticket(reference_price=Decimal(99), limit_price=Decimal("99.40"))),
        "PRICE_DRIFT",
    ),
    "unknown symbol": (release(ticket(symbol="OTHER")), "PRICE_REFERENCE_MISSING"),
    "exit of what is not held": (release(exit_ticket()), "ORDER_NOT_REDUCING"),
}


@pytest.mark.parametrize(("what", "code"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_not_right_is_denied(
    world: World, opened: Opener, what: Release, code: str
) -> None:
    """The expected code is among them, nothing reaches the venue, the ticket is spent."""
    state, codes = outcome(world, opened, what)
    assert state is OrderState.DENIED
    assert code in codes


def test_a_release_without_its_journal_row_is_denied(world: World, opened: Opener) -> None:
    """An outbox row that the desk's journal does not know was not written by the desk."""
    found = outcome(world, opened, release(ticket()), journalled=False)
    assert found == (OrderState.DENIED, {"RELEASE_MISSING"})


def test_an_outbox_row_changed_by_an_insider_is_denied(world: World, opened: Opener) -> None:
    """The trigger dropped, the quantity raised, the digest made to fit: no approval fits."""
    gateway = opened()
    world.replay(0)
    number = world.put(release(ticket()))
    forged = release(LARGE, approvals=(signed(approval(ticket())),))
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER outbox_no_update")
        insider.exec_driver_sql(
            "UPDATE outbox SET payload = ? WHERE n = ?",
            (canonical_text(forged), number),
        )
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert order.state is OrderState.DENIED
    assert {denial.code.value for denial in order.denials} == {"APPROVAL_DIGEST", "RELEASE_MISSING"}


def canonical_text(what: Release) -> str:
    """The bytes that an outbox row holds."""
    return canonical(what).decode()


def test_a_broken_desk_journal_denies(world: World, opened: Opener) -> None:
    """A row of the desk's journal changed behind its back: nothing is sent, trading halts."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER journal_no_update")
        insider.exec_driver_sql("UPDATE journal SET actor = 'somebody' WHERE n = 1")
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert "AUDIT_BROKEN" in {denial.code.value for denial in order.denials}
    assert world.latch.state() is TradingState.HALTED


def test_a_withdrawn_certificate_denies(world: World, opened: Opener) -> None:
    """Revoked by the desk a moment before."""
    CertificateStore(world.desk).revoke(CERTIFICATE.digest, "DATA_CHANGED", "operator")
    assert outcome(world, opened, release(ticket())) == (OrderState.DENIED, {"CERT_REVOKED"})


def test_a_market_that_was_never_seen_denies(world: World, opened: Opener) -> None:
    """No replay yet: no listing, no price."""
    gateway = opened()
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    codes = {denial.code.value for denial in order.denials}
    assert {"PRICE_REFERENCE_MISSING", "INSTRUMENT_NOT_ALLOWED"} <= codes


@pytest.mark.parametrize(
    ("state", "code"),
    [(TradingState.HALTED, "STATE_HALTED"), (TradingState.REDUCING, "STATE_REDUCING")],
)
def test_the_latch_denies_entries(
    world: World, opened: Opener, state: TradingState, code: str
) -> None:
    """Halted before INTENT: denied with the state's code."""
    world.halt(state)
    found, codes = outcome(world, opened, release(ticket()))
    assert found is OrderState.DENIED
    assert code in codes


def test_the_desks_own_state_counts_too(world: World, opened: Opener) -> None:
    """Halted in the desk's store, its latch file lost: the strictest of both is in force."""
    with world.desk.write() as work:
        halts.set_state(work, TradingState.HALTED, "operator", "drill")
        work.journal("operator", "drill", {})
    state, codes = outcome(world, opened, release(ticket()))
    assert state is OrderState.DENIED
    assert "STATE_HALTED" in codes


def test_reducing_lets_an_exit_pass(world: World, opened: Opener) -> None:
    """What is held may be sold while the account is REDUCING; an entry may not."""
    gateway = opened()
    world.replay(0)
    world.put(release(ticket()))
    world.replay(1)
    world.run(gateway)
    world.halt(TradingState.REDUCING)
    sale = exit_ticket(reference_price=Decimal("100.5"), limit_price=Decimal("99.50"))
    world.put(release(sale))
    world.put(release(ticket(nonce="7" * 32)))
    world.run(gateway)
    states = {
        order.side: order.state for order in gateway.context.view.orders() if order.leg == "entry"
    }
    assert states == {Side.BUY: OrderState.DENIED, Side.SELL: OrderState.OPEN}


def test_an_unknown_order_blocks_its_symbol(world: World, opened: Opener) -> None:
    """While an order of the symbol is unknown no entry goes out; the twin above does."""
    plain = opened()
    gateway = opened(venue=Silent(plain.context.venue))
    world.replay(0)
    world.put(release(ticket()))
    world.put(release(ticket(nonce="7" * 32)))
    world.run(gateway)
    first, second = gateway.context.view.orders()
    assert first.state is OrderState.UNKNOWN
    assert "VENUE_UNKNOWN_STATE" in {denial.code.value for denial in second.denials}


def test_a_check_that_fails_denies(world: World, opened: Opener) -> None:
    """An exception in the verification is a denial, never a pass."""

    class Broken:
        def __getattr__(self, name: str) -> object:
            raise RuntimeError(name)

    plain = opened()
    gateway = opened(desk=Half(plain.context.desk, Broken()))
    world.replay(0)
    world.put(release(ticket()))
    world.run(gateway)
    (order,) = gateway.context.view.orders()
    assert [denial.code.value for denial in order.denials] == ["SYSTEM_RULE_ERROR"]


class Half:
    """Desk records whose outbox answers and whose proofs fail."""

    def __init__(self, real: object, broken: object) -> None:
        """Read rows from the real one, ask proofs from the broken one."""
        self._real, self._broken = real, broken

    def __getattr__(self, name: str) -> object:
        """The outbox from the real desk, everything else from the broken one."""
        return getattr(self._real if name in {"after", "witness"} else self._broken, name)


def test_the_ticket_types_are_not_weakened() -> None:
    """The forged tickets above are valid records: they are refused by checks, not by types."""
    assert all(isinstance(what.ticket, OrderTicket) for what, _ in REFUSED.values())
