"""Shared fixtures: where the development data lie, and no network but loopback."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


def _folder(name: str) -> Path:
    folder = Path(os.environ.get("PEAK_TEST_SHARED", str(SHARED))) / name
    if not folder.is_dir():
        pytest.skip(f"the folder shared/{name} is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real market data, or a skip that says so."""
    return _folder("data")


@pytest.fixture(scope="session")
def shared_acceptance() -> Path:
    """Folder of the acceptance cases, or a skip that says so."""
    return _folder("acceptance")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine, and drop keys and proxies."""
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "LANGSMITH_", "LANGCHAIN_", "PEAK_")) or name.lower() in {
            "http_proxy",
            "https_proxy",
            "all_proxy",
        }:
            monkeypatch.delenv(name)
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        local = self.family == socket.AF_UNIX or (
            isinstance(address, tuple) and address[0] in {"127.0.0.1", "::1", "localhost"}
        )
        if not local:
            raise OSError(f"tests may not connect to {address!r}")
        connect(self, address)  # type: ignore[arg-type]  # any address family

    monkeypatch.setattr(socket.socket, "connect", guarded)
