"""The desk as witness: it signs the gateway's journal, halts on a changed one, misses its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from config.modes import Mode
from config.settings import DeploymentSettings
from guardrails.desk.anchoring import GatewayWitness, gateway_witness
from guardrails.desk.auditing import place_of, verify_files
from guardrails.desk.folders import Folders
from guardrails.signing import Signer
from guardrails.store.anchoring import Anchorer
from guardrails.store.anchors import EVERY_SECONDS
from guardrails.store.database import open_journal
from guardrails.store.evidence import AnchorPlace
from guardrails.store.witnesses import Evidence
from guardrails.trading_state import TradingState
from tests.audit_world import Insider
from tests.desk_world import DeskWorld

GATEWAY = Signer("33" * 32)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Where everything lies."""
    return Folders(tmp_path)


@pytest.fixture
def witness(world: DeskWorld, folders: Folders) -> Iterator[GatewayWitness]:
    """A desk with a gateway's journal of three rows."""
    from sqlalchemy import MetaData  # noqa: PLC0415 - only here

    from guardrails.store.database import open_database  # noqa: PLC0415 - only here

    with closing(open_database(folders.gateway_db, MetaData(), "gateway", world.clock)) as own:
        for kind in ("gateway.started", "order.intent", "order.sending"):
            with own.write() as work:
                work.journal("gateway", kind, {})
    reading = open_journal(folders.gateway_db, "gateway", world.clock)
    yield gateway_witness(world.ctx, folders, reading)
    reading.close()


def _gateway_signs(world: DeskWorld, folders: Folders) -> None:
    """What the gateway does with the desk's journal."""
    place: AnchorPlace = place_of(folders)
    place.publish("gateway", GATEWAY)
    Anchorer(
        target=world.db, signer="gateway", key=GATEWAY, clock=world.clock,
        files=place.files("desk", "gateway"), known=Evidence,
    ).look(at_once=True)  # fmt: skip


def test_a_send_is_signed_at_the_next_look(
    world: DeskWorld, witness: GatewayWitness, folders: Folders
) -> None:
    """File and journal row; another look signs nothing new."""
    witness.look()
    witness.look()
    assert [anchor.size for anchor in place_of(folders).files("gateway", "desk")[0].read()] == [3]
    found = verify_files(folders, world.clock)
    assert (found.ok, found.anchors) == (True, 1)


def test_a_changed_gateway_journal_halts(
    world: DeskWorld, witness: GatewayWitness, folders: Folders
) -> None:
    """What was signed and is not there any more stops trading."""
    witness.look()
    assert world.latch.state() is TradingState.ACTIVE
    with Insider(folders.gateway_db) as insider:
        insider.run("DELETE FROM journal WHERE n = 3")
    witness.look()
    assert world.latch.state() is TradingState.HALTED


def test_a_missing_anchor_reduces(
    world: DeskWorld, witness: GatewayWitness, folders: Folders
) -> None:
    """A critical row of ours that stays unsigned for more than a minute reduces trading."""
    with world.db.write() as work:
        work.journal("operator", "limits.recorded", {})
    witness.look()
    world.clock.advance(EVERY_SECONDS)
    witness.look()
    assert world.latch.state() is TradingState.ACTIVE
    world.clock.advance(1)
    witness.look()
    assert world.latch.state() is TradingState.REDUCING
    del folders


def test_a_signed_row_reduces_nothing(
    world: DeskWorld, witness: GatewayWitness, folders: Folders
) -> None:
    """The twin: signed within the minute, and plain rows never count."""
    with world.db.write() as work:
        work.journal("operator", "limits.recorded", {})
    witness.look()
    world.clock.advance(EVERY_SECONDS)
    _gateway_signs(world, folders)
    with world.db.write() as work:
        work.journal("operator", "chat.message", {})
    for _ in range(3):
        world.clock.advance(EVERY_SECONDS)
        witness.look()
    assert world.latch.state() is TradingState.ACTIVE


def test_without_a_gateway_nothing_is_missed(world: DeskWorld, witness: GatewayWitness) -> None:
    """A research installation has nobody to sign for it."""
    deployment = DeploymentSettings(mode=Mode.RESEARCH)
    settings = world.ctx.settings.model_copy(update={"deployment": deployment})
    witness.context = replace(world.ctx, settings=settings)
    with world.db.write() as work:
        work.journal("operator", "limits.recorded", {})
    witness.look()
    world.clock.advance(2 * EVERY_SECONDS)
    witness.look()
    assert world.latch.state() is TradingState.ACTIVE


def test_the_run_log_is_written(witness: GatewayWitness) -> None:
    """The orders of the gateway are in it."""
    witness.look()
    assert "order.sending" in witness.log.days()[0].read_text()
