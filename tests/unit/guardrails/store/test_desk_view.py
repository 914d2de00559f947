"""What the gateway reads at the desk: proofs of a release, revocations, state, an intact chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from guardrails.store import halts
from guardrails.store.candidates import CertificateStore
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.desk_view import DeskView
from guardrails.trading_state import TradingState
from tests.gateway_world import CERTIFICATE, World, release, ticket


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A desk with one release in its outbox."""
    found = World(tmp_path)
    found.put(release(ticket()))
    yield found
    found.close()


@pytest.fixture
def view(world: World) -> Iterator[DeskView]:
    """The gateway's own read-only handle."""
    handle = open_database(
        world.root / "desk.db", desk_metadata, "desk", world.clock, read_only=True
    )
    yield DeskView(handle)
    handle.close()


def test_a_release_is_proved_by_its_own_journal_row(world: World, view: DeskView) -> None:
    """Exactly this digest under exactly this kind; a mention elsewhere proves nothing."""
    other = ticket(nonce="9" * 32).digest
    with world.desk.write() as work:
        work.journal("operator", "ticket.proposed", {"ticket_digest": other})
        work.journal("operator", "ticket.released", {"ticket_digest": "0" * 64, "note": other})
    assert view.released(ticket().digest)
    assert not view.released(other)


def test_rows_are_read_after_the_cursor(world: World, view: DeskView) -> None:
    """In order, each once."""
    second = world.replay(0)
    assert [row.kind for row in view.after(0)] == ["release", "replay"]
    assert [row.n for row in view.after(second - 1)] == [second]
    assert view.after(second) == ()


def test_a_revocation_is_seen(world: World, view: DeskView) -> None:
    """Before it is withdrawn a certificate is not, after it is."""
    assert not view.revoked(CERTIFICATE.digest)
    CertificateStore(world.desk).revoke(CERTIFICATE.digest, "DATA_CHANGED", "operator")
    assert view.revoked(CERTIFICATE.digest)


def test_the_desks_trading_state_is_seen(world: World, view: DeskView) -> None:
    """ACTIVE before the first change, then the newest one."""
    assert view.trading_state() is TradingState.ACTIVE
    with world.desk.write() as work:
        halts.set_state(work, TradingState.REDUCING, "operator", "drill")
        work.journal("operator", "drill", {})
    assert view.trading_state() is TradingState.REDUCING


def test_a_changed_journal_is_not_intact(world: World, view: DeskView) -> None:
    """One changed row is enough."""
    assert view.intact()
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER journal_no_update")
        insider.exec_driver_sql("UPDATE journal SET kind = 'other' WHERE n = 1")
    assert not view.intact()
