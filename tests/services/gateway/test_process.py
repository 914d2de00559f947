"""The real processes: start, work, end on SIGTERM, refuse a second one, be killed from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.data.store import DatasetStore
from engine.errors import UnavailableError
from engine.gate.report import Certificate
from engine.records import utc_text
from guardrails.store.database import open_database
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import GatewayView
from guardrails.store.outbox import enqueue
from guardrails.tickets import OrderState, Release
from tests.gateway_world import (
    CERTIFICATE,
    QUIET,
    World,
    approval,
    certified,
    close_of,
    market,
    release,
    signed,
    ticket,
)

pytestmark = pytest.mark.services

PATIENCE_SECONDS = 20.0
Start = Callable[[], "subprocess.Popen[str]"]


def until(ready: Callable[[], bool], what: str) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not ready():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose clock is the machine's, with a registered dataset that has forward bars."""
    found = World(tmp_path)
    found.clock = SystemClock()  # type: ignore[assignment]  # real processes live in real time
    found.bars = market([QUIET[0]] * 60)
    DatasetStore(tmp_path / "datasets").register(
        found.bars, window_end=close_of(found.bars, 49).replace(hour=0)
    )
    boot = tmp_path / "boot.json"
    boot.write_text(found.boot.model_dump_json())
    boot.chmod(0o600)
    yield found
    found.close()


@pytest.fixture
def start(world: World) -> Iterator[Start]:
    """Starts gateway processes of the world and ends them at last."""
    running: list[subprocess.Popen[str]] = []

    def starter() -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "guardrails.execution", "--boot"]
        running.append(
            subprocess.Popen(
                [*command, str(world.root / "boot.json")], stderr=subprocess.PIPE, text=True
            )
        )
        return running[-1]

    yield starter
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def view(world: World) -> GatewayView:
    """The desk's own read-only handle on the gateway's store."""
    path = world.root / "gateway.db"
    return GatewayView(
        open_database(path, gateway_metadata, "gateway", world.clock, read_only=True)
    )


def fresh_release(world: World) -> Release:
    """A release made just now, as a real desk would make it."""
    now = world.clock.now().replace(microsecond=0)
    times = {"issued_at": now - timedelta(days=1), "expires_at": now + timedelta(days=1)}
    certificate = Certificate.model_validate({**dict(CERTIFICATE), **times})
    soon = now + timedelta(seconds=120)
    of = ticket(
        certificate_digest=certificate.digest, created_at=now, valid_until=soon, expires_at=soon
    )
    decided = signed(approval(of, decided_at=now, expires_at=soon))
    return release(of, approvals=(decided,), certificate=certified(certificate), released_at=now)


def replay(world: World, index: int) -> None:
    """Ask for the registered dataset's bars up to this one."""
    dataset = DatasetStore(world.root / "datasets").datasets()[0]
    asked = {
        "dataset_id": dataset.id,
        "symbol": "ACME",
        "until": utc_text(close_of(world.bars, index)),
    }
    with world.desk.write() as work:
        enqueue(work, "replay", asked)
        work.journal("operator", "replay.asked", asked)


def ready(world: World) -> bool:
    """True when the gateway has given its first sign of life."""
    try:
        return view(world).heartbeat() is not None
    except UnavailableError:
        return False  # the file or its tables are not there yet


def test_a_release_is_filled_by_the_real_process(world: World, start: Start) -> None:
    """Outbox in, fill out, through two processes and their files alone; SIGTERM ends in 0."""
    replay(world, 55)
    world.put(fresh_release(world))
    replay(world, 56)
    process = start()
    until(lambda: ready(world), "the gateway does not come up")
    until(lambda: len(view(world).fills()) == 1, "the order is not filled")
    states = {order.leg: order.state for order in view(world).orders()}
    assert states["entry"] is OrderState.FILLED
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_SECONDS) == 0


def test_a_second_gateway_is_refused(world: World, start: Start) -> None:
    """One sender per account: the second process ends in 1 and names the first one."""
    first = start()
    until(lambda: ready(world), "the gateway does not come up")
    second = start()
    _, said = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 1
    assert "GATEWAY_RUNNING" in said
    assert str(first.pid) in said
    assert first.poll() is None


def killed(world: World, *more: str) -> subprocess.CompletedProcess[str]:
    """`python -m guardrails.execution.killer` on the world's folder."""
    command = [sys.executable, "-m", "guardrails.execution.killer", "--state-dir", str(world.root)]
    return subprocess.run(
        [*command, "--reason", "drill", "--json", *more],
        capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS,
    )  # fmt: skip


def test_the_killer_works_beside_a_running_gateway(world: World, start: Start) -> None:
    """The working entry is withdrawn in the venue's file; the gateway sees it canceled."""
    replay(world, 55)
    world.put(fresh_release(world))
    start()
    until(lambda: ready(world) and len(view(world).orders()) == 1, "the order is not taken")
    until(lambda: view(world).orders()[0].state is OrderState.OPEN, "the order is not open")
    done = killed(world)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"] is True
    until(lambda: view(world).orders()[0].state is OrderState.CANCELED, "the cancel is not seen")


def test_the_killer_works_with_a_gateway_that_hangs(world: World, start: Start) -> None:
    """The gateway process is stopped: the kill is verified all the same."""
    replay(world, 55)
    world.put(fresh_release(world))
    process = start()
    until(lambda: ready(world) and len(view(world).orders()) == 1, "the order is not taken")
    until(lambda: view(world).orders()[0].state is OrderState.OPEN, "the order is not open")
    os.kill(process.pid, signal.SIGSTOP)
    done = killed(world)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["cancelled"]) == 1


def test_the_killer_loads_no_store_of_ours() -> None:
    """It runs with the desk, its store and their database library broken or missing."""
    code = (
        "import sys, guardrails.execution.killer\n"
        "bad = [name for name in sys.modules if name.startswith(("
        "'sqlalchemy', 'guardrails.desk', 'guardrails.store.', 'copilot', 'numpy', 'pandas'))"
        " and name != 'guardrails.store.paper_venue']\n"
        "print(sorted(bad))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_gateway_loads_neither_desk_nor_copilot() -> None:
    """The sender's process knows nothing of web pages, models or knowledge."""
    code = (
        "import sys, guardrails.execution.__main__\n"
        "print(sorted(name for name in sys.modules if name.startswith(("
        "'guardrails.desk', 'copilot', 'knowledge', 'fastapi', 'openai', 'langgraph'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
