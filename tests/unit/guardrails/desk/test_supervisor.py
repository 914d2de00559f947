"""The supervisor with real children: started apart, watched, started again, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import stat
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.clock import FixedClock
from engine.errors import UnavailableError
from guardrails.desk import supervisor as rules
from guardrails.desk.supervisor import (
    ChildPlan,
    Supervisor,
    child_environment,
    free_port,
    port_is_free,
)
from tests.needs import ROOT

HOSTILE = {
    "PATH": os.environ.get("PATH", ""),
    "HOME": "/somewhere/of/somebody",
    "PEAK_DESK__PORT": "1",
    "OPENAI_API_KEY": "sk-not-for-children",
    "LANGSMITH_API_KEY": "not-for-children",
    "PYTHONPATH": "/somewhere/else",
    "PYTHONSTARTUP": "/evil.py",
    "LD_PRELOAD": "/evil.so",
    "HTTPS_PROXY": "http://elsewhere",
}


class Watched:
    """A supervisor on a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        """Watch over children whose files lie in `folder`."""
        self.folder = folder
        self.clock = FixedClock(datetime(2026, 1, 15, tzinfo=UTC))
        self.said: list[str] = []
        self.supervisor = Supervisor(folder, self.clock, HOSTILE, self.said.append)

    def plan(self, module: str, name: str = "child", **boot: object) -> ChildPlan:
        """A plan for a module of `tests/children`."""
        source = ROOT / "tests" / "children" / f"{module}.py"
        if source.exists():
            shutil.copy(source, self.folder)  # children run in the folder of their logs
        return ChildPlan(name, module, boot, (self.folder / f"{name}.boot.seen").exists)

    def start(self, module: str, name: str = "child", **boot: object) -> None:
        """Start a child and wait until it is up."""
        self.supervisor.start(self.plan(module, name, **boot))
        until(self.supervisor.ready)

    def seen(self, name: str = "child") -> dict[str, Any]:
        """What a steady child was given."""
        found: dict[str, Any] = json.loads((self.folder / f"{name}.boot.seen").read_text())
        return found

    def die(self) -> None:
        """Kill the child and wait until the system knows."""
        pid = self.supervisor.pid("child")
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def until(ready: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that must come."""
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    """A supervisor whose children are all ended afterwards."""
    made = Watched(tmp_path)
    yield made
    made.supervisor.stop()


def test_a_child_gets_its_boot_file_and_nothing_else(watched: Watched) -> None:
    """No key, setting, proxy or import path of the parent reaches a child."""
    watched.start("steady", port=8701, token="of this child alone")
    seen = watched.seen()
    assert seen["boot"] == {"port": 8701, "token": "of this child alone"}
    assert set(seen["environment"]) - {"LC_CTYPE"} == {
        "PATH", "HOME", "PYTHONUNBUFFERED", "PYTHONHASHSEED", "OPENBLAS_NUM_THREADS",
    }  # fmt: skip
    mode = stat.S_IMODE((watched.folder / "child.boot.json").stat().st_mode)
    assert mode == 0o600


def test_nothing_is_imported_from_where_it_was_started(
    watched: Watched, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of the same name in the starter's folder is not the one that runs."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "steady.py").write_text("raise SystemExit('the wrong one')")
    (elsewhere / "json.py").write_text("raise SystemExit('the wrong one')")
    monkeypatch.chdir(elsewhere)
    watched.start("steady", marker="right")
    assert watched.seen()["boot"] == {"marker": "right"}


def test_the_environment_is_an_allow_list() -> None:
    """Only what a program needs to find things and to write text is handed on."""
    kept = child_environment(HOSTILE)
    assert "OPENAI_API_KEY" not in kept
    assert "LD_PRELOAD" not in kept
    assert kept["HOME"] == "/somewhere/of/somebody"


def test_a_dead_child_is_started_again(watched: Watched) -> None:
    """A death is told once, with the pause; after the pause there is a new process."""
    watched.start("steady")
    first = watched.supervisor.pid("child")
    watched.die()
    watched.supervisor.watch()
    watched.supervisor.watch()
    assert len(watched.said) == 1
    assert "child ended with -9" in watched.said[0]
    assert watched.supervisor.pid("child") == first
    watched.clock.advance(0.5)
    watched.supervisor.watch()
    assert watched.supervisor.pid("child") != first
    until(watched.supervisor.ready)


def test_the_pause_grows_and_is_forgotten(watched: Watched) -> None:
    """0.5 s, 1.5 s, 3.5 s ... at most ten; a child that held for a minute starts afresh."""
    watched.start("steady")
    for expected in (0.5, 1.5, 3.5):
        watched.die()
        watched.supervisor.watch()
        assert f"in {expected} s" in watched.said[-1]
        watched.clock.advance(expected)
        watched.supervisor.watch()
    watched.clock.advance(rules.STEADY_SECONDS)
    watched.die()
    watched.supervisor.watch()
    assert "in 0.5 s" in watched.said[-1]


def test_a_child_that_dies_again_and_again(watched: Watched) -> None:
    """Five deaths in a row end it: CHILD_DIED with its last words, and no further start."""
    watched.start("steady")
    for _ in range(rules.MAX_DEATHS - 1):
        watched.die()
        watched.supervisor.watch()
        watched.clock.advance(rules.MAX_PAUSE_SECONDS)
        watched.supervisor.watch()
    last = watched.supervisor.pid("child")
    (watched.folder / "child.log").write_text('{"code": "SECRETS_MISSING"}\n')
    watched.die()
    with pytest.raises(UnavailableError) as refused:
        watched.supervisor.watch()
    assert refused.value.code == "CHILD_DIED"
    assert "5 times" in refused.value.message
    assert "SECRETS_MISSING" in refused.value.value
    assert watched.supervisor.pid("child") == last


def test_a_child_follows_a_pipe_of_its_supervisor(watched: Watched) -> None:
    """Its standard input ends when the supervisor does, and only then."""
    watched.start("following")
    child = watched.supervisor._children["child"].process
    assert child.poll() is None
    assert child.stdin is not None
    child.stdin.close()  # as the system does for a supervisor that died
    assert child.wait(10) == -signal.SIGTERM


def test_a_taken_port_is_not_free() -> None:
    """A port somebody listens on is taken; afterwards, and port 0 always, it is free."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", 0)


def test_a_child_that_dies_before_it_is_up(watched: Watched) -> None:
    """CHILD_DIED with the fault that the child named, and where its log lies."""
    watched.supervisor.start(watched.plan("failing"))
    with pytest.raises(UnavailableError) as refused:
        until(watched.supervisor.ready)
    assert refused.value.code == "CHILD_DIED"
    assert "SECRETS_MISSING" in refused.value.value
    assert "child.log" in refused.value.hint


def test_a_module_that_is_not_there(watched: Watched) -> None:
    """The interpreter's own last words are told when there is nothing better."""
    watched.supervisor.start(watched.plan("no_such_module"))
    with pytest.raises(UnavailableError) as refused:
        until(watched.supervisor.ready)
    assert "no_such_module" in refused.value.value


def test_stopping_ends_every_child(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """Polite children end on SIGTERM, others are killed after the time to be polite."""
    monkeypatch.setattr(rules, "STOP_SECONDS", 0.2)
    watched.start("steady", "polite")
    watched.start("stubborn", "stubborn")
    pids = [watched.supervisor.pid(name) for name in ("polite", "stubborn")]
    watched.supervisor.stop()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_long_log_is_put_aside(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log beyond its size becomes `.log.1` at the next start; a short one goes on."""
    monkeypatch.setattr(rules, "MAX_LOG_BYTES", 10)
    (watched.folder / "child.log").write_text("long enough to be put aside\n")
    watched.start("steady")
    assert (watched.folder / "child.log.1").read_text().startswith("long enough")
    assert (watched.folder / "child.log").read_text() == ""


def test_free_ports_are_loopback_ports() -> None:
    """A port that nobody listens on."""
    assert 1_024 <= free_port() < 65_536
