"""The lifeline: a process ends when whoever started it is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from config.lifeline import follow
from tests.needs import ROOT

POLITE = """
import signal, sys, time
from config.lifeline import follow
def tidy(*_):
    print("tidied", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, tidy)
follow(0, 5.0)
print("up", flush=True)
while True:
    time.sleep(0.05)
"""
STUBBORN = POLITE.replace("tidy)", "signal.SIG_IGN)").replace("5.0", "0.1")
STARTER = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {POLITE!r}], stdin=subprocess.PIPE)
print(child.pid, flush=True)
time.sleep(60)
"""


def started(code: str) -> subprocess.Popen[str]:
    """A process whose standard input is the pipe that it follows."""
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def line(process: subprocess.Popen[str]) -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_a_closed_pipe_is_a_graceful_stop() -> None:
    """The process tidies up as on SIGTERM and ends with its own exit code."""
    with started(POLITE) as process:
        assert line(process) == "up"
        assert process.poll() is None
        said, _ = process.communicate(timeout=10)  # closes the pipe
    assert said.strip() == "tidied"
    assert process.returncode == 0


def test_a_process_that_does_not_listen_is_ended() -> None:
    """After the time to be graceful it ends at once."""
    with started(STUBBORN) as process:
        assert line(process) == "up"
        process.communicate(timeout=10)
    assert process.returncode == -signal.SIGKILL


def test_a_killed_starter_takes_its_child_along() -> None:
    """SIGKILL leaves the starter no time to do anything: the system closes the pipe."""
    with started(STARTER) as starter:
        child = int(line(starter))
        assert line(starter) == "up"
        starter.kill()
        starter.wait(10)
        assert line(starter) == "tidied"
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("the child lives on")


def test_nobody_to_follow() -> None:
    """A process that was started by hand goes on: there is no thread."""
    assert follow(None) is None
