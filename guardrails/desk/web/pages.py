"""The desk's pages: every one works without JavaScript; chat only streams with it."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.staticfiles import StaticFiles

from guardrails.desk import halting
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.bodies import form_of
from guardrails.desk.api.doors import DeskOf, proved_caller, require
from guardrails.desk.api.people import address_of, keep_session
from guardrails.desk.auditing import verify_files
from guardrails.desk.desk_client import COOKIE
from guardrails.desk.overview import book_row, heartbeat_age_s, market_now
from guardrails.desk.web import chat_pages, gate_pages, ticket_pages
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.render import NOTHING, translate
from guardrails.people import Verb
from guardrails.reasons import Denial
from guardrails.store.journal import tail

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TAIL_ROWS: Final = 30
FILL_ROWS: Final = 50


@router.get("/")
def home(desk: DeskOf) -> Response:
    """Where a visit starts."""
    return go("/setup" if desk.first_operator.needed() else "/chat")


@router.get("/sign-in")
def sign_in_page(request: Request, desk: DeskOf) -> Response:
    """The sign-in form."""
    if desk.first_operator.needed():
        return go("/setup")
    return html(request, "sign_in.html", denial=None)


@router.post("/sign-in")
async def sign_in(request: Request, desk: DeskOf) -> Response:
    """Sign in by form."""
    form = await form_of(request)
    found = await asyncio.to_thread(
        desk.sign_ins.sign_in,
        form.get("name", ""),
        form.get("password", ""),
        address=address_of(request),
        label=request.headers.get("user-agent", ""),
    )
    if isinstance(found, Denial):
        return html(request, "sign_in.html", 401, denial=found)
    reply = go("/chat")
    keep_session(reply, found.session, request)
    return reply


@router.post("/sign-out")
async def sign_out(request: Request, desk: DeskOf) -> Response:
    """End the session."""
    actor, _ = await posted(request, Verb.READ_FACTS)
    if actor.session is not None:
        desk.sign_ins.sign_out(actor.session)
    reply = go("/sign-in")
    reply.delete_cookie(COOKIE, path="/")
    return reply


@router.get("/setup")
def setup_page(request: Request, desk: DeskOf) -> Response:
    """The form of the first operator."""
    if not desk.first_operator.needed():
        return go("/sign-in")
    return html(request, "setup.html", problem=None)


@router.post("/setup")
async def setup(request: Request, desk: DeskOf) -> Response:
    """Make the first operator by form."""
    form = await form_of(request)
    await asyncio.to_thread(
        desk.first_operator.enrol,
        form.get("token", ""),
        form.get("name", ""),
        form.get("password", ""),
    )
    return go("/sign-in")


@router.get("/status")
def status_page(request: Request, desk: DeskOf) -> Response:
    """State, account, positions, fills, journal."""
    require(request, Verb.READ_REPORTS)
    return _status(request, desk, note="")


def _status(request: Request, desk: DeskOf, note: str) -> Response:
    language = language_of(request)
    age = heartbeat_age_s(desk.context)
    never = translate(language, "never")
    with desk.database.read() as connection:
        journal = tail(connection, TAIL_ROWS)
    return html(
        request,
        "status.html",
        note=note,
        halts=desk.context.latch.halts(),
        book=book_row(desk.context),
        market_time=market_now(desk.context),
        heartbeat=never if age is None else translate(language, "seconds_ago", n=f"{age:.0f}"),
        fills=desk.context.gateway.fills()[-FILL_ROWS:][::-1] if age is not None else (),
        journal=journal,
    )


@router.post("/audit/verify")
async def audit_verify(request: Request, desk: DeskOf) -> Response:
    """Verify the journals and show the answer."""
    await posted(request, Verb.READ_REPORTS)
    report = await asyncio.to_thread(verify_files, desk.folders, desk.clock)
    language = language_of(request)
    if report.ok:
        note = translate(language, "audit_ok", rows=report.rows)
    else:
        note = translate(language, "audit_bad", where=report.as_dict()["first_bad"] or NOTHING)
    return _status(request, desk, note=note)


@router.get("/kill")
def kill_page(request: Request) -> Response:
    """The second step of a stop."""
    require(request, Verb.KILL)
    return html(request, "kill.html")


@router.post("/kill")
async def kill(request: Request, desk: DeskOf) -> Response:
    """Stop trading."""
    actor, form = await posted(request, Verb.KILL)
    reason = form.get("reason", "")
    done = await asyncio.to_thread(halting.kill, desk.context, actor.caller, reason)
    if done.denials:
        raise Refused(done.denials[0])
    return go("/status")


@router.post("/rearm")
async def rearm(request: Request, desk: DeskOf) -> Response:
    """Ask for, or confirm, one step back."""
    actor, form = await posted(request, Verb.REARM_FIRST)
    caller = await asyncio.to_thread(proved_caller, desk, actor, form.get("password") or None)
    done = await asyncio.to_thread(desk.rearm, caller, form.get("reason", ""))
    if done.denials:
        raise Refused(done.denials[0])
    return go("/status")


def install(app: FastAPI) -> None:
    """Add pages and static files to the application."""
    static = resources.files(__package__) / "static"
    app.mount("/static", StaticFiles(directory=str(static)), name="static")
    app.include_router(router)
    for part in (chat_pages, gate_pages, ticket_pages):
        app.include_router(part.router)
