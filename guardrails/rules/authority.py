"""Authority rules: trading state, mode, scope, instrument, certificate, versions, expiry."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Final

from config.modes import RIGHTS, Mode
from engine.records import utc_text
from guardrails.reasons import Denial, Reason
from guardrails.rules.context import RiskContext
from guardrails.signing import verified
from guardrails.tickets import OrderTicket, SignedCertificate
from guardrails.trading_state import TradingState

SENTENCES: Final = {
    Reason.STATE_REDUCING: "the trading state is reducing: only exits of what is held pass",
}

_PLAIN_ONLY: Final = frozenset({Mode.SHADOW, Mode.TESTNET, Mode.LIVE})
_LEVERAGED: Final = re.compile(r"(?:[2-9][LS]|BULL|BEAR)$|^(?:BTC|ETH|BNB|XRP|ADA|SOL)(?:UP|DOWN)$")
"""Names of tokens that hold leverage inside."""


def halted(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny everything while trading is halted."""
    del ticket
    return halted_now(context.state)


def halted_now(state: TradingState) -> tuple[Denial, ...]:
    """STATE_HALTED for every state but ACTIVE and REDUCING."""
    if state in {TradingState.ACTIVE, TradingState.REDUCING}:
        return ()
    return (
        Denial.of(
            Reason.STATE_HALTED,
            "trading is halted: two persons re-arm it, one person alone waits",
            state=state,
        ),
    )


def mode(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a ticket of another mode, of a mode that is not built, or without a gateway."""
    rights = RIGHTS[ticket.mode]
    if ticket.mode is context.mode and rights.available and rights.gateway:
        return ()
    return (
        Denial.of(
            Reason.MODE_FORBIDDEN,
            "this installation does not trade in the ticket's mode",
            ticket=ticket.mode,
            installation=context.mode,
        ),
    )


def scope(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a ticket of another deployment or account."""
    found = (ticket.deployment_id, ticket.account_id)
    wanted = (context.deployment_id, context.account_id)
    if found == wanted:
        return ()
    return (
        Denial.of(
            Reason.APPROVAL_SCOPE,
            "the ticket belongs to another deployment or account",
            ticket="/".join(found),
            installation="/".join(wanted),
        ),
    )


def instrument(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny what is not on the allow-list, or whose steps have changed since the proposal."""
    known = context.instrument
    if known is None:
        why = "the symbol is not on the allow-list: register its dataset first"
    elif (known.symbol, known.venue, known.kind) != (
        ticket.symbol, ticket.venue, ticket.instrument_kind,
    ):  # fmt: skip
        why = "symbol, venue or kind differ from the allow-list's record"
    elif known.filters_digest != ticket.instrument_filters_digest:
        why = "the instrument's steps or bounds have changed: make a new ticket"
    else:
        return ()
    return (Denial.of(Reason.INSTRUMENT_NOT_ALLOWED, why, symbol=ticket.symbol),)


def kind(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny what is not plain spot at a venue, short sales there, and leveraged tokens anywhere.

    A perpetual is for research and paper.
    """
    known = context.instrument
    if known is None:
        return ()  # `instrument` denies
    if known.kind == "spot" and _LEVERAGED.search(known.base):
        why = "leveraged tokens are not traded"
    elif context.mode in _PLAIN_ONLY and (known.kind != "spot" or known.shorts_allowed):
        why = "at a venue only spot is traded, and only long"
    else:
        return ()
    return (
        Denial.of(
            Reason.INSTRUMENT_KIND_FORBIDDEN, why, symbol=ticket.symbol, kind=known.kind
        ),
    )  # fmt: skip


def unreconciled(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny entries while the venue's truth and our book differ."""
    if context.history is None or context.history.reconciled or ticket.reduce_only:
        return ()
    return (
        Denial.of(
            Reason.STATE_UNRECONCILED,
            "the book and the venue differ: reconcile them first",
            account=context.account_id,
        ),
    )


def certificate(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny without the desk's own certificate for this spec, candidate, report and mode.

    An expired or revoked certificate denies entries; what it once allowed to be opened may
    still be closed.
    """
    signed = context.certificate
    if signed is None or not _genuine(signed, ticket, context):
        return (
            Denial.of(
                Reason.CERT_MISSING,
                "no certificate of this desk covers the ticket: have the strategy judged",
                certificate=ticket.certificate_digest,
            ),
        )
    denials = []
    if ticket.mode.value not in signed.certificate.modes:
        denials.append(
            Denial.of(
                Reason.MODE_FORBIDDEN,
                "the certificate does not reach this mode",
                mode=ticket.mode,
                certified=", ".join(signed.certificate.modes),
            )
        )
    return (*denials, *(() if ticket.reduce_only else _validity(signed, context)))


def _genuine(signed: SignedCertificate, ticket: OrderTicket, context: RiskContext) -> bool:
    found = signed.certificate
    names = (found.digest, found.spec_digest, found.candidate_digest, found.report_digest)
    wanted = (
        ticket.certificate_digest, ticket.spec_digest, ticket.candidate_id, ticket.report_digest,
    )  # fmt: skip
    return names == wanted and verified(context.desk_key, found.digest, signed.signature)


def _validity(signed: SignedCertificate, context: RiskContext) -> tuple[Denial, ...]:
    found = signed.certificate
    denials = []
    if not found.issued_at <= context.now < found.expires_at:
        denials.append(
            Denial.of(
                Reason.CERT_EXPIRED,
                "the certificate is not valid now: have the strategy judged again",
                expires_at=utc_text(found.expires_at),
            )
        )
    if context.certificate_revoked:
        denials.append(
            Denial.of(
                Reason.CERT_REVOKED,
                "the certificate was revoked: the strategy opens nothing more",
                certificate=found.digest,
            )
        )
    return tuple(denials)


def limits_version(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a ticket that was made under other limits."""
    if ticket.limits_version == context.limits.version:
        return ()
    return (
        Denial.of(
            Reason.APPROVAL_LIMITS_CHANGED,
            "the limits have changed since the ticket was made: make a new one",
            ticket=ticket.limits_version,
            in_force=context.limits.version,
        ),
    )


def expired(ticket: OrderTicket, context: RiskContext) -> tuple[Denial, ...]:
    """Deny a ticket after its time, or before it was made."""
    last = min(ticket.expires_at, ticket.valid_until)
    if ticket.created_at <= context.now.astimezone(UTC) <= last:
        return ()
    return (
        Denial.of(
            Reason.APPROVAL_EXPIRED,
            "the ticket has expired: make a new one",
            expires_at=utc_text(last),
        ),
    )
