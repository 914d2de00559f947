"""Tickets and decisions over HTTP, and the verbs that stop and re-arm."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import Field

from engine.errors import InputError
from engine.records import Digest, Record
from guardrails.approvals import Asked
from guardrails.desk import halting, sign_off, ticketing
from guardrails.desk.api.answers import Refused, answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, DeskOf, entering, proved_caller
from guardrails.desk.ticketing import Proposed
from guardrails.people import Verb
from guardrails.reasons import Denial
from guardrails.store.tickets import StoredTicket
from guardrails.tickets import Nonce
from guardrails.trading_state import TradingState

router = APIRouter()
TicketPath = Annotated[str, Path(pattern="^[0-9a-f]{8,64}$")]
DIGEST_LENGTH = 64
REARM_MESSAGE = {
    TradingState.HALTED: "Asked for. It needs a confirmation: another person, or time if alone.",
    TradingState.REDUCING: "Only exits pass. One more confirmation makes it active.",
    TradingState.ACTIVE: "Trading is active again.",
}


class ProposeRequest(Record):
    """Which signal becomes a ticket."""

    signal_digest: Digest


class DecideRequest(Record):
    """A decision on exactly the bytes with this digest, on the page with this nonce."""

    digest: Digest
    nonce: Nonce
    decision: Literal["approve", "reject"]
    password: Annotated[str, Field(max_length=1_024)] | None = None


class ReasonRequest(Record):
    """Why trading is stopped."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class RearmRequest(Record):
    """Why it may go on, and the person's password again."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[str, Field(max_length=1_024)] | None = None


def ticket_row(stored: StoredTicket) -> dict[str, object]:
    """A ticket for lists and pages."""
    return {
        "digest": stored.digest,
        "state": stored.state,
        "ticket": stored.ticket,
        "denials": list(stored.verdict.denials),
        "uses": list(stored.verdict.uses),
    }


def proposed_row(proposed: Proposed) -> dict[str, object]:
    """The answer to a proposal; no ticket when no size could be found."""
    return {
        "digest": None if proposed.ticket is None else proposed.ticket.digest,
        "state": proposed.state,
        "ticket": proposed.ticket,
        "denials": list(proposed.denials),
        "uses": list(proposed.verdict.uses),
    }


def full_digest(desk: DeskOf, actor: Actor, start: str) -> str:
    """The one ticket whose digest starts so; TICKET_UNKNOWN for none or several."""
    if len(start) == DIGEST_LENGTH:
        return start
    rows = ticketing.listing(desk.context, actor.caller)
    found = [row.digest for row in rows if row.digest.startswith(start)]
    if len(found) != 1:
        raise InputError(
            "TICKET_UNKNOWN", "no ticket, or more than one, starts so", value=start,
            hint="see the list of tickets",
        )  # fmt: skip
    return found[0]


@router.post("/api/tickets", openapi_extra=schema_of(ProposeRequest))
async def propose(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """Size a signal into a ticket; the risk rules answer at once."""
    asked = await body_of(request, ProposeRequest)
    return answer(
        proposed_row(await asyncio.to_thread(desk.propose, actor.caller, asked.signal_digest))
    )


@router.get("/api/tickets")
def tickets(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_BOOK)]) -> Response:
    """The newest tickets first."""
    rows = ticketing.listing(desk.context, actor.caller)
    return answer({"tickets": [ticket_row(row) for row in rows]})


@router.get("/api/tickets/{ticket}")
def ticket(
    ticket: TicketPath, desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_BOOK)]
) -> Response:
    """One ticket, with the rules run now while it is pending."""
    found = ticketing.view(desk.context, actor.caller, full_digest(desk, actor, ticket))
    if isinstance(found, Denial):
        raise Refused(found)
    row = ticket_row(found.stored)
    fresh = {"denials": list(found.fresh.denials), "uses": list(found.fresh.uses)}
    return answer(row | fresh)


@router.post("/api/tickets/{ticket}/show")
def show(
    ticket: TicketPath, desk: DeskOf, actor: Annotated[Actor, entering(Verb.DECIDE_TICKET)]
) -> Response:
    """Issue the nonce of one page; the answer holds the very bytes that are signed."""
    shown = sign_off.show(desk.context, actor.caller, full_digest(desk, actor, ticket))
    if isinstance(shown, Denial):
        raise Refused(shown)
    return answer(
        {
            "digest": shown.ticket.digest,
            "intent": shown.intent,
            "nonce": shown.nonce,
            "shown_at": shown.shown_at,
            "denials": list(shown.verdict.denials),
            "worst_day_bps": shown.worst_day_bps,
        }
    )


@router.post("/api/tickets/{ticket}/decision", openapi_extra=schema_of(DecideRequest))
async def decide(
    ticket: TicketPath,
    request: Request,
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.DECIDE_TICKET)],
) -> Response:
    """Approve or reject what was shown; an approval releases the ticket in one transaction."""
    asked = await body_of(request, DecideRequest)
    caller = await asyncio.to_thread(proved_caller, desk, actor, asked.password)
    choice = Asked(shown_digest=asked.digest, nonce=asked.nonce, choice=asked.decision)
    digest = full_digest(desk, actor, ticket)
    decided = await asyncio.to_thread(sign_off.decide, desk.context, caller, digest, choice)
    if decided.denials:
        raise Refused(decided.denials[0], more=decided.denials[1:])
    signed = decided.approval
    return answer(
        {
            "ticket_digest": decided.ticket_digest,
            "approval_digest": None if signed is None else signed.approval.digest,
            "person_id": caller.person_id,
            "state": decided.state,
            "released": decided.released,
        }
    )


@router.post("/api/kill", openapi_extra=schema_of(ReasonRequest))
async def kill(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.KILL)]
) -> Response:
    """Stop trading: every pending ticket becomes void, nothing new is sent."""
    asked = await body_of(request, ReasonRequest)
    done = await asyncio.to_thread(halting.kill, desk.context, actor.caller, asked.reason)
    if done.denials:
        raise Refused(done.denials[0], more=done.denials[1:])
    return answer({"state": done.state, "voided": list(done.voided)})


@router.post("/api/rearm", openapi_extra=schema_of(RearmRequest))
async def rearm(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]
) -> Response:
    """Go back one step towards active; who may ask and who may confirm is the use case's."""
    asked = await body_of(request, RearmRequest)
    caller = await asyncio.to_thread(proved_caller, desk, actor, asked.password)
    done = await asyncio.to_thread(desk.rearm, caller, asked.reason)
    if done.denials:
        raise Refused(done.denials[0], more=done.denials[1:])
    return answer({"state": done.state, "message": REARM_MESSAGE[done.state]})
