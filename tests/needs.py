"""What a machine may lack, and what that means for a test: the one place that decides.

Outside CI a missing service is a skip that names the package to install. With
`PEAK_TEST_SERVICES=required` it is a failure, so that CI can never pass by skipping.

| variable | values | meaning |
|---|---|---|
| `PEAK_TEST_SERVICES` | `required` | a missing service fails |
| `PEAK_TEST_VOLUME` | `full` | hypothesis and sweeps at full volume |
| `PEAK_TEST_GOLDEN` | `renew` | golden files are written instead of compared |
| `PEAK_TEST_SHARED` | a folder | where the development data lie |

They are read here once, when the first test module is loaded, and dropped from the environment
before anything runs: the settings loader refuses variables that it does not know.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]


class Options(NamedTuple):
    """What the person who started the tests asked for."""

    services_required: bool
    full_volume: bool
    renew_golden: bool
    shared: Path


class Service(NamedTuple):
    """Something that tests start: how it is found, and the Debian package that brings it."""

    name: str
    package: str
    find: Callable[[], Path | None]


def read_options(env: Mapping[str, str]) -> Options:
    """The `PEAK_TEST_*` variables; a misspelt value is refused, a missing one is the default.

    Raises:
        ValueError: naming the variable and what it may be.
    """
    wanted = {
        "PEAK_TEST_SERVICES": "required",
        "PEAK_TEST_VOLUME": "full",
        "PEAK_TEST_GOLDEN": "renew",
    }
    given = {name: env.get(name, "") for name in wanted}
    for name, value in given.items():
        if value not in {"", wanted[name]}:
            raise ValueError(f"{name} is {wanted[name]!r} or not set, not {value!r}")
    return Options(
        services_required=bool(given["PEAK_TEST_SERVICES"]),
        full_volume=bool(given["PEAK_TEST_VOLUME"]),
        renew_golden=bool(given["PEAK_TEST_GOLDEN"]),
        shared=Path(env.get("PEAK_TEST_SHARED") or ROOT.parent / "shared"),
    )


OPTIONS = read_options(os.environ)


def _program(*names: str) -> Callable[[], Path | None]:
    return lambda: next((Path(found) for found in map(shutil.which, names) if found), None)


def _newest_postgres() -> Path | None:
    """Folder of the newest PostgreSQL programs; Debian keeps them off the path."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    newest = max(folders, key=lambda file: int(file.parts[-3]), default=None)
    other = shutil.which("initdb")
    return newest.parent if newest else (Path(other).parent if other else None)


CHROMIUM = Service("Chromium", "chromium", _program("chromium", "chromium-browser"))
POSTGRES = Service("PostgreSQL", "postgresql", _newest_postgres)
REDIS = Service("Redis", "redis-server", _program("redis-server"))


def need(service: Service, options: Options = OPTIONS) -> Path:
    """Where the service's program lies; else a skip, or a failure where services are required."""
    found = service.find()
    if found is not None:
        return found
    reason = f"{service.name} is not on this machine: apt-get install {service.package}"
    if options.services_required:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
