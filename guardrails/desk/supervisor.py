"""Starts and watches the three processes of one installation on one machine.

Each child gets a boot file of its own (0600) and an emptied environment, so that nothing of one
process's secrets can reach another. A child that dies is started again, with a growing pause;
stopping asks politely first.
"""

from __future__ import annotations

import json
import os
import re
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
STEADY_SECONDS = 60.0
"""After so long without a death a child counts as sound again."""
MAX_LOG_BYTES = 5_000_000
LAST_LINES, LAST_WORDS = 20, 200
FAULT_LINE = re.compile(r'^(\{"|[A-Za-z_.]*(Error|Exception|Interrupt|Exit)\b)')
"""A fault of ours as one JSON line, or the last line of a traceback."""


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
    started_at: float
    deaths: int = 0
    restart_at: float | None = None


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
        self._children[plan.name] = _Child(plan, self._spawn(plan), self.clock.monotonic())

    def _spawn(self, plan: ChildPlan) -> subprocess.Popen[bytes]:
        self.run_dir.mkdir(parents=True, exist_ok=True)
        boot = self.run_dir / f"{plan.name}.boot.json"
        handle = os.open(boot, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(plan.boot, file)
        with self._log(plan.name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # nosec B603 - fixed module names
                [sys.executable, "-m", plan.module, "--boot", str(boot.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=child_environment(self.environment),
                cwd=self.run_dir,  # nothing in the folder of whoever started us is imported
                start_new_session=True,
            )

    def _log(self, name: str) -> Path:
        """The child's log; a long one is put aside first, so that the disk stays bounded."""
        path = self.run_dir / f"{name}.log"
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def pid(self, name: str) -> int:
        """Process id of a child."""
        return self._children[name].process.pid

    def ready(self) -> bool:
        """True when every child answers.

        Raises:
            UnavailableError: CHILD_DIED when one ended before it was up, with its last words.
        """
        for child in self._children.values():
            name = child.plan.name
            if child.process.poll() is not None:
                raise UnavailableError(
                    "CHILD_DIED", f"{name} ended while starting",
                    value=self.last_words(name), hint=f"see {self.run_dir / name}.log",
                )  # fmt: skip
        return all(child.plan.ready() for child in self._children.values())

    def last_words(self, name: str) -> str:
        """The last line of a child's log that names a fault, else its last line."""
        path = self.run_dir / f"{name}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()][-LAST_LINES:]
        faults = [line for line in lines if FAULT_LINE.match(line)]
        return next(reversed(faults or lines), "")[-LAST_WORDS:]

    def watch(self) -> None:
        """Start again whoever died; the pause doubles with each death up to ten seconds."""
        now = self.clock.monotonic()
        for child in self._children.values():
            if child.process.poll() is None:
                continue
            if child.restart_at is None:
                self._note_death(child, now)
            elif now >= child.restart_at:
                child.process, child.restart_at = self._spawn(child.plan), None
                child.started_at = now

    def _note_death(self, child: _Child, now: float) -> None:
        if now - child.started_at >= STEADY_SECONDS:
            child.deaths = 0
        child.deaths += 1
        pause = min(2.0 ** (child.deaths - 1) - 0.5, MAX_PAUSE_SECONDS)
        child.restart_at = now + pause
        name, code = child.plan.name, child.process.returncode
        words = self.last_words(name)
        self.notify(f"{name} ended with {code}; starting it again in {pause:.1f} s. {words}")

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
