"""A whole desk as one ASGI application in this process: real store, real rules, fixed clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from config.loader import load_settings
from config.secrets import DeskSecrets, load_secrets, own_folder
from engine.clock import FixedClock
from guardrails.desk.app import application
from guardrails.desk.composition import Ports, compose
from guardrails.desk.copilot_client import ScriptedCopilot, TurnEvent
from guardrails.desk.desk import Desk
from guardrails.desk.folders import Folders
from guardrails.desk.installation import prepare
from guardrails.people import Passwords
from guardrails.ports import FixedGateway
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
PASSWORD = "a long enough password"
BASE = "http://127.0.0.1:8700"
GOOG_SPEC: dict[str, Any] = {
    "name": "pullback",
    "family": "mean_reversion",
    "timeframe": "1d",
    "universe": {"symbols": ["GOOG"]},
    "rules": [
        {
            "id": "dip",
            "side": "long",
            "entry": "rsi(close,2) < 10 and close > sma(close,100)",
            "exit": "close > sma(close,5)",
        }
    ],
    "stops": [{"kind": "atr", "value": 2, "period": 14}],
    "sizing": {"kind": "risk_per_trade", "value": 0.005, "max_position_frac": 0.1},
}
"""A small valid spec on the sample data, as JSON."""


@dataclass
class Visitor:
    """Somebody with an HTTP client of their own."""

    runner: asyncio.Runner
    client: httpx2.AsyncClient
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's
        """One request."""
        headers = self.headers | more.pop("headers", {})
        return self.runner.run(self.client.request(method, path, headers=headers, **more))

    def get(self, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's
        """GET."""
        return self.call("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx2.Response:  # noqa: ANN401 - httpx2's
        """POST."""
        return self.call("POST", path, **more)

    def sign_in(self, name: str = "operator", password: str = PASSWORD) -> httpx2.Response:
        """Sign in and keep session and token."""
        reply = self.post("/api/sign-in", json={"name": name, "password": password})
        if reply.status_code == httpx2.codes.OK:
            self.headers["x-csrf-token"] = reply.json()["csrf"]
        return reply


@dataclass
class World:
    """The desk and everybody around it."""

    desk: Desk
    clock: FixedClock
    gateway: FixedGateway
    copilot: ScriptedCopilot
    runner: asyncio.Runner
    secrets: DeskSecrets
    app: Any
    open_clients: list[httpx2.AsyncClient] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """A browser that nobody signed in with yet."""
        transport = httpx2.ASGITransport(app=self.app)
        client = httpx2.AsyncClient(transport=transport, base_url=BASE)
        self.open_clients.append(client)
        return Visitor(self.runner, client)

    def operator(self) -> Visitor:
        """A signed-in operator with all roles of a one-person installation."""
        visitor = self.visitor()
        if self.desk.first_operator.needed():
            code = (self.desk.folders.run / "setup.code").read_text()
            body = {"code": code, "name": "operator", "password": PASSWORD}
            assert visitor.post("/api/setup", json=body).status_code == httpx2.codes.CREATED
        assert visitor.sign_in().status_code == httpx2.codes.OK
        return visitor

    def service(self) -> Visitor:
        """The copilot with its token."""
        visitor = self.visitor()
        token = self.secrets.copilot_token.get_secret_value()
        visitor.headers["authorization"] = f"Bearer {token}"
        return visitor


@contextmanager
def open_world(root: Path, copilot: ScriptedCopilot | None = None) -> Iterator[World]:
    """A fresh desk with the sample data, a silent gateway and a scripted copilot."""
    folders, clock, gateway = Folders(root), FixedClock(NOON), FixedGateway()
    prepare(folders)
    answer = TurnEvent("answer", {"text": "nothing to say", "citations": [], "unverified": []})
    copilot = copilot or ScriptedCopilot(
        (TurnEvent("stage", {"name": "draft"}), answer, TurnEvent("done", {}))
    )
    database = open_database(folders.desk_db, desk_metadata, "desk", clock)
    secrets = load_secrets(DeskSecrets, own_folder(root / "secrets", DeskSecrets))
    cheap = Passwords(time_cost=1, memory_kib=64, parallelism=1)
    ports = Ports(clock, folders, database, gateway, copilot, cheap)
    desk = compose(load_settings("demo", env={}), secrets, ports)
    app = application(desk)
    with asyncio.Runner() as runner:
        lifespan: AbstractAsyncContextManager[Any] = app.router.lifespan_context(app)
        runner.run(lifespan.__aenter__())
        made = World(desk, clock, gateway, copilot, runner, secrets, app)
        yield made
        for client in made.open_clients:
            runner.run(client.aclose())
        runner.run(lifespan.__aexit__(None, None, None))
    database.close()
