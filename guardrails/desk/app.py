"""The desk's web application around a composed desk: API, pages, headers, the copilot's fence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from guardrails.desk.about import product_version
from guardrails.desk.api import candidates, chats, experiments, people, research, tickets, trading
from guardrails.desk.api.answers import denied, install_answers
from guardrails.desk.api.doors import bearer_of, copilot_may, refused_to_copilot
from guardrails.desk.api.security import SecurityHeaders
from guardrails.desk.desk import Desk
from guardrails.desk.limiting import record_limits
from guardrails.desk.refusing import refuse
from guardrails.desk.research_jobs import ResearchJobs
from guardrails.desk.sessions import COPILOT
from guardrails.desk.web import pages
from guardrails.reasons import Denial


class CopilotFence:
    """Whoever comes with a bearer token may use the copilot's doors alone, existing or not."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        """Wrap the application of this desk."""
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse every other door before anything of the request is looked at."""
        if scope["type"] == "http":
            request = Request(scope)
            if bearer_of(request) is not None and not copilot_may(request.method, scope["path"]):
                refusal = refused_to_copilot()
                self._note(refusal, request)
                await denied(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _note(self, refusal: Denial, request: Request) -> None:
        facts = {"method": request.method[:10], "path": str(request.url.path)[:100]}
        refuse(self._desk.database, COPILOT, "role.refused", (refusal,), **facts)


def application(desk: Desk) -> FastAPI:
    """The ASGI application; the judge starts and stops with it."""
    jobs = ResearchJobs(desk)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Start and stop what lives with the application."""
        del app
        desk.first_operator.prepare()
        record_limits(desk.database, desk.context.limits, "desk")
        desk.judge.start()
        desk.watch.start()
        desk.daily.start()
        jobs.start()
        yield
        jobs.stop()
        desk.daily.stop()
        desk.watch.stop()
        desk.judge.stop()

    app = FastAPI(
        title="Peak Trade desk",
        version=product_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
    )
    app.state.desk = desk
    app.state.research = jobs
    for part in (people, candidates, experiments, research, trading, tickets, chats):
        app.include_router(part.router)
    pages.install(app)
    install_answers(app)
    app.add_middleware(CopilotFence, desk=desk)
    app.add_middleware(SecurityHeaders)
    return app
