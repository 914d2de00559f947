"""OrderTicket and what follows from it: verdict, approval, release, order, fill.

A ticket's canonical bytes are the order intent: what a person sees, what an approval is bound to,
what the gateway verifies. Decimals lie on the instrument's steps; an optional value is null,
never absent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from config.modes import Mode
from engine.errors import InputError
from engine.gate.report import Certificate
from engine.market import InstrumentKind, Name, Side, Symbol
from engine.quantities import Amount, Money, Price, Quantity
from engine.records import Digest, Record, canonical, digest, parse_record
from guardrails.reasons import Denial, Reason

Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]
ClientOrderId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]

TICKET_TAG = "peak/order-intent/v1"


class TargetLeg(Record):
    """One profit exit of the plan: price and share of the initial size in basis points."""

    price: Price
    share_bps: Annotated[int, Field(ge=1, le=10_000)]


class OrderTicket(Record):
    """An unsigned order with its whole plan (entry, stop, exits), fixed before anybody signs.

    Notional and worst loss are quote currency; `worst_loss_quote` is the loss at the stop with
    costs. Source: the order intent of the approval protocol.
    """

    deployment_id: Name
    mode: Mode
    account_id: Name
    venue: Name
    symbol: Symbol
    instrument_kind: InstrumentKind
    instrument_filters_digest: Digest
    side: Side
    order_type: Literal["market", "limit", "stop", "stop_limit"]
    quantity: Quantity
    limit_price: Price | None
    trigger_price: Price | None = None
    time_in_force: Literal["ioc", "gtc", "day"]
    reduce_only: bool
    stop_price: Price | None
    trail_kind: Literal["percent", "atr"] | None = None
    trail_value: Amount | None = None
    target_price: Price | None = None
    targets: tuple[TargetLeg, ...] = ()
    exit_at: AwareDatetime | None = None
    exit_rule_digest: Digest | None = None
    on_stop_failure: Literal["exit", "alert"] = "exit"
    max_slippage_bps: Annotated[int, Field(ge=0, le=10_000)]
    notional_quote: Money
    worst_loss_quote: Money
    reference_price: Price
    reference_time: AwareDatetime
    spec_digest: Digest
    candidate_id: Digest
    certificate_digest: Digest
    report_digest: Digest
    signal_digest: Digest
    session_id: Name | None = None
    limits_version: Digest
    book_digest: Digest
    proposer_id: Name
    lineage_id: Annotated[str, Field(min_length=1, max_length=80)]
    created_at: AwareDatetime
    valid_until: AwareDatetime
    expires_at: AwareDatetime
    nonce: Nonce

    @property
    def intent(self) -> bytes:
        """The canonical bytes: what is shown, approved and sent."""
        return canonical(self)

    @property
    def digest(self) -> Digest:
        """SHA-256 of the intent under its domain tag; its first 8 digits are the short code."""
        return digest(TICKET_TAG, self)


def ticket_of(intent: bytes | str) -> OrderTicket:
    """A ticket from its intent; only the canonical form is one.

    Raises:
        InputError: JSON_*, RECORD_INVALID, or INTENT_NOT_CANONICAL when the same content was
            written in another way.
    """
    ticket = parse_record(OrderTicket, intent)
    raw = intent.encode() if isinstance(intent, str) else intent
    if ticket.intent != raw:
        raise InputError(
            Reason.INTENT_NOT_CANONICAL, "an order intent is read in its canonical form only",
            value=raw[:60], hint="send the bytes that were shown",
        )  # fmt: skip
    return ticket


class LimitUse(Record):
    """How much of one limit is used, in the limit's own unit."""

    key: str
    unit: Literal["bps", "quote", "count", "ms", "units"]
    limit: Amount
    before: Amount
    after: Amount


class RiskVerdict(Record):
    """Allowed when no rule denies; all denials are listed, not only the first."""

    denials: tuple[Denial, ...] = ()
    uses: tuple[LimitUse, ...] = ()

    @property
    def allowed(self) -> bool:
        """True when nothing denies."""
        return not self.denials


class TicketState(StrEnum):
    """Life of a ticket in the desk; anything but PENDING is final for approvals."""

    DENIED = "denied"
    PENDING = "pending"
    RELEASED = "released"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"


class Approval(Record):
    """A person's decision on exactly one ticket digest; single use, expiring."""

    ticket_digest: Digest
    decision: Literal["approve", "reject"]
    person_id: Name
    credential: Literal["password", "totp", "passkey", "device_key"]
    credential_id: Name
    auth_session_id: Digest
    nonce: Nonce
    limits_version: Digest
    decided_at: AwareDatetime
    expires_at: AwareDatetime

    @property
    def digest(self) -> Digest:
        """Digest of the decision: what the desk signs."""
        return digest("peak/approval/v1", self)


class SignedApproval(Record):
    """An approval with the desk's Ed25519 signature over its digest."""

    approval: Approval
    signature: Signature


class SignedCertificate(Record):
    """A certificate with the desk's Ed25519 signature over its digest."""

    certificate: Certificate
    signature: Signature


class Release(Record):
    """What the desk hands to the gateway through the outbox: everything to verify again."""

    ticket: OrderTicket
    ticket_digest: Digest
    approvals: tuple[SignedApproval, ...]
    certificate: SignedCertificate
    released_at: AwareDatetime


class OrderState(StrEnum):
    """Life of an order in the gateway."""

    INTENT = "intent"
    SENDING = "sending"
    UNKNOWN = "unknown"
    OPEN = "open"
    PARTIAL = "partial"
    CANCELING = "canceling"
    DENIED = "denied"
    REJECTED = "rejected"
    NOT_PLACED = "not_placed"
    FILLED = "filled"
    CANCELED = "canceled"
    EXPIRED = "expired"


class Order(Record):
    """The gateway's row of one leg of a released ticket."""

    client_order_id: ClientOrderId
    ticket_digest: Digest
    leg: Name
    account_id: Name
    venue: Name
    symbol: Symbol
    side: Side
    quantity: Quantity
    limit_price: Price | None
    state: OrderState
    denials: tuple[Denial, ...] = ()
    updated_at: AwareDatetime


class Fill(Record):
    """A fact that the venue reported; keyed by (venue, account, symbol, venue_trade_id)."""

    venue: Name
    account_id: Name
    symbol: Symbol
    venue_trade_id: Annotated[str, Field(min_length=1, max_length=80)]
    client_order_id: ClientOrderId
    ticket_digest: Digest
    side: Side
    quantity: Quantity
    price: Price
    fee: Money
    fee_asset: Annotated[str, Field(max_length=12)]
    venue_time: AwareDatetime
    received_at: AwareDatetime
