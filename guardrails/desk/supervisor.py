"""Starts and watches the three processes of one installation on one machine.

Each child gets a boot file of its own (0600) and an emptied environment, so that nothing of one
process's secrets can reach another. A child that dies is started again, with a growing pause;
stopping asks politely first.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess  # nosec B404 - it starts the project's own modules
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.clock import Clock
from engine.errors import UnavailableError

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
STOP_SECONDS = 8.0
MAX_PAUSE_SECONDS = 10.0


def free_port() -> int:
    """A port of the loopback interface that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a child may inherit: where programs lie and how text looks, nothing else."""
    kept = {name: environment[name] for name in KEPT_VARIABLES if name in environment}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """One process: its name, module, boot data and how to see that it is up."""

    name: str
    module: str
    boot: Mapping[str, object]
    ready: Callable[[], bool]


@dataclass(slots=True)
class _Child:
    plan: ChildPlan
    process: subprocess.Popen[bytes]
    deaths: int = 0
    restart_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Holds the children; `watch` once in a while, `stop` at the end."""

    run_dir: Path
    clock: Clock
    environment: Mapping[str, str]
    notify: Callable[[str], None]
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(self, plan: ChildPlan) -> None:
        """Start one child; its output goes to `run/<name>.log`."""
        self._children[plan.name] = _Child(plan, self._spawn(plan))

    def _spawn(self, plan: ChildPlan) -> subprocess.Popen[bytes]:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        boot = self.run_dir / f"{plan.name}.boot.json"
        handle = os.open(boot, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(plan.boot, file)
        with (self.run_dir / f"{plan.name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # nosec B603 - fixed module names
                [sys.executable, "-m", plan.module, "--boot", str(boot)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=child_environment(self.environment),
                start_new_session=True,
            )

    def pid(self, name: str) -> int:
        """Process id of a child."""
        return self._children[name].process.pid

    def ready(self) -> bool:
        """True when every child answers.

        Raises:
            UnavailableError: CHILD_DIED when one ended before it was up, with its last words.
        """
        for child in self._children.values():
            if child.process.poll() is not None:
                raise UnavailableError(
                    "CHILD_DIED", f"{child.plan.name} ended while starting",
                    value=self.last_words(child.plan.name), hint="see its log in the run folder",
                )  # fmt: skip
        return all(child.plan.ready() for child in self._children.values())

    def last_words(self, name: str) -> str:
        """The end of a child's log."""
        path = self.run_dir / f"{name}.log"
        return path.read_text(errors="replace")[-600:] if path.exists() else ""

    def watch(self) -> None:
        """Start again whoever died; the pause doubles with each death up to ten seconds."""
        now = self.clock.monotonic()
        for child in self._children.values():
            if child.process.poll() is None:
                continue
            if child.restart_at == 0.0:
                child.deaths += 1
                child.restart_at = now + min(2.0 ** (child.deaths - 1) - 0.5, MAX_PAUSE_SECONDS)
                self.notify(f"{child.plan.name} ended with {child.process.returncode}; restarting")
            elif now >= child.restart_at:
                child.restart_at = 0.0
                child.process = self._spawn(child.plan)

    def stop(self) -> None:
        """Ask every child to end, then make it end."""
        for child in self._children.values():
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in self._children.values():
            try:
                child.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()
