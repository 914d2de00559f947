"""The copilot as a process of its own: its door, its walls, and what survives a kill."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from config.secrets import CopilotSecrets, create_secrets, new_token
from config.settings import CopilotSettings
from tests.copilot_world import endpoint
from tests.needs import ROOT

pytestmark = pytest.mark.services

PROBE = """
import json, sys
from copilot import isolation
isolation.prepare()
from copilot.app import composed, read_boot
import pathlib
with composed(read_boot(pathlib.Path(sys.argv[1]))):
    print(json.dumps({"modules": sorted(sys.modules), "escapes": isolation.escapes()}))
"""


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Installation:
    """A folder with secrets and a boot file."""

    folder: Path
    boot: Path
    token: str
    port: int

    def say(self, text: str, thread: str = "t1") -> dict[str, Any]:
        """One turn over HTTP; the last event of each name."""
        body = {"thread_id": thread, "text": text, "language": None}
        headers = {"authorization": f"Bearer {self.token}"}
        url = f"http://127.0.0.1:{self.port}/turn"
        with httpx2.Client(trust_env=False, timeout=30) as client:
            raw = client.post(url, json=body, headers=headers).text
        blocks = [block.split("\n") for block in raw.strip().split("\n\n")]
        return {
            one[0].removeprefix("event: "): json.loads(one[1].removeprefix("data: "))
            for one in blocks
        }


def install(folder: Path, base_url: str = "", model: str = "") -> Installation:
    """Secrets and a boot file as the supervisor writes them."""
    secrets, port = folder / "secrets", free_port()
    secrets.mkdir(mode=0o700)
    relay = new_token()
    create_secrets(secrets, CopilotSecrets(desk_token=new_token(), relay_token=relay))
    boot = folder / "boot.json"
    chosen = CopilotSettings(base_url=base_url, model=model).model_dump(mode="json")
    data = {
        "settings": chosen,
        "secrets": str(secrets),
        "desk_url": f"http://127.0.0.1:{free_port()}",
        "folder": str(folder / "copilot"),
        "port": port,
    }
    boot.write_text(json.dumps(data))
    return Installation(folder, boot, relay.get_secret_value(), port)


def environment(**extra: str) -> dict[str, str]:
    """What the supervisor would hand down."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(ROOT),
    } | extra


@contextmanager
def running(here: Installation) -> Iterator[subprocess.Popen[bytes]]:
    """The process, up and answering; killed on the way out."""
    command = [sys.executable, "-m", "copilot", "--boot", str(here.boot)]
    with (here.folder / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=here.folder, env=environment(), stdout=log, stderr=log
        )
    try:
        _wait_until_up(here, process)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_until_up(here: Installation, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, (here.folder / "log").read_text()
        try:
            with httpx2.Client(trust_env=False, timeout=2) as client:
                if client.get(f"http://127.0.0.1:{here.port}/healthz").status_code == 200:
                    return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError("the copilot did not come up")


def test_a_conversation_survives_sigkill(tmp_path: Path) -> None:
    """The draft of before is changed after, and its files are nobody else's."""
    here = install(tmp_path)
    with running(here) as process:
        assert here.say("20/50 EMA cross on GOOG daily")["draft"]["reply"]["status"] == "draft"
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with running(here):
        spec = here.say("make the stop 4 percent")["draft"]["reply"]["spec"]
    assert spec["rules"][0]["entry"] == "cross_above(ema(close,20),ema(close,50))"
    assert spec["stops"][0]["value"] == 0.04
    assert (tmp_path / "copilot" / "checkpoints.db").stat().st_mode & 0o077 == 0


def test_a_kill_in_the_middle_of_a_turn_loses_only_that_turn(tmp_path: Path) -> None:
    """The process dies while the model is silent; the conversation goes on."""
    with endpoint({"kind": "stall", "seconds": 20}) as url:
        here = install(tmp_path, base_url=url, model="scripted")
        with running(here) as process:
            with (
                httpx2.Client(trust_env=False, timeout=1.0) as client,
                pytest.raises(httpx2.HTTPError),
            ):
                client.post(
                    f"http://127.0.0.1:{here.port}/turn",
                    json={"thread_id": "t1", "text": "EMA cross on GOOG", "language": None},
                    headers={"authorization": f"Bearer {here.token}"},
                )
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    boot = json.loads(here.boot.read_text())
    boot["settings"] = CopilotSettings().model_dump(mode="json")
    here.boot.write_text(json.dumps(boot))
    with running(here):
        assert here.say("20/50 EMA cross on GOOG daily")["draft"]["reply"]["status"] == "draft"
        assert here.say("stop 3%")["draft"]["reply"]["spec"]["stops"][0]["value"] == 0.03


def test_the_process_holds_no_way_out(tmp_path: Path) -> None:
    """With everything opened: no guardrails, venue, store or referee, and no escape."""
    here = install(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(here.boot)],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["escapes"] == []
    forbidden = ("guardrails", "ccxt", "sqlalchemy", "backtesting", "pyarrow")
    assert [name for name in found["modules"] if name.partition(".")[0] in forbidden] == []


@pytest.mark.parametrize("extra", [{"DESK_SIGNING_KEY": "x"}, {"EXCHANGE_API_KEY": "x"}])
def test_a_key_in_its_environment_stops_the_start(tmp_path: Path, extra: dict[str, str]) -> None:
    """Refused with a code before anything listens."""
    here = install(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "copilot", "--boot", str(here.boot)],
        cwd=tmp_path,
        env=environment(**extra),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert json.loads(done.stderr)["error"]["code"] == "CONTAIN_ESCAPED"


def test_the_endpoint_runs_as_a_program(tmp_path: Path) -> None:
    """`python -m copilot.model_server` prints its port and answers."""
    script = tmp_path / "script.toml"
    script.write_text('[[steps]]\nkind = "text"\ntext = "hello"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "copilot.model_server", "--script", str(script)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        port = json.loads(process.stdout.readline())["port"]
        body = {"model": "m", "messages": []}
        deadline = time.monotonic() + 20
        with httpx2.Client(trust_env=False, timeout=5) as client:
            while True:
                try:
                    answer = client.post(
                        f"http://127.0.0.1:{port}/v1/chat/completions", json=body
                    ).json()
                    break
                except httpx2.HTTPError:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
        assert answer["choices"][0]["message"]["content"] == "hello"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_one_draft_from_the_command_line(tmp_path: Path) -> None:
    """Without desk, server and graph; the graph's library is not even loaded."""
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "importtime",
            "-m",
            "copilot",
            "draft",
            "--text",
            "RSI unter 30 auf ETH, 4h",
        ],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["reply"]["status"] == "draft"
    assert "langgraph" not in done.stderr
    assert "openai" not in done.stderr


def test_a_process_that_must_not_read_sealed_bars_does_not_start(tmp_path: Path) -> None:
    """CONTAIN_SEALED where containment is demanded; without the demand it starts and says so."""
    here = install(tmp_path)
    sealed = tmp_path / "datasets" / ("a" * 64) / "sealed"
    sealed.mkdir(parents=True)
    (sealed / "bars.parquet").write_bytes(b"PAR1")
    told = json.loads(here.boot.read_text()) | {"datasets": str(tmp_path / "datasets")}
    here.boot.write_text(json.dumps(told | {"sealed_required": True}))
    command = [sys.executable, "-m", "copilot", "--boot", str(here.boot)]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
        timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert json.loads(done.stderr.splitlines()[-1])["error"]["code"] == "CONTAIN_SEALED"
    here.boot.write_text(json.dumps(told))
    with running(here):
        log = (here.folder / "log").read_text()
    assert "sealed_readable" in log
    assert "degraded" in log
