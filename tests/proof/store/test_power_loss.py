"""Power loss at any instruction: no commit that was acknowledged is ever lost, nothing is torn."""

from __future__ import annotations

import random
import sqlite3
from bisect import bisect_right
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from engine.clock import FixedClock
from engine.errors import IntegrityError, UnavailableError
from guardrails.store import approvals, people, sqlite_file, tickets
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.desk_schema import approvals as approvals_table
from guardrails.store.desk_schema import outbox as outbox_table
from guardrails.store.desk_schema import tickets as tickets_table
from guardrails.store.outbox import enqueue
from guardrails.tickets import RiskVerdict, TicketState
from tests import power_loss
from tests.desk_world import NOW
from tests.gateway_world import approval, signed, ticket
from tests.needs import OPTIONS

IMAGES = 20_000 if OPTIONS.full_volume else 300
TICKETS = 12


@dataclass(frozen=True, slots=True)
class Recording:
    """What happened below the store, and after how many events which journal row was promised."""

    tape: power_loss.Tape
    promised: list[int]

    def rows(self, moment: int) -> int:
        """Journal rows that were acknowledged before this moment."""
        return bisect_right(self.promised, moment)


def recorded(folder: Path, synchronous: str, monkeypatch: pytest.MonkeyPatch) -> Recording:
    """Run a desk's day on a recorded disk: the real store, its real statements."""
    tape = power_loss.Tape()
    recorder = power_loss.Recorder(tape)
    shim = SimpleNamespace(
        Connection=sqlite3.Connection,
        connect=lambda name, **_: power_loss.Connection(name, synchronous),
    )
    with monkeypatch.context() as patch:
        patch.setattr(sqlite_file, "sqlite3", shim)
        if synchronous != "FULL":
            found = {"NORMAL": 1, "OFF": 0}[synchronous]
            patch.setitem(sqlite_file.PRAGMAS, "synchronous", found)
        with closing(
            open_database(folder / "desk.db", desk_metadata, "desk", FixedClock(NOW))
        ) as db:
            promised = a_day(db, tape)
            del recorder
    return Recording(tape, promised)


def a_day(db: Database, tape: power_loss.Tape) -> list[int]:
    """Propose and release tickets; each commit's place on the tape when it was acknowledged."""
    promised = []
    with db.write() as work:
        people.add(work, "operator", (), "hash")
        work.journal("admin", "person.added", {})
    promised.append(len(tape.events))
    for number in range(TICKETS):
        one = ticket(created_at=NOW + timedelta(milliseconds=number))
        with db.write() as work:
            tickets.add(work, one, RiskVerdict(), TicketState.PENDING)
            work.journal("copilot", "ticket.proposed", {"ticket_digest": one.digest})
        promised.append(len(tape.events))
        with db.write() as work:
            mine = signed(approval(one))
            approvals.record(work, mine)
            approvals.use(work, mine.approval.digest, one.digest)
            tickets.move(work, one.digest, TicketState.PENDING, TicketState.RELEASED)
            enqueue(work, "release", {"ticket_digest": one.digest})
            work.journal("operator", "ticket.released", {"ticket_digest": one.digest})
        promised.append(len(tape.events))
    return promised


def fault(folder: Path, files: dict[str, bytearray], promised: int) -> str:
    """What is wrong with a store that comes up from these files; empty when nothing is."""
    for name, data in files.items():
        (folder / name).write_bytes(data)
    try:
        with closing(
            open_database(folder / "desk.db", desk_metadata, "desk", FixedClock(NOW))
        ) as db:
            return found_in(db, promised)
    except (IntegrityError, UnavailableError, sqlite3.DatabaseError) as error:
        return f"does not open: {error}"
    finally:
        for one in folder.iterdir():
            one.unlink(missing_ok=True)


def found_in(db: Database, promised: int) -> str:
    """Lost rows, a broken chain or half a release."""
    report = db.verify()
    if not report.ok or report.rows < promised:
        return f"{report.rows} of {promised} rows, {'whole' if report.ok else 'broken'}"
    with db.read() as reading:
        whole = reading.exec_driver_sql("PRAGMA integrity_check").scalar()
        counts = {
            reading.scalar(select(func.count()).select_from(outbox_table)),
            reading.scalar(select(func.count()).where(approvals_table.c.used.is_(True))),
            reading.scalar(select(func.count()).where(tickets_table.c.state == "released")),
            max(0, report.rows - 1) // 2,
        }
    return "" if whole == "ok" and len(counts) == 1 else f"{whole}, {counts}"


def faults(recording: Recording, folder: Path, count: int, seed: int) -> list[str]:
    """What is wrong in each of so many images at random moments."""
    folder.mkdir()
    chance = random.Random(seed)  # noqa: S311 - a seeded choice, no secret
    moments = [chance.randint(0, len(recording.tape.events)) for _ in range(count)]
    found = (
        fault(folder, files, recording.rows(moment))
        for moment, files in power_loss.images(recording.tape, moments, chance)
    )
    return [one for one in found if one]


def test_nothing_that_was_acknowledged_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the store's own settings 0 of N images lack a row, a trigger or half a release."""
    recording = recorded(tmp_path, "FULL", monkeypatch)
    assert len(recording.promised) == 2 * TICKETS + 1
    assert {one.what for one in recording.tape.events} >= {"write", "sync"}
    assert faults(recording, tmp_path / "images", IMAGES, seed=1) == []


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_the_harness_goes_red_where_it_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronous: str
) -> None:
    """A store that does not wait for the disk loses acknowledged rows, and this sees it."""
    recording = recorded(tmp_path, synchronous, monkeypatch)
    found = faults(recording, tmp_path / "images", min(IMAGES, 300), seed=2)
    assert len(found) > min(IMAGES, 300) // 10
