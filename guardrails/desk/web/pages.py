"""The desk's pages: every one works without JavaScript; chat only streams with it."""

from __future__ import annotations

from importlib import resources

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from guardrails.desk.web import (
    account_pages,
    chat_pages,
    gate_pages,
    status_pages,
    ticket_pages,
)
from guardrails.desk.web.frame import PageRoute, no_such_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)
NOT_PAGES = ("api/", "static/", "reports/")
_NOT_FOUND = 404


class Assets(StaticFiles):
    """The package's own files; a browser asks whether its copy still holds."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept but never trusted blindly."""
        reply = await super().get_response(path, scope)
        reply.headers["cache-control"] = "no-cache"
        return reply


@router.get("/{path:path}")
def nowhere(request: Request, path: str) -> Response:
    """A page for addresses that lead nowhere; programs get their JSON."""
    if path.startswith(NOT_PAGES):
        raise HTTPException(_NOT_FOUND)
    return no_such_page(request)


def install(app: FastAPI) -> None:
    """Add pages and static files to the application, last of all routes."""
    static = resources.files(__package__) / "static"
    app.mount("/static", Assets(directory=str(static)), name="static")
    for part in (account_pages, chat_pages, gate_pages, ticket_pages, status_pages):
        app.include_router(part.router)
    app.include_router(router)
