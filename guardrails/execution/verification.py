"""A release is verified anew by the gateway: nothing the desk said is believed, only proved.

`facts_of` reads everything fresh; `verify` runs the gateway's own checks and then all risk rules
on the gateway's own book and price, and lists every code that applies. A missing fact denies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from config.modes import RIGHTS
from engine.records import utc_text
from guardrails.book import at_quotes, fold, stops_of, working_orders
from guardrails.execution.context import Context
from guardrails.reasons import Denial, Reason
from guardrails.risk import RiskContext, assess
from guardrails.rules.acts import Released, acts_of, holdings_of, resting_of
from guardrails.rules.facts import History, MarketFacts, Tails
from guardrails.signing import verified
from guardrails.tickets import OrderState, OrderTicket, Release, SignedApproval
from guardrails.trading_state import TradingState

_TIERS: Final = ("paper", "testnet", "live")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read just now, besides the release itself."""

    journalled: bool
    chain_intact: bool
    unknown_on_symbol: bool
    risk: RiskContext


def facts_of(ctx: Context, release: Release) -> Facts:
    """Read latch, clock, price, book, the desk's records and our own orders."""
    symbol = release.ticket.symbol
    unknown = ctx.view.rows([OrderState.UNKNOWN])
    return Facts(
        journalled=ctx.desk.released(release.ticket.digest),
        chain_intact=ctx.desk.intact(),
        unknown_on_symbol=any(row.order.symbol == symbol for row in unknown),
        risk=_risk_context(ctx, release),
    )


def _risk_context(ctx: Context, release: Release) -> RiskContext:
    symbol, who = release.ticket.symbol, ctx.identity
    released = [Released(taken.ticket, taken.released_at) for taken in ctx.view.releases()]
    tickets = [one.ticket for one in released]
    orders, fills = ctx.view.orders(), ctx.view.fills()
    book = fold(fills, ctx.cash, stops_of(tickets))
    working = working_orders(tickets, orders, fills)
    now = ctx.view.market_now()
    held = {symbol, *(one.symbol for one in book.positions), *(one.symbol for one in working)}
    listed = {name: ctx.venue.instrument(name) for name in held}
    return RiskContext(
        now=ctx.clock.now(),
        market_now=now,
        deployment_id=who.deployment_id,
        mode=who.mode,
        account_id=who.account_id,
        state=ctx.trading_state(),
        limits=ctx.limits,
        instrument=ctx.venue.instrument(symbol),
        quote=ctx.view.quote(symbol),
        value=at_quotes(book, ctx.view, ctx.costs),
        working=working,
        costs=ctx.costs,
        certificate=release.certificate,
        certificate_revoked=ctx.desk.revoked(release.certificate.certificate.digest),
        desk_key=ctx.desk_public_key,
        # the desk knows the peak and its latched strategies; its halt reaches us by the latch
        history=History(
            capital=ctx.cash,
            peak=ctx.cash,
            acts=acts_of(released, orders, fills),
            holdings=holdings_of(tickets, fills),
            resting=resting_of(tickets, orders),
        ),
        market=MarketFacts(),
        tails=Tails(
            kinds={name: one.kind for name, one in listed.items() if one is not None},
            closes={name: ctx.closes.closes(name, now) for name in held},
        ),
    )


def verify(ctx: Context, release: Release, facts: Facts) -> tuple[Denial, ...]:
    """Every reason not to send this release now; empty when it may be sent."""
    return (
        *_identity(release, facts),
        *_approvals(ctx, release, facts),
        *_venue(ctx, release, facts),
        *_reducing(release.ticket, facts.risk.state),
        *assess(release.ticket, facts.risk).denials,
    )


def last_look(ctx: Context, ticket: OrderTicket) -> tuple[Denial, ...]:
    """What may change between two commits: the latch and the ticket's time."""
    state = ctx.trading_state()
    denials = list(_reducing(ticket, state))
    if state is TradingState.HALTED:
        denials.append(Denial.of(Reason.STATE_HALTED, "trading was halted: re-arm first"))
    last = min(ticket.expires_at, ticket.valid_until)
    if not ctx.clock.now() <= last:
        text = "the ticket has expired: make a new one"
        denials.append(Denial.of(Reason.APPROVAL_EXPIRED, text, expires_at=utc_text(last)))
    return tuple(denials)


def _reducing(ticket: OrderTicket, state: TradingState) -> tuple[Denial, ...]:
    if state is not TradingState.REDUCING or ticket.reduce_only:
        return ()
    return (Denial.of(Reason.STATE_REDUCING, "only exits of what is held pass: re-arm first"),)


def _identity(release: Release, facts: Facts) -> Iterator[Denial]:
    found = release.ticket.digest
    if found != release.ticket_digest:
        yield Denial.of(
            Reason.APPROVAL_DIGEST, "the ticket is not the one that was approved: make a new one",
            found=found, claimed=release.ticket_digest,
        )  # fmt: skip
    if not facts.journalled:
        yield Denial.of(
            Reason.RELEASE_MISSING, "the desk's journal holds no release of this ticket",
            ticket=found,
        )  # fmt: skip
    if not facts.chain_intact:
        yield Denial.of(Reason.AUDIT_BROKEN, "the desk's journal does not verify: stop and look")


def _approvals(ctx: Context, release: Release, facts: Facts) -> Iterator[Denial]:
    if not release.approvals:
        yield Denial.of(Reason.APPROVAL_MISSING, "nobody approved this ticket")
    for signed in release.approvals:
        yield from _approval(ctx, release, signed, facts)


def _approval(
    ctx: Context, release: Release, signed: SignedApproval, facts: Facts
) -> Iterator[Denial]:
    approval = signed.approval
    who = approval.person_id
    if not verified(ctx.desk_public_key, approval.digest, signed.signature):
        yield Denial.of(
            Reason.APPROVAL_CREDENTIAL, "the approval's signature is not the desk's", person=who
        )
    if approval.ticket_digest != release.ticket.digest:
        yield Denial.of(
            Reason.APPROVAL_DIGEST, "the approval is for another ticket",
            approved=approval.ticket_digest, found=release.ticket.digest,
        )  # fmt: skip
    if approval.decision != "approve":
        yield Denial.of(Reason.APPROVAL_MISSING, "this person rejected the ticket", person=who)
    if not approval.decided_at <= facts.risk.now < approval.expires_at:
        yield Denial.of(
            Reason.APPROVAL_EXPIRED, "the approval is not valid now: approve again",
            expires_at=utc_text(approval.expires_at),
        )  # fmt: skip
    if approval.limits_version != release.ticket.limits_version:
        yield Denial.of(
            Reason.APPROVAL_LIMITS_CHANGED, "it was approved under other limits: make a new one"
        )


def _venue(ctx: Context, release: Release, facts: Facts) -> Iterator[Denial]:
    ticket = release.ticket
    if ticket.venue != ctx.venue.name:
        yield Denial.of(
            Reason.APPROVAL_SCOPE, "the ticket is for another venue",
            ticket=ticket.venue, gateway=ctx.venue.name,
        )  # fmt: skip
    least, tier = RIGHTS[ctx.identity.mode].min_tier, release.certificate.certificate.tier
    if least is None or _TIERS.index(tier) < _TIERS.index(least):
        yield Denial.of(
            Reason.MODE_FORBIDDEN, "the certificate's tier does not reach this mode",
            tier=tier, mode=ctx.identity.mode.value,
        )  # fmt: skip
    form = (ticket.order_type, ticket.time_in_force)
    followed = ticket.trail_kind in ctx.capability.trails and ticket.exit_at is None
    if form not in ctx.capability.forms or not followed:
        yield Denial.of(
            Reason.VENUE_ORDER_UNSUPPORTED,
            "the gateway cannot carry out this plan at this venue: propose a simpler one",
            form=" ".join(form), trail=ticket.trail_kind, exit_at=ticket.exit_at,
        )  # fmt: skip
    listed = facts.risk.instrument
    if listed is not None and listed.filters_digest != ticket.instrument_filters_digest:
        yield Denial.of(
            Reason.FILTER_CHANGED, "the venue's steps or bounds have changed: make a new ticket"
        )
    if facts.unknown_on_symbol and not ticket.reduce_only:
        yield Denial.of(
            Reason.VENUE_UNKNOWN_STATE, "an order of this symbol is unknown: wait for its look-up"
        )
