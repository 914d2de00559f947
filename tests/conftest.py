"""Shared fixtures: no network but loopback, a clean environment, golden files, development data."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import needs

ALONE = ("unit", "property", "golden")
MAY_CONNECT = ("network", "services", "browser")
SECRETIVE = ("OPENAI_", "LANGSMITH_", "LANGCHAIN_", "PEAK_")
PROXIES = {"http_proxy", "https_proxy", "all_proxy"}

hypothesis.settings.register_profile("reduced", deadline=None, derandomize=True)
hypothesis.settings.register_profile("full", deadline=None, max_examples=1_000)
hypothesis.settings.load_profile("full" if needs.OPTIONS.full_volume else "reduced")


@pytest.fixture(scope="session", autouse=True)
def _clean_environment() -> Iterator[None]:
    """Drop settings, keys and proxies once, before any test or process starts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(SECRETIVE) or name.lower() in PROXIES:
                patch.delenv(name)
        yield


@pytest.fixture(autouse=True)
def _no_strangers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections that leave this machine; in unit, property and golden tests all of them.

    A test of those kinds that really needs a loopback socket says so: `pytest.mark.network`.
    """
    kind = request.path.relative_to(needs.ROOT / "tests").parts[0]
    marked = any(request.node.get_closest_marker(name) for name in MAY_CONNECT)
    hosts = set() if kind in ALONE and not marked else {"127.0.0.1", "::1", "localhost"}
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name), hosts))


def _guarded(connect: Callable[..., object], hosts: set[str]) -> Callable[..., object]:
    def guarded(self: socket.socket, address: object) -> object:
        local = self.family == getattr(socket, "AF_UNIX", None)
        if not local and not (isinstance(address, tuple) and address[0] in hosts):
            raise OSError(
                f"this test may not connect to {address!r} (mark it network for loopback)"
            )
        return connect(self, address)

    return guarded


def _folder(name: str) -> Path:
    folder = needs.OPTIONS.shared / name
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


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium program, or a skip (in CI a failure) that names the package."""
    return needs.need(needs.CHROMIUM)


@pytest.fixture
def golden() -> Callable[[str, str | bytes], None]:
    """`golden(name, made)` compares with `tests/golden/files/<name>`; `make golden` renews it."""

    def compare(name: str, made: str | bytes) -> None:
        file = needs.ROOT / "tests" / "golden" / "files" / name
        raw = made.encode() if isinstance(made, str) else made
        if needs.OPTIONS.renew_golden:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(raw)
        assert file.exists(), f"no golden file {name}; make it with: make golden"
        assert raw == file.read_bytes(), f"{name} changed; if that is meant: make golden"

    return compare
