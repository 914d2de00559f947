"""Heads of the desk that the gateway saw: a tail that is cut off is missed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from guardrails.desk.auditing import AuditReport, verify_files
from guardrails.desk.folders import Folders
from guardrails.execution.app import Gateway
from guardrails.store import witnesses
from guardrails.store.anchors import EVERY_SECONDS
from tests.gateway_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A desk whose journal the gateway has seen to its third row."""
    found = World(tmp_path)
    for row in range(3):
        _journal(found, f"row {row}")
    with closing(found.gateway()) as gateway:
        found.run(gateway)
    yield found
    found.close()


def _journal(world: World, kind: str) -> None:
    with world.desk.write() as work:
        work.journal("operator", kind, {})


def _cut(world: World, keep: int) -> None:
    """Delete the newest rows, as somebody who owns the file can."""
    with world.desk._engine.begin() as insider:
        insider.exec_driver_sql("DROP TRIGGER IF EXISTS journal_no_delete")
        insider.exec_driver_sql("DELETE FROM journal WHERE n > ?", (keep,))


def _verified(world: World) -> AuditReport:
    return verify_files(Folders(world.root), world.clock)


def test_a_journal_that_only_grew_is_whole(world: World) -> None:
    """Rows that came after the gateway's last look are no fault."""
    _journal(world, "later")
    assert _verified(world).ok


def test_a_tail_that_was_cut_off_is_missed(world: World) -> None:
    """The chain itself still fits; the gateway's note says that rows are gone."""
    _cut(world, 2)
    assert world.desk.verify().ok
    found = _verified(world)
    assert not found.ok
    assert found.first_bad == "desk:3"
    assert found.chains[0].reason == witnesses.SHORTER


def test_other_rows_in_their_place_are_seen(world: World) -> None:
    """A cut journal that goes on with other rows lacks the head that was seen."""
    _cut(world, 2)
    for kind in ("another", "and one more"):
        _journal(world, kind)
    found = _verified(world)
    assert found.first_bad == "desk:3"
    assert found.chains[0].reason == witnesses.OTHER


def test_a_desk_whose_file_is_gone_is_not_whole(world: World) -> None:
    """desk.db cannot be missing beside a gateway that saw its rows."""
    world.close()
    (world.root / "desk.db").unlink()
    found = _verified(world)
    assert not found.ok
    assert found.first_bad == "desk:1"
    assert found.chains[0].reason == witnesses.GONE


def test_an_installation_that_never_ran_is_whole(tmp_path: Path) -> None:
    """The twin: no file, no chain, nothing missing."""
    assert verify_files(Folders(tmp_path), World(tmp_path).clock).ok


def test_a_copy_made_before_the_gateway_looked_is_seen(world: World, tmp_path: Path) -> None:
    """An older copy put back in place of desk.db does not pass for the newest one."""
    world.close()
    shutil.copy(tmp_path / "desk.db", tmp_path / "older.db")
    later = World(tmp_path)
    _journal(later, "later")
    later.clock.advance(EVERY_SECONDS)
    with closing(later.gateway()) as gateway:
        later.run(gateway)
    later.close()
    for name in ("desk.db", "desk.db-wal", "desk.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "older.db", tmp_path / "desk.db")
    assert verify_files(Folders(tmp_path), later.clock).first_bad == "desk:4"


def test_plain_rows_wait_a_minute_critical_ones_do_not(world: World) -> None:
    """A desk that writes often does not fill the gateway's journal; a new limit is kept at once."""
    with closing(world.gateway()) as gateway:
        gateway.turn()
        for row in range(4):
            _journal(world, f"often {row}")
            gateway.turn()
        assert _anchored(world, gateway) == [3, 4]
        world.clock.advance(EVERY_SECONDS)
        gateway.turn()
        gateway.turn()
        assert _anchored(world, gateway) == [3, 4, 7]
        _journal(world, "limits.recorded")
        gateway.turn()
        assert _anchored(world, gateway) == [3, 4, 7, 8]


def _anchored(world: World, gateway: Gateway) -> list[object]:
    return [note["n"] for note in world.journal(gateway, "desk.anchored")]
