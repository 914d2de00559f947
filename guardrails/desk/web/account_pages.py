"""Pages before anything else: the first operator, signing in and out."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import Response

from engine.errors import PeakError
from guardrails.desk.api.bodies import form_of
from guardrails.desk.api.doors import DeskOf
from guardrails.desk.api.people import address_of, keep_session
from guardrails.desk.desk_client import COOKIE
from guardrails.desk.web.frame import PageRoute, go, html, language_of, posted
from guardrails.desk.web.refusals import denial_row, fault_row
from guardrails.people import Verb
from guardrails.reasons import Denial

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def home(desk: DeskOf) -> Response:
    """Where a visit starts."""
    return go("/setup" if desk.first_operator.needed() else "/chat")


@router.get("/sign-in")
def sign_in_page(request: Request, desk: DeskOf) -> Response:
    """The sign-in form."""
    if desk.first_operator.needed():
        return go("/setup")
    return html(request, "sign_in.html", problem=None, name="")


@router.post("/sign-in")
async def sign_in(request: Request, desk: DeskOf) -> Response:
    """Sign in by form; a refusal shows the form again with the name kept."""
    form = await form_of(request)
    name = form.get("name", "")
    found = await asyncio.to_thread(
        desk.sign_ins.sign_in,
        name,
        form.get("password", ""),
        address=address_of(request),
        label=request.headers.get("user-agent", ""),
    )
    if isinstance(found, Denial):
        problem = denial_row(found, language_of(request))
        return html(request, "sign_in.html", 401, problem=problem, name=name)
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
    return html(request, "setup.html", problem=None, code="", name="")


@router.post("/setup")
async def setup(request: Request, desk: DeskOf) -> Response:
    """Make the first operator by form; a refusal keeps code and name."""
    form = await form_of(request)
    code, name = form.get("token", ""), form.get("name", "")
    try:
        await asyncio.to_thread(desk.first_operator.enrol, code, name, form.get("password", ""))
    except PeakError as error:
        problem = fault_row(error, language_of(request))
        return html(request, "setup.html", 422, problem=problem, code=code, name=name)
    return go("/sign-in")
