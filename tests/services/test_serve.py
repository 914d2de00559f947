"""`peak serve` from outside: one at a time, nothing left behind, nothing that others can read."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from guardrails.store.lock import desk_lock, gateway_lock

pytestmark = pytest.mark.services

SCRIPT = Path(sys.executable).with_name("peak")
PATIENCE_SECONDS = 60.0
ORPHANS_END_SECONDS = 3.0


class Serve:
    """`peak serve` of one installation, as often as a test starts it."""

    def __init__(self, root: Path) -> None:
        """Serve the installation in `root` on free ports, under a usual umask."""
        self.root = root
        self.running: list[subprocess.Popen[str]] = []

    def start(self, **variables: str) -> subprocess.Popen[str]:
        """Start the command; it speaks JSON."""
        ports = {"PEAK_DESK__PORT": "0", "PEAK_COPILOT__PORT": "0"}
        process = subprocess.Popen(
            [str(SCRIPT), "serve", "--json"],
            env=os.environ | {"PEAK_STATE_DIR": str(self.root)} | ports | variables,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, umask=0o022,
        )  # fmt: skip
        self.running.append(process)
        return process

    def up(self) -> subprocess.Popen[str]:
        """Start it and wait until it says where the desk is."""
        process = self.start()
        assert process.stdout is not None
        assert "url" in json.loads(process.stdout.readline())
        return process

    def free(self) -> bool:
        """True when neither desk nor gateway holds its lock."""
        run = self.root / "run"
        return not any(_held(lock.path) for lock in (desk_lock(run), gateway_lock(run, "paper-1")))

    def end(self) -> None:
        """End what still runs."""
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE_SECONDS)


def _held(path: Path) -> bool:
    """True when the process that a lock names lives."""
    try:
        os.kill(int(path.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


def refusal(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The error of a serve that did not start."""
    said, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 3
    found: dict[str, Any] = json.loads(said.splitlines()[-1])["error"]
    return found


def open_to_others(root: Path) -> list[str]:
    """Files and folders that anybody but their owner has a right to."""
    every = [root, *root.rglob("*")]
    return [str(path) for path in every if stat.S_IMODE(path.lstat().st_mode) & 0o077]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """An installation that does not exist yet."""
    made = Serve(tmp_path / "state")
    yield made
    made.end()


def test_a_killed_serve_leaves_nothing_behind(serve: Serve) -> None:
    """Its processes end by themselves within seconds, and the next `peak serve` starts."""
    first = serve.up()
    assert not serve.free()
    first.kill()
    first.wait(PATIENCE_SECONDS)
    deadline = time.monotonic() + ORPHANS_END_SECONDS
    while not serve.free():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    serve.up()


def test_the_next_serve_waits_for_what_is_ending(serve: Serve) -> None:
    """Started in the very moment in which the first one was killed, it comes up all the same."""
    serve.up().kill()
    serve.up()


def test_one_serve_at_a_time(serve: Serve) -> None:
    """SERVE_RUNNING with the holder's process id; the one that runs is not disturbed."""
    first = serve.up()
    error = refusal(serve.start())
    assert error["code"] == "SERVE_RUNNING"
    assert error["value"] == str(first.pid)
    assert error["hint"]
    assert not serve.free()
    assert first.poll() is None


def test_a_port_that_somebody_else_has(serve: Serve) -> None:
    """PORT_TAKEN names the port and its variable, and nothing is installed."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = str(stranger.getsockname()[1])
        error = refusal(serve.start(PEAK_DESK__PORT=port))
    assert error["code"] == "PORT_TAKEN"
    assert error["value"] == port
    assert "PEAK_DESK__PORT" in error["hint"]
    assert not (serve.root / "secrets").exists()


def test_nothing_of_an_installation_is_open_to_others(serve: Serve) -> None:
    """Every file and folder is its owner's alone, also what was open before the start."""
    serve.root.mkdir(mode=0o755)
    (serve.root / "reports").mkdir(mode=0o755)
    (serve.root / "desk.db").touch(mode=0o644)
    serve.up()
    assert open_to_others(serve.root) == []
    serve.end()
    assert open_to_others(serve.root) == []
