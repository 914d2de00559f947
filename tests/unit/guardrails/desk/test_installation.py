"""The plans of an installation's processes, and whom the supervisor takes for its own child."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config.lifeline import INSTANCE_HEADER
from config.loader import load_settings
from engine.errors import InputError
from guardrails.desk.demo.run import MARKER, _clear, own_folder
from guardrails.desk.folders import Folders
from guardrails.desk.installation import process_plans
from guardrails.desk.supervisor import ChildPlan


def plans(root: Path, **variables: str) -> dict[str, ChildPlan]:
    """The plans of an installation by name."""
    _, found = process_plans(load_settings("demo", env=variables), Folders(root))
    return {plan.name: plan for plan in found}


@contextmanager
def answering(port: int, mark: str) -> Iterator[None]:
    """Somebody who answers everything on a port with this mark."""

    class Door(BaseHTTPRequestHandler):
        """Says yes."""

        def do_GET(self) -> None:
            """Answer."""
            self.send_response(200)
            self.send_header(INSTANCE_HEADER, mark)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", port), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.network
@pytest.mark.parametrize("name", ["desk", "copilot"])
def test_only_our_own_child_is_ready(tmp_path: Path, name: str) -> None:
    """Another process that answers on the port is not taken for the one that was started."""
    plan = plans(tmp_path)[name]
    port = int(str(plan.boot["port"]))
    assert not plan.ready()
    with answering(port, "somebody else"):
        assert not plan.ready()
    with answering(port, str(plan.boot["instance"])):
        assert plan.ready()


def test_each_boot_file_names_its_own_secrets(tmp_path: Path) -> None:
    """No process is told where the secrets of another one lie."""
    for name, plan in plans(tmp_path).items():
        assert plan.boot["secrets"] == str(tmp_path / "secrets" / name)


def test_the_demo_clears_its_folder_and_keeps_its_lock(tmp_path: Path) -> None:
    """What an earlier demo left goes; the marker and the lock that is held stay."""
    folders = Folders(tmp_path / "demo")
    own_folder(folders.root)
    for name in ("desk.db", "run/desk.log", "run/serve.lock", "reports/x.html"):
        (folders.root / name).parent.mkdir(exist_ok=True)
        (folders.root / name).touch()
    _clear(folders, folders.run / "serve.lock")
    left = sorted(str(path.relative_to(folders.root)) for path in folders.root.rglob("*"))
    assert left == [MARKER, "run", "run/serve.lock"]


def test_a_folder_that_the_demo_did_not_make(tmp_path: Path) -> None:
    """DEMO_FOLDER_FOREIGN, and nothing in it changes."""
    (tmp_path / "mine").touch()
    with pytest.raises(InputError) as refused:
        own_folder(tmp_path)
    assert refused.value.code == "DEMO_FOLDER_FOREIGN"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
