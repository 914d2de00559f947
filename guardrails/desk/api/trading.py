"""Signals, replay, book and orders over HTTP."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import AwareDatetime, Field

from engine.errors import InputError
from engine.records import Digest, Record
from guardrails.desk.api.answers import answer
from guardrails.desk.api.bodies import body_of, schema_of
from guardrails.desk.api.doors import Actor, DeskOf, entering
from guardrails.desk.overview import book_row
from guardrails.people import Verb

router = APIRouter()
DigestPath = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


class SignalRequest(Record):
    """Which certificate to look for a signal of."""

    certificate_digest: Digest


class RevokeRequest(Record):
    """Why a certificate is taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=200)]


class ReplayRequest(Record):
    """Which dataset to play up to when."""

    dataset_id: str
    until: AwareDatetime


@router.get("/api/certificates")
def certificates(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_REPORTS)]) -> Response:
    """All certificates, newest first, with why one does not hold any more."""
    del actor
    rows = [
        {
            "digest": one.certificate.digest,
            "certificate": one.certificate,
            "ended": desk.certificate_ended(one),
        }
        for one in desk.certificates.list()
    ]
    return answer({"certificates": rows})


@router.post(
    "/api/certificates/{certificate_digest}/revoke", openapi_extra=schema_of(RevokeRequest)
)
async def revoke(
    request: Request,
    certificate_digest: DigestPath,
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.REVOKE_CERTIFICATE)],
) -> Response:
    """Revoke a certificate for good; tickets and signals of it are refused from then on."""
    asked = await body_of(request, RevokeRequest)
    if desk.certificates.get(certificate_digest) is None:
        raise InputError(
            "CERTIFICATE_UNKNOWN", "there is no such certificate", value=certificate_digest,
            hint="list them with /api/certificates",
        )  # fmt: skip
    await asyncio.to_thread(
        desk.certificates.revoke, certificate_digest, asked.reason, actor.person_id
    )
    return answer({"revoked": certificate_digest})


@router.get("/api/certificates/{certificate_digest}/last-entry")
def last_entry(
    certificate_digest: DigestPath,
    desk: DeskOf,
    actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)],
) -> Response:
    """Close time of the last forward bar on which the certified rule enters."""
    del actor
    return answer({"until": desk.signalling.last_entry(certificate_digest)})


@router.post("/api/signals", openapi_extra=schema_of(SignalRequest))
async def scan(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """The signal of the latest closed bar; null when the rule decides nothing."""
    asked = await body_of(request, SignalRequest)
    found = await asyncio.to_thread(desk.signalling.scan, asked.certificate_digest, actor.person_id)
    if found is None:
        return answer({"signal": None})
    fields = {name: getattr(found, name) for name in type(found).model_fields}
    return answer({"signal": fields | {"digest": found.digest}})


@router.post("/api/replay", openapi_extra=schema_of(ReplayRequest))
async def replay(
    request: Request, desk: DeskOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """Play forward bars up to a time; the gateway publishes them."""
    asked = await body_of(request, ReplayRequest)
    until = await asyncio.to_thread(
        desk.replaying.advance, asked.dataset_id, asked.until, actor.person_id
    )
    return answer({"until": until}, 202)


@router.get("/api/replay/{dataset_ref}/next")
def next_bar(
    dataset_ref: str, desk: DeskOf, actor: Annotated[Actor, entering(Verb.PROPOSE_TICKET)]
) -> Response:
    """Close time of the next bar that was not played yet."""
    del actor
    return answer({"until": desk.replaying.next_close(dataset_ref)})


@router.get("/api/positions")
def positions(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_BOOK)]) -> Response:
    """The book: cash, equity, open positions."""
    del actor
    book = book_row(desk.context)
    rows = [
        {"symbol": one.symbol, "quantity": one.quantity, "entry": one.entry, "stop": one.stop}
        for one in book.positions
    ]
    return answer({"equity": book.equity, "cash": book.cash, "positions": rows})


@router.get("/api/orders")
def orders(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_BOOK)]) -> Response:
    """All orders of the gateway."""
    del actor
    return answer({"orders": list(desk.context.gateway.orders())})


@router.get("/api/fills")
def fills(desk: DeskOf, actor: Annotated[Actor, entering(Verb.READ_BOOK)]) -> Response:
    """All fills in the order of booking."""
    del actor
    return answer({"fills": list(desk.context.gateway.fills())})
