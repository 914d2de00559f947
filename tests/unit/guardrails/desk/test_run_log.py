"""The run log: one line for each row of the run, its ids, results of fills, and a clean restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import IntegrityError
from guardrails.desk.run_log import RunLog, event_of, lines_of
from guardrails.store.database import Database, open_journal
from tests.gateway_world import World, exit_ticket, release, ticket


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[tuple[Database, ...]]:
    """Both journals of an installation that bought, and asked to sell again."""
    world = World(tmp_path)
    with closing(world.gateway()) as gateway:
        world.replay(0)
        world.put(release(ticket()))
        world.replay(1)
        world.put(release(exit_ticket()))
        world.replay(2)
        world.run(gateway)
    found = tuple(
        open_journal(tmp_path / f"{chain}.db", chain, world.clock) for chain in ("desk", "gateway")
    )
    yield found
    for store in found:
        store.close()
    world.close()


def _lines(log: RunLog) -> list[dict[str, Any]]:
    return [line for day in log.days() for line in lines_of(day)]


def test_orders_and_results_are_logged(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """Release, order and fill of one ticket share its digest; the fill says what it earned."""
    log = RunLog(tmp_path / "log")
    assert log.update(stores) == len(_lines(log))
    lines = _lines(log)
    events = {line["event"] for line in lines}
    assert {"ticket", "order", "fill"} <= events
    fills = [line for line in lines if line["event"] == "fill"]
    bought = ticket().digest
    assert {line["event"] for line in lines if line["ids"].get("ticket_digest") == bought} == {
        "ticket", "order", "fill",
    }  # fmt: skip
    assert Decimal(fills[0]["pnl"]["position"]) == 5
    assert fills[0]["pnl"]["symbol"] == "ACME"
    assert Decimal(fills[0]["pnl"]["realised"]) == -Decimal(fills[0]["facts"]["fill"]["fee"])
    assert all(line["kind"] != "market.bar" for line in lines)


def test_the_days_stand_in_files_of_their_own(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """The file is the UTC day of the row."""
    log = RunLog(tmp_path / "log")
    log.update(stores)
    for day in log.days():
        assert {line["time"][:10] for line in lines_of(day)} == {day.stem}


def test_nothing_is_written_twice(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """Another look, and another process, add only what is new; results go on where they were."""
    log = RunLog(tmp_path / "log")
    log.update(stores)
    once = _lines(log)
    assert log.update(stores) == 0
    again = RunLog(tmp_path / "log")
    assert again.update(stores) == 0
    assert _lines(again) == once
    assert again.book == log.book


def test_a_torn_line_is_written_again(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """After a crash in the middle of a line the log is the same as without it."""
    log = RunLog(tmp_path / "log")
    log.update(stores)
    whole = log.days()[-1].read_bytes()
    log.days()[-1].write_bytes(whole[:-40])
    RunLog(tmp_path / "log").update(stores)
    assert sorted(log.days()[-1].read_bytes().splitlines()) == sorted(whole.splitlines())


@pytest.mark.parametrize("line", ["nonsense", "[]", "{}", "3"])
def test_a_foreign_line_is_refused(stores: tuple[Database, ...], tmp_path: Path, line: str) -> None:
    """RUN_LOG_INVALID says what to do; without the line it goes on."""
    log = RunLog(tmp_path / "log")
    log.update(stores)
    whole = log.days()[0].read_text()
    log.days()[0].write_text(line + "\n" + whole)
    with pytest.raises(IntegrityError) as caught:
        RunLog(tmp_path / "log").update(stores)
    assert caught.value.code == "RUN_LOG_INVALID"
    log.days()[0].write_text(whole)
    assert RunLog(tmp_path / "log").update(stores) == 0


def test_a_deleted_log_comes_back(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """It is drawn from the journals alone."""
    first, second = RunLog(tmp_path / "one"), RunLog(tmp_path / "two")
    first.update(stores)
    second.update(stores)
    assert _lines(first) == _lines(second)


def test_lines_are_private_and_hold_no_secret(stores: tuple[Database, ...], tmp_path: Path) -> None:
    """Nobody else may read the files, and no key of the installation stands in one."""
    log = RunLog(tmp_path / "log")
    log.update(stores)
    secrets = json.loads((tmp_path / "secrets" / "gateway.json").read_text())
    for day in log.days():
        assert day.stat().st_mode & 0o077 == 0
        assert secrets["signing_key_hex"] not in day.read_text()


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("signal.generated", "signal"), ("ticket.released", "ticket"), ("order.open", "order"),
        ("fill.booked", "fill"), ("gateway.tightened", "state"), ("chat.message", None),
        ("desk.anchored", None), ("auth.signed_out", None),
    ],
)  # fmt: skip
def test_which_rows_are_of_the_run(kind: str, event: str | None) -> None:
    """Signals, tickets, orders, fills and states are; conversation and sign-ins are not."""
    assert event_of(kind) == event
