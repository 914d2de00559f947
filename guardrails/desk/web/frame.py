"""The frame of every page: language, person, state, and how refusals look to a browser."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute

from engine.errors import InputError, PeakError
from guardrails.desk.about import product_version
from guardrails.desk.api.answers import Refused
from guardrails.desk.api.bodies import form_of
from guardrails.desk.api.doors import Actor, actor_of, check_csrf, desk_of, require
from guardrails.desk.overview import market_now, state_now
from guardrails.desk.web.refusals import denial_row, fault_row
from guardrails.desk.web.render import LANGUAGES, Language, page, translate
from guardrails.people import Verb, may
from guardrails.reasons import Reason
from guardrails.store.tickets import in_state
from guardrails.tickets import TicketState

LANGUAGE_COOKIE: Final = "peak_language"
PAGES: Final = ("chat", "candidates", "tickets", "status")
_SIGN_IN_CODES: Final = frozenset({Reason.AUTH_REQUIRED})
_HOME_OF: Final = {"rearm": "status", "audit": "status", "signals": "candidates", "sign-out": ""}
_REFUSED, _NOT_FOUND, _WRONG = 403, 404, 422


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


def _pending(request: Request, actor: Actor) -> int:
    if not may(actor.caller.roles, Verb.READ_BOOK):
        return 0
    with desk_of(request).database.read() as connection:
        return len(in_state(connection, TicketState.PENDING))


def _inside(request: Request, actor: Actor | None) -> dict[str, object]:
    """What only somebody who is signed in is told."""
    if actor is None:
        return {"person": None, "state": None, "pending": 0, "market": None}
    context = desk_of(request).context
    return {
        "person": actor,
        "state": state_now(context).value,
        "pending": _pending(request, actor),
        "market": market_now(context),
    }


def page_of(request: Request) -> str:
    """The page that a request belongs to; a form's page when it was posted."""
    path = request.url.path
    if request.method == "GET":
        return path
    first = path.split("/")[1]
    if first in _HOME_OF:
        return f"/{_HOME_OF[first]}"
    return path.removesuffix("/decision")


def html(request: Request, name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page in its frame."""
    desk, actor, language = desk_of(request), _person(request), language_of(request)
    frame = {
        "mode": desk.settings.deployment.mode.value,
        "persons": desk.settings.deployment.persons,
        "source_url": desk.settings.desk.source_url,
        "version": product_version(),
        "pages": PAGES,
        "here": page_of(request).split("/")[1],
        "path_now": page_of(request),
        "other_lang": "de" if language == "en" else "en",
    }
    told = frame | _inside(request, actor) | values
    response = HTMLResponse(page(name, language, **told), status_code=status)
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


def no_such_page(request: Request) -> Response:
    """The page for an address that leads nowhere."""
    language = language_of(request)
    lost = InputError(
        "PAGE_UNKNOWN",
        translate(language, "problem.no_page"),
        value=request.url.path,
        hint=translate(language, "problem.no_page_hint"),
    )
    return _problem(request, fault_row(lost, language), _NOT_FOUND)


def _problem(request: Request, problem: dict[str, str], status: int) -> Response:
    return html(request, "problem.html", status, problem=problem, back=_back(request))


def _back(request: Request) -> str:
    return "/" if request.method == "GET" else page_of(request)


class PageRoute(APIRoute):
    """Refusals and faults of a page are pages too; nobody signed in goes to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the route's handler."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            """The page, or the refusal as a page."""
            try:
                return await handle(request)
            except Refused as refused:
                if refused.denial.code in _SIGN_IN_CODES:
                    return go("/sign-in")
                row = denial_row(refused.denial, language_of(request))
                return _problem(request, row | {"value": "", "hint": ""}, _REFUSED)
            except RequestValidationError:
                return no_such_page(request)
            except PeakError as error:
                return _problem(request, fault_row(error, language_of(request)), _WRONG)

        return answered
