"""The frame of every page: language, person, state, and how refusals look to a browser."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from engine.errors import PeakError
from engine.text import clean_text
from guardrails.desk.about import product_version
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.bodies import form_of
from guardrails.desk.api.doors import Actor, actor_of, check_csrf, desk_of, require
from guardrails.desk.overview import state_now
from guardrails.desk.web.render import LANGUAGES, Language, page
from guardrails.people import Verb, may
from guardrails.reasons import Reason
from guardrails.store.tickets import in_state
from guardrails.tickets import TicketState

LANGUAGE_COOKIE: Final = "peak_language"
_SIGN_IN_CODES: Final = frozenset({Reason.AUTH_REQUIRED})


def language_of(request: Request) -> Language:
    """The language of a page: asked for, kept, or the deployment's."""
    wanted = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    default = desk_of(request).settings.deployment.language
    return next((one for one in LANGUAGES if one == wanted), default)


def _person(request: Request) -> Actor | None:
    try:
        return actor_of(request)
    except Refused:
        return None


def _pending(request: Request, actor: Actor | None) -> int:
    if actor is None or not may(actor.caller.roles, Verb.READ_BOOK):
        return 0
    with desk_of(request).database.read() as connection:
        return len(in_state(connection, TicketState.PENDING))


def html(request: Request, name: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page in its frame."""
    desk, actor, language = desk_of(request), _person(request), language_of(request)
    frame = {
        "mode": desk.settings.deployment.mode.value,
        "persons": desk.settings.deployment.persons,
        "state": state_now(desk.context).value,
        "source_url": desk.settings.desk.source_url,
        "version": product_version(),
        "person": actor,
        "pending": _pending(request, actor),
        "here": "/" + request.url.path.split("/")[1],
        "path_now": request.url.path,
        "other_lang": "de" if language == "en" else "en",
    }
    response = HTMLResponse(page(name, language, **(frame | values)), status_code=status)
    if request.query_params.get("lang") == language:
        response.set_cookie(LANGUAGE_COOKIE, language, samesite="strict", httponly=True)
    return response


def go(path: str) -> RedirectResponse:
    """Answer a form with the page that shows its outcome."""
    return RedirectResponse(path, status_code=303)


async def posted(request: Request, verb: Verb) -> tuple[Actor, dict[str, str]]:
    """Actor and fields of a form post; the role is asked before the form is read."""
    actor = require(request, verb)
    form = dict(await form_of(request))
    check_csrf(request, actor, form.pop("csrf", None))
    return actor, form


class PageRoute(APIRoute):
    """Refusals and faults of a page are pages too; nobody signed in goes to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's handler."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except Refused as refused:
                denial = refused.denial
                if denial.code in _SIGN_IN_CODES:
                    return go("/sign-in")
                problem = {"code": denial.code, "message": denial.message, "value": "", "hint": ""}
                return html(request, "problem.html", 403, problem=problem, back=_back(request))
            except PeakError as error:
                shown = {key: clean_text(text) for key, text in error.as_dict().items()}
                return html(request, "problem.html", 422, problem=shown, back=_back(request))

        return answered


def _back(request: Request) -> str:
    return "/" if request.method == "GET" else request.url.path
