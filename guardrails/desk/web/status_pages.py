"""Status, audit and stopping: what is going on, is the journal whole, and the way out."""

from __future__ import annotations

import asyncio
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from guardrails.desk import halting
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.doors import DeskOf, proved_caller, require
from guardrails.desk.auditing import verify_files
from guardrails.desk.overview import book_row, heartbeat_age_s, market_now
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import NOTHING, translate
from guardrails.people import Verb
from guardrails.store.journal import tail

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TAIL_ROWS: Final = 40
FILL_ROWS: Final = 50


@router.get("/status")
def status_page(request: Request, desk: DeskOf) -> Response:
    """State, account, positions, fills, journal."""
    require(request, Verb.READ_REPORTS)
    return _status(request, desk)


def _status(request: Request, desk: DeskOf, note: str = "", *, bad: bool = False) -> Response:
    age = heartbeat_age_s(desk.context)
    with desk.database.read() as connection:
        journal = tail(connection, TAIL_ROWS)
    return html(
        request,
        "status.html",
        note=note,
        bad=bad,
        halts=desk.context.latch.halts(),
        book=book_row(desk.context),
        market_time=market_now(desk.context),
        heartbeat=age,
        fills=desk.context.gateway.fills()[-FILL_ROWS:][::-1] if age is not None else (),
        journal=journal,
    )


@router.post("/audit/verify")
async def audit_verify(request: Request, desk: DeskOf) -> Response:
    """Verify the journals and show the answer."""
    await posted(request, Verb.READ_REPORTS)
    report = await asyncio.to_thread(
        verify_files, desk.folders, desk.clock, desk.settings.deployment.anchor_copy_dir
    )
    language = language_of(request)
    if report.ok:
        return _status(request, desk, translate(language, "status.audit_ok", rows=report.rows))
    where = report.first_bad or NOTHING
    return _status(request, desk, translate(language, "status.audit_bad", where=where), bad=True)


@router.get("/kill")
def kill_page(request: Request) -> Response:
    """The second step of a stop."""
    require(request, Verb.KILL)
    return html(request, "kill.html")


@router.post("/kill")
async def kill(request: Request, desk: DeskOf) -> Response:
    """Stop trading; an empty reason is no obstacle."""
    actor, form = await posted(request, Verb.KILL)
    reason = form.get("reason", "").strip()
    reason = reason or translate(language_of(request), "kill.reason_default")
    done = await asyncio.to_thread(halting.kill, desk.context, actor.caller, reason)
    if done.denials:
        raise Refused(done.denials[0])
    return go("/status")


@router.post("/rearm")
async def rearm(request: Request, desk: DeskOf) -> Response:
    """Ask for, or confirm, one step back."""
    actor, form = await posted(request, Verb.READ_REPORTS)
    caller = await asyncio.to_thread(proved_caller, desk, actor, form.get("password") or None)
    done = await asyncio.to_thread(desk.rearm, caller, form.get("reason", ""))
    if done.denials:
        raise Refused(done.denials[0])
    return go("/status")
