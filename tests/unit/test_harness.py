"""The test harness itself: no network, no keys, no silent skips in CI."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import needs
from tests.needs import Options, Service

ABSENT = Service("Nothing", "no-such-package", lambda: None)
PRESENT = Service("Python", "python3", lambda: Path("/bin/sh"))


def test_options_are_off_by_default() -> None:
    """Without variables nothing is required and nothing is renewed."""
    assert needs.read_options({})[:3] == (False, False, False)


def test_options_are_read_by_name(tmp_path: Path) -> None:
    """Each variable switches one thing on."""
    env = {
        "PEAK_TEST_SERVICES": "required",
        "PEAK_TEST_VOLUME": "full",
        "PEAK_TEST_GOLDEN": "renew",
        "PEAK_TEST_SHARED": str(tmp_path),
    }
    assert needs.read_options(env) == Options(
        services_required=True, full_volume=True, renew_golden=True, shared=tmp_path
    )


@pytest.mark.parametrize("name", ["PEAK_TEST_SERVICES", "PEAK_TEST_VOLUME", "PEAK_TEST_GOLDEN"])
def test_a_misspelt_option_is_refused(name: str) -> None:
    """`PEAK_TEST_SERVICES=requierd` must not make CI pass by skipping."""
    with pytest.raises(ValueError, match=name):
        needs.read_options({name: "requierd"})


def test_an_absent_service_skips_and_names_its_package() -> None:
    """On a developer's machine the reason says what to install."""
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-such-package"):
        needs.need(ABSENT, needs.read_options({}))


def test_an_absent_service_fails_where_it_is_required() -> None:
    """In CI the same absence is a failure."""
    options = needs.read_options({"PEAK_TEST_SERVICES": "required"})
    with pytest.raises(pytest.fail.Exception, match="no-such-package"):
        needs.need(ABSENT, options)


def test_a_present_service_is_where_it_says() -> None:
    """The twin: what is there is handed out in both cases."""
    for env in ({}, {"PEAK_TEST_SERVICES": "required"}):
        assert needs.need(PRESENT, needs.read_options(env)) == Path("/bin/sh")


def test_no_key_and_no_setting_of_the_machine_reaches_a_test() -> None:
    """Settings, model keys and proxies of whoever runs the tests are gone."""
    prefixes = ("PEAK_", "OPENAI_", "LANGSMITH_", "LANGCHAIN_")
    assert [name for name in os.environ if name.startswith(prefixes)] == []


@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_a_unit_test_opens_no_socket(connect: str) -> None:
    """Not even to this machine."""
    with socket.socket() as one, pytest.raises(OSError, match="may not connect"):
        getattr(one, connect)(("127.0.0.1", 9))


@pytest.mark.network
def test_a_marked_test_reaches_this_machine_and_no_other() -> None:
    """With the mark loopback works; an address outside stays refused."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())
    with socket.socket() as one, pytest.raises(OSError, match="may not connect"):
        one.connect(("192.0.2.1", 80))


@pytest.mark.skipif(needs.OPTIONS.renew_golden, reason="golden files are being written")
@pytest.mark.parametrize("name", ["profile-paper.json", "no-such-file.json"])
def test_a_golden_file_that_differs_or_is_missing_fails(
    name: str, golden: Callable[[str, str | bytes], None]
) -> None:
    """The message says how the file is renewed, and nothing is written."""
    with pytest.raises(AssertionError, match="make golden"):
        golden(name, "something else")
    assert not (needs.ROOT / "tests" / "golden" / "files" / "no-such-file.json").exists()
