"""Ticket pages: rendered from the signed bytes alone; nothing a model wrote stands above."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from engine.errors import InputError, UnavailableError
from engine.text import clean_text
from guardrails.approvals import Asked, Choice
from guardrails.desk import sign_off, ticketing
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.doors import Actor, DeskOf, proved_caller, require
from guardrails.desk.api.tickets import full_digest, ticket_row
from guardrails.desk.overview import book_row
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import NOTHING, Formats
from guardrails.people import Verb, may
from guardrails.reasons import Denial
from guardrails.tickets import OrderTicket, TicketState

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TicketPath = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$")]
CHOICES: Final[dict[str, Choice]] = {"approve": "approve", "reject": "reject"}
PERCENT: Final = 100


@router.get("/tickets")
def tickets(request: Request, desk: DeskOf) -> Response:
    """The inbox of tickets."""
    actor = require(request, Verb.READ_BOOK)
    rows = [ticket_row(one) for one in ticketing.listing(desk.context, actor.caller)]
    return html(request, "tickets.html", rows=rows)


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
    nonce = ""
    if found.stored.state is TicketState.PENDING and may(actor.caller.roles, Verb.DECIDE_TICKET):
        shown = sign_off.show(desk.context, actor.caller, digest)
        if isinstance(shown, Denial):
            raise Refused(shown)
        nonce = shown.nonce
    formats = Formats(language_of(request))
    row = ticket_row(found.stored) | {
        "denials": list(found.fresh.denials),
        "uses": list(found.fresh.uses),
        "nonce": nonce,
        "intent": json.dumps(json.loads(found.stored.intent), indent=1),
        "equity_share": _share(desk, found.ticket, formats),
        "price_now": _price(desk, found.ticket),
        "rationale": _rationale(desk, found.ticket),
    }
    return html(request, "ticket.html", 200 if denial is None else 403, row=row, denial=denial)


def _share(desk: DeskOf, ticket: OrderTicket, formats: Formats) -> str:
    equity = book_row(desk.context).equity
    if not equity:
        return NOTHING
    return f"{formats.figure(float(ticket.notional_quote / equity) * PERCENT)} %"


def _price(desk: DeskOf, ticket: OrderTicket) -> object:
    try:
        quote = desk.context.gateway.quote(ticket.symbol)
    except UnavailableError:
        return None
    return None if quote is None else quote.mid


def _rationale(desk: DeskOf, ticket: OrderTicket) -> str:
    try:
        return clean_text(desk.candidates.get(ticket.candidate_id).candidate.rationale)
    except InputError:
        return ""
