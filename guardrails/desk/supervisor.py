"""Starts and watches the three processes of one installation on one machine.

Each child gets a boot file of its own (0600) and an emptied environment, so that nothing of one
process's secrets can reach another, and a pipe that ends when this process does: then it stops by
itself. A child that dies is started again, with a growing pause, but not for ever; stopping asks
politely first.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.private_files import private_file, private_folder
from engine.clock import Clock
from engine.errors import UnavailableError

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "VIRTUAL_ENV")
STOP_SECONDS = 8.0
MAX_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""After so long without a death a child counts as sound again."""
MAX_DEATHS = 5
"""Deaths in a row after which a child is not started again."""
MAX_LOG_BYTES = 5_000_000
LAST_LINES, LAST_WORDS = 20, 200
FAULT_LINE = re.compile(r'^(\{"|[A-Za-z_.]*(Error|Exception|Interrupt|Exit)\b)')
"""A fault of ours as one JSON line, or the last line of a traceback."""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(host: str, port: int) -> bool:
    """True when a server could listen there now; port 0 is always free."""
    with socket.socket() as probe:
        # as a server does: connections of an earlier one that linger are no obstacle
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What a child may inherit: where programs lie and how text looks, nothing else."""
    kept = {name: environment[name] for name in KEPT_VARIABLES if name in environment}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}


def _options(boot: Path) -> list[str]:
    """What every child is started with; its standard input is the pipe it follows."""
    return ["--boot", str(boot.absolute()), "--parent-fd", "0"]


def _let_go(process: subprocess.Popen[bytes]) -> None:
    """Close our end of a child's pipe."""
    if process.stdin is not None:
        process.stdin.close()


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
        private_folder(self.run_dir)
        boot = private_file(self.run_dir / f"{plan.name}.boot.json")
        boot.write_text(json.dumps(plan.boot), encoding="utf-8")
        with self._log(plan.name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - fixed module names
                [sys.executable, "-m", plan.module, *_options(boot)],
                stdin=subprocess.PIPE,  # never written to: it ends when we do
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
        return private_file(path)

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
        """Start again whoever died; the pause doubles with each death up to ten seconds.

        Raises:
            UnavailableError: CHILD_DIED when one died `MAX_DEATHS` times in a row.
        """
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
        _let_go(child.process)
        name, code = child.plan.name, child.process.returncode
        words = self.last_words(name)
        if child.deaths >= MAX_DEATHS:
            raise UnavailableError(
                "CHILD_DIED", f"{name} ended {child.deaths} times in a row, now with {code}",
                value=words, hint=f"see {self.run_dir / name}.log",
            )  # fmt: skip
        pause = min(2.0 ** (child.deaths - 1) - 0.5, MAX_PAUSE_SECONDS)
        child.restart_at = now + pause
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
            _let_go(child.process)
        self._children.clear()
