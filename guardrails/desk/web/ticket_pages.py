"""Ticket pages: rendered from the signed bytes alone; nothing a model wrote stands above."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError, UnavailableError
from engine.text import clean_text
from guardrails.approvals import Asked, Choice
from guardrails.desk import sign_off, ticketing
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.doors import Actor, DeskOf, proved_caller, require
from guardrails.desk.api.tickets import full_digest
from guardrails.desk.overview import book_row
from guardrails.desk.ticketing import TicketView
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.refusals import denial_row
from guardrails.people import Verb, may
from guardrails.reasons import Denial
from guardrails.store.tickets import StoredTicket
from guardrails.tickets import LimitUse, OrderTicket, TicketState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TicketPath = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$")]
CHOICES: Final[dict[str, Choice]] = {"approve": "approve", "reject": "reject"}
FULLEST: Final = 5
"""Limits that are shown at once: the ones nearest to their end."""


@router.get("/tickets")
def tickets(request: Request, desk: DeskOf) -> Response:
    """The inbox of tickets: those that wait first, the oldest expiry first."""
    actor = require(request, Verb.READ_BOOK)
    found = ticketing.listing(desk.context, actor.caller)
    waiting = [one for one in found if one.state is TicketState.PENDING]
    waiting.sort(key=lambda one: one.ticket.expires_at)
    done = [one for one in found if one.state is not TicketState.PENDING]
    rows = [_line(desk, one) for one in (*waiting, *done)]
    return html(request, "tickets.html", rows=rows)


def _line(desk: DeskOf, stored: StoredTicket) -> dict[str, object]:
    pending = stored.state is TicketState.PENDING
    return {
        "digest": stored.digest,
        "state": stored.state.value,
        "ticket": stored.ticket,
        "left": _seconds_left(desk, stored.ticket) if pending else None,
    }


def _seconds_left(desk: DeskOf, ticket: OrderTicket) -> int:
    return max(int((ticket.expires_at - desk.clock.now()).total_seconds()), 0)


@router.get("/tickets/{ticket}")
def ticket(request: Request, ticket: TicketPath, desk: DeskOf) -> Response:
    """One ticket; an approver gets a nonce and the buttons while it is pending."""
    actor = require(request, Verb.READ_BOOK)
    return _ticket(request, desk, actor, full_digest(desk, actor, ticket), None)


@router.post("/tickets/{ticket}/decision")
async def decide(request: Request, ticket: TicketPath, desk: DeskOf) -> Response:
    """Decide by form; a refusal shows the page again with its reason."""
    actor, form = await posted(request, Verb.DECIDE_TICKET)
    digest = full_digest(desk, actor, ticket)
    choice = CHOICES.get(form.get("decision", ""))
    if choice is None:
        raise InputError("DECISION_UNKNOWN", "approve or reject", value=form.get("decision", ""))
    asked = Asked(form.get("digest", ""), form.get("nonce", ""), choice)
    try:
        caller = await asyncio.to_thread(proved_caller, desk, actor, form.get("password") or None)
    except Refused as refused:
        return _ticket(request, desk, actor, digest, refused.denial)
    decided = await asyncio.to_thread(sign_off.decide, desk.context, caller, digest, asked)
    if decided.denials:
        return _ticket(request, desk, actor, digest, decided.denials[0])
    return go(f"/tickets/{digest}")


def _ticket(
    request: Request, desk: DeskOf, actor: Actor, digest: str, denial: Denial | None
) -> Response:
    found = ticketing.view(desk.context, actor.caller, digest)
    if isinstance(found, Denial):
        raise Refused(found)
    language = language_of(request)
    fullest, others = _uses(found.fresh.uses)
    row = _line(desk, found.stored) | {
        "nonce": _nonce(desk, actor, found),
        "denials": [denial_row(one, language) for one in found.fresh.denials],
        "fullest": fullest,
        "others": others,
        "intent": json.dumps(json.loads(found.stored.intent), indent=1),
        "equity_share": _share(desk, found.ticket),
        "price_now": _price(desk, found.ticket),
        "rationale": _rationale(desk, found.ticket),
    }
    refusal = None if denial is None else denial_row(denial, language)
    return html(
        request, "ticket.html", 200 if denial is None else 403, row=row, refusal_row=refusal
    )


def _nonce(desk: DeskOf, actor: Actor, found: TicketView) -> str:
    """A nonce for the buttons of this page; empty where there are none."""
    if found.stored.state is not TicketState.PENDING:
        return ""
    if not may(actor.caller.roles, Verb.DECIDE_TICKET):
        return ""
    shown = sign_off.show(desk.context, actor.caller, found.stored.digest)
    if isinstance(shown, Denial):
        raise Refused(shown)
    return shown.nonce


def _uses(uses: Iterable[LimitUse]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Limits by how much of them would be used, the fullest ones apart."""
    rows = [(_used(one), one) for one in uses]
    rows.sort(key=lambda row: -row[0])
    shown: list[dict[str, object]] = [{"use": one, "share": min(share, 1.0)} for share, one in rows]
    return shown[:FULLEST], shown[FULLEST:]


def _used(use: LimitUse) -> float:
    if use.limit <= 0:
        return 1.0 if use.after > 0 else 0.0
    return float(use.after / use.limit)


def _share(desk: DeskOf, ticket: OrderTicket) -> Decimal | None:
    equity = book_row(desk.context).equity
    return ticket.notional_quote / equity if equity else None


def _price(desk: DeskOf, ticket: OrderTicket) -> Decimal | None:
    try:
        quote = desk.context.gateway.quote(ticket.symbol)
    except UnavailableError:
        return None
    return None if quote is None else quote.mid


def _rationale(desk: DeskOf, ticket: OrderTicket) -> str:
    try:
        return clean_text(desk.candidates.get(ticket.candidate_id).candidate.rationale, 2_000)
    except InputError:
        return ""
