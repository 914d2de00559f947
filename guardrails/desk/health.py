"""Health: what an operator asks at three in the morning, each with one light and one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

import httpx2

from config.secrets import (
    CopilotSecrets,
    DeskSecrets,
    GatewaySecrets,
    load_secrets,
    own_folder,
    secrets_folder,
)
from engine.errors import PeakError
from guardrails.desk.auditing import verify_files
from guardrails.desk.desk_client import DeskClient, desk_url
from guardrails.latch import Latch
from guardrails.store.database import open_database
from guardrails.store.gateway_schema import gateway_metadata
from guardrails.store.gateway_view import GatewayView
from guardrails.trading_state import TradingState

if TYPE_CHECKING:
    from guardrails.desk.local import Local

Light = Literal["ok", "look", "bad"]
LOW_DISK_BYTES: Final = 1_000_000_000
NO_DISK_BYTES: Final = 100_000_000
SILENT_AFTER_S: Final = 10
"""Seconds after which a gateway without a heartbeat counts as silent."""


@dataclass(frozen=True, slots=True)
class PartHealth:
    """One part: its light and one sentence that says what is and what to do."""

    part: str
    light: Light
    sentence: str


def _config(here: Local) -> PartHealth:
    deployment = here.settings.deployment
    return PartHealth(
        "config",
        "ok",
        f"mode {deployment.mode}, {deployment.persons}, state in {here.folders.root}",
    )


def _data(here: Local) -> PartHealth:
    found = here.datasets().datasets()
    if not found:
        return PartHealth("data", "look", "no dataset yet; `peak data import` or `peak serve`")
    newest = max(one.last for one in found)
    return PartHealth(
        "data", "ok", f"{len(found)} datasets, the newest bar is of {newest:%Y-%m-%d}"
    )


def _store(here: Local) -> PartHealth:
    if not (here.folders.desk_db.exists() or here.folders.gateway_db.exists()):
        return PartHealth("store", "look", "no store yet; it is made by `peak serve`")
    report = verify_files(here.folders, here.clock, here.settings.deployment.anchor_copy_dir)
    if not report.ok:
        where = report.first_bad
        return PartHealth(
            "store", "bad", f"the journal breaks at {where}; see the runbook of a broken journal"
        )
    return PartHealth("store", "ok", f"journal whole, {report.rows} rows")


def _limits(here: Local) -> PartHealth:
    from guardrails.limits import effective  # noqa: PLC0415 - one part of many

    limits = effective(here.settings.limits)
    profile = here.settings.limits.profile
    return PartHealth("limits", "ok", f"profile {profile}, version {limits.version[:12]}")


def _state(here: Local) -> PartHealth:
    if not here.folders.halt.exists():
        return PartHealth("trading", "look", "never started")
    state = Latch(here.folders.halt).state()
    light: Light = "ok" if state is TradingState.ACTIVE else "look"
    return PartHealth("trading", light, f"state {state}")


def _desk(here: Local) -> PartHealth:
    try:
        health = DeskClient(desk_url(here.folders.run), timeout_s=3.0).get("/healthz")
    except (PeakError, httpx2.HTTPError):
        if here.running():
            return PartHealth("desk", "bad", f"runs, but does not answer; see {here.folders.run}")
        return PartHealth("desk", "look", "not running; start it with `peak serve`")
    return PartHealth("desk", "ok", f"answers, version {health['version']}")


def _gateway(here: Local) -> PartHealth:
    if not here.folders.gateway_db.exists():
        return PartHealth("gateway", "look", "never started; it comes with `peak serve`")
    alive_at = _last_heartbeat(here)
    if alive_at is None:
        return PartHealth("gateway", "look", "has run, but left no sign of life")
    age = (here.clock.now() - alive_at).total_seconds()
    if abs(age) <= SILENT_AFTER_S:
        return PartHealth("gateway", "ok", f"alive {max(age, 0):.0f} s ago")
    # without a desk it is meant to be silent
    light: Light = "bad" if here.running() else "look"
    return PartHealth("gateway", light, f"no sign of life since {alive_at:%Y-%m-%d %H:%M:%S} UTC")


def _last_heartbeat(here: Local) -> datetime | None:
    path, clock = here.folders.gateway_db, here.clock
    database = open_database(path, gateway_metadata, "gateway", clock, read_only=True)
    try:
        return GatewayView(database).heartbeat()
    finally:
        database.close()


def _secrets(here: Local) -> PartHealth:
    folder = secrets_folder(here.folders.root)
    if not folder.exists():
        return PartHealth("secrets", "look", "none yet; they are made by `peak serve`")
    for kind in (DeskSecrets, CopilotSecrets, GatewaySecrets):
        load_secrets(kind, own_folder(folder, kind))
    return PartHealth("secrets", "ok", "three files, each readable by its owner alone")


def _model(here: Local) -> PartHealth:
    copilot = here.settings.copilot
    if not (copilot.base_url and copilot.model):
        return PartHealth("model", "ok", "no endpoint set: the offline drafter answers")
    return PartHealth("model", "ok", f"{copilot.model} at the configured endpoint")


def _clock(here: Local) -> PartHealth:
    return PartHealth("clock", "ok", f"{here.clock.now():%Y-%m-%d %H:%M:%S} UTC")


def _disk(here: Local) -> PartHealth:
    folder = here.folders.root if here.folders.root.exists() else here.folders.root.parent
    free = shutil.disk_usage(folder if folder.exists() else "/").free
    sentence = f"{free / 1e9:.1f} GB free"
    if free < NO_DISK_BYTES:
        return PartHealth("disk", "bad", f"{sentence}; make room before trading")
    return PartHealth("disk", "look" if free < LOW_DISK_BYTES else "ok", sentence)


def _speed(_here: Local) -> PartHealth:
    from engine.fast import can_compile  # noqa: PLC0415 - one part of many

    if can_compile():
        return PartHealth("speed", "ok", "long sweeps run compiled")
    sentence = "numba is missing, long sweeps take fifty times as long; `make setup` brings it"
    return PartHealth("speed", "look", sentence)


PARTS: Final[tuple[Callable[[Local], PartHealth], ...]] = (
    _config, _secrets, _data, _store, _limits, _state, _desk, _gateway, _model, _clock, _disk,
    _speed,
)  # fmt: skip


def examine(here: Local) -> tuple[PartHealth, ...]:
    """All parts in order; a part that cannot be examined is bad, never silent."""
    found = []
    for part in PARTS:
        try:
            found.append(part(here))
        except PeakError as error:
            name = part.__name__.removeprefix("_")
            found.append(PartHealth(name, "bad", f"{error.code}: {error.message}"))
    return tuple(found)
