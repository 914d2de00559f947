"""A desk that real browsers and commands can reach: the world of `api_world` on a loopback port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import uvicorn

from engine.language import library
from guardrails.desk.copilot_client import ScriptedCopilot, TurnEvent
from guardrails.desk.desk_client import URL_FILE, DeskClient
from guardrails.desk.operators import add_first_operator
from guardrails.desk.supervisor import free_port
from guardrails.ports import Quote
from guardrails.store.lock import desk_lock
from tests.api_world import PASSWORD, World, open_world

OPERATOR = "operator"
CERTIFIED_RULE = "rsi_momentum_goog_demo"
"""A library spec that passes the gate on the sample data."""


@dataclass
class LiveDesk:
    """A world whose application listens on a port."""

    world: World
    url: str

    def script(self, *turns: tuple[TurnEvent, ...]) -> None:
        """What the copilot answers from now on, turn by turn."""
        self.world.copilot.asked.clear()
        self.world.copilot._turns = turns

    def operator(self) -> DeskClient:
        """A signed-in operator with all roles of a one-person installation."""
        client = DeskClient(self.url)
        if self.world.desk.first_operator.needed():
            add_first_operator(self.url, self.world.desk.folders, OPERATOR, PASSWORD)
        client.sign_in(OPERATOR, PASSWORD)
        return client

    def certify(self) -> dict[str, Any]:
        """Have the demo rule judged; its row of the API, with the certificate."""
        return self.judge(library.load(CERTIFIED_RULE).model_dump(mode="json"))

    def judge(self, spec: dict[str, Any]) -> dict[str, Any]:
        """Submit a spec and wait for the verdict; its row of the API."""
        operator = self.operator()
        accepted = operator.post("/api/candidates", {"spec": spec})["candidate_id"]
        for _ in range(400):
            row: dict[str, Any] = operator.get(f"/api/candidates/{accepted}")
            if row["status"] in {"judged", "failed"}:
                return row
            time.sleep(0.05)
        raise TimeoutError(accepted)

    def open_market(self, certificate: str) -> None:
        """Let the market stand at the last bar on which the certified rule enters."""
        desk, gateway = self.world.desk, self.world.gateway
        until = desk.signalling.last_entry(certificate)
        if until is None:
            raise AssertionError("the demo rule enters on the forward bars")
        close = self._close_at(until)
        half = Decimal("0.07")
        gateway.set(Quote(symbol="GOOG", bid=close - half, ask=close + half, time=until))
        self.beat()

    def _close_at(self, until: datetime) -> Decimal:
        datasets = self.world.desk.datasets
        bars = datasets.prices(datasets.find("GOOG:1d"))
        row = int((bars.close_time <= int(until.timestamp() * 1000)).sum()) - 1
        return Decimal(str(round(float(bars.close[row]), 2)))

    def patient(self) -> None:
        """Let the desk's clock run with the machine's from now on: waiting then counts."""
        started, clock = time.monotonic(), self.world.clock
        noon, elapsed = clock.now(), clock.monotonic()

        def spent() -> float:
            return time.monotonic() - started

        clock.now = lambda: noon + timedelta(seconds=spent())  # type: ignore[method-assign]
        clock.monotonic = lambda: elapsed + spent()  # type: ignore[method-assign]

    def beat(self) -> None:
        """A sign of life of the gateway, now."""
        self.world.gateway.alive_at = self.world.clock.now()

    def propose(self, certificate: str) -> dict[str, Any]:
        """A ticket of the certified rule that waits for its decision."""
        operator = self.operator()
        self.open_market(certificate)
        signal = operator.post("/api/signals", {"certificate_digest": certificate})["signal"]
        row: dict[str, Any] = operator.post("/api/tickets", {"signal_digest": signal["digest"]})
        return row


@contextmanager
def open_live_desk(root: Path, copilot: ScriptedCopilot | None = None) -> Iterator[LiveDesk]:
    """A desk on a free loopback port; commands find it through its state folder."""
    port = free_port()
    with open_world(root, copilot) as world, desk_lock(world.desk.folders.run):
        config = uvicorn.Config(
            world.app, host="127.0.0.1", port=port, log_level="warning", lifespan="off"
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        url = f"http://127.0.0.1:{port}"
        (world.desk.folders.run / URL_FILE).write_text(url, encoding="utf-8")
        yield LiveDesk(world, url)
        server.should_exit = True
        thread.join(5)
