"""What every look book promises, in memory and in SQL; and what only the SQL one can."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from engine.data.partitions import LookPermit
from engine.errors import InputError, IntegrityError
from engine.gate.findings import GateCode
from engine.gate.looks import (
    LOOKS_PER_YEAR,
    InMemoryLooks,
    LookBook,
    LookRefusal,
    LookRequest,
    look_number,
)
from engine.records import digest
from guardrails.store.database import Database
from guardrails.store.journal import of_kind
from guardrails.store.looks import SqlLooks
from tests.looks_world import BTC, GOOG, GOOG_NEXT, NOW, outcome, request, returns
from tests.needs import ROOT
from tests.store_places import KINDS, NewPlace, StorePlace


@pytest.fixture(params=["memory", *KINDS])
def looks(request: pytest.FixtureRequest, new_place: NewPlace) -> Iterator[LookBook]:
    """An empty look book of each kind."""
    if request.param == "memory":
        yield InMemoryLooks()
        return
    with closing(new_place(request.param).open()) as database:
        yield SqlLooks(database)


def opened(looks: LookBook, asked: LookRequest) -> LookPermit:
    """The permit of a request that must be granted."""
    permit = looks.open_look(asked)
    assert isinstance(permit, LookPermit)
    return permit


def signed(statement: str) -> str:
    """A signature that shows what was signed."""
    return f"signed {statement}"


def test_the_row_is_there_before_the_permit(looks: LookBook) -> None:
    """A permit names its look, data, windows, candidate and number."""
    permit = opened(looks, request(1, windows=(BTC, GOOG)))
    assert [row.look_id for row in looks.rows("goog")] == [permit.look_id]
    assert permit.windows == (BTC, GOOG)
    assert permit.datasets == (digest("t", "dataset"),)
    assert (permit.candidate_digest, permit.k) == (digest("t", 1), 1)


def test_the_same_run_is_the_same_permit(looks: LookBook) -> None:
    """Recomputing the same rule, data and costs spends nothing; other costs are refused."""
    permit = opened(looks, request(1))
    assert looks.open_look(request(1, lineage_id="another chat")) == permit
    assert len(looks.rows("goog")) == 1
    other = looks.open_look(request(1, cost_digest=digest("t", "dearer")))
    assert other == LookRefusal(GateCode.LOOK_SPENT, digest("t", 1))


def test_one_look_for_an_idea_and_window(looks: LookBook) -> None:
    """LOOK_SPENT on this window; another idea, and the next window, get one."""
    opened(looks, request(1))
    refused = looks.open_look(request(2, kin=("idea-1",)))
    assert refused == LookRefusal(GateCode.LOOK_SPENT, digest("t", 1))
    assert opened(looks, request(2)).k == 2
    assert opened(looks, request(1, windows=(GOOG_NEXT,))).k == 1


def test_what_moves_alike_shares_a_look(looks: LookBook) -> None:
    """LOOK_SHARED names the candidate that looked; what moves otherwise may look."""
    opened(looks, request(1))
    refused = looks.open_look(request(2, train=returns(2, mixed=0.8)))
    assert refused == LookRefusal(GateCode.LOOK_SHARED, digest("t", 1))
    assert opened(looks, request(2)).k == 2


def test_looks_of_a_year_are_capped(looks: LookBook) -> None:
    """LOOK_BUDGET after the year's looks; another market still has its own."""
    for index in range(LOOKS_PER_YEAR):
        opened(looks, request(index))
    assert looks.open_look(request(99)) == LookRefusal(GateCode.LOOK_BUDGET)
    assert opened(looks, request(99, windows=(BTC,))).k == 1


def test_a_look_on_two_markets_stands_in_both(looks: LookBook) -> None:
    """It is one row, listed once, and charged to each."""
    opened(looks, request(1))
    assert opened(looks, request(2, windows=(BTC, GOOG))).k == 2
    assert [len(looks.rows(*each)) for each in (("btc",), ("goog",), ("btc", "goog"), ())] == [
        1, 2, 2, 0,
    ]  # fmt: skip
    assert look_number(looks.rows("btc"), BTC) == 2


def test_shown_figures_raise_the_next_number(looks: LookBook) -> None:
    """Once for a PASS, also after a later FAIL of the same look; not for a sealed FAIL."""
    first, second = opened(looks, request(1)), opened(looks, request(2))
    looks.record(first.look_id, outcome("PASS", shown=True))
    looks.record(second.look_id, outcome("FAIL"))
    assert look_number(looks.rows("goog"), GOOG) == 4
    looks.record(first.look_id, outcome("FAIL"))
    rows = looks.rows("goog")
    assert look_number(rows, GOOG) == 4
    assert rows[0].outcome == outcome("FAIL")
    assert opened(looks, request(3)).k == 4


def test_a_reveal_is_signed_and_counts_once(looks: LookBook) -> None:
    """The statement names person and price; asking again changes nothing."""
    permit = opened(looks, request(1, windows=(BTC, GOOG)))
    looks.record(permit.look_id, outcome("FAIL"))
    said = looks.reveal(permit.look_id, "ada", NOW, signed)
    assert (said.person, said.k_before, said.k_after) == ("ada", 2, 3)
    assert said.signature == f"signed {said.digest}"
    assert looks.reveal(permit.look_id, "bob", NOW, signed) == said
    rows = looks.rows("goog")
    assert rows[0].revealed == said
    assert (look_number(rows, GOOG), look_number(rows, BTC)) == (3, 3)
    assert looks.open_look(request(1, windows=(BTC, GOOG))) == permit


def test_only_sealed_figures_can_be_revealed(looks: LookBook) -> None:
    """LOOK_NOT_ENDED before the verdict, LOOK_NOT_SEALED after a PASS, LOOK_UNKNOWN for none."""
    permit = opened(looks, request(1))
    with pytest.raises(InputError) as caught:
        looks.reveal(permit.look_id, "ada", NOW, signed)
    assert caught.value.code == "LOOK_NOT_ENDED"
    looks.record(permit.look_id, outcome("PASS", shown=True))
    with pytest.raises(InputError) as caught:
        looks.reveal(permit.look_id, "ada", NOW, signed)
    assert caught.value.code == "LOOK_NOT_SEALED"
    with pytest.raises(IntegrityError) as fault:
        looks.reveal("look-9", "ada", NOW, signed)
    assert fault.value.code == "LOOK_UNKNOWN"
    assert look_number(looks.rows("goog"), GOOG) == 3


def test_a_result_needs_its_look(looks: LookBook) -> None:
    """A result without a row is a fault, never a new row."""
    with pytest.raises(IntegrityError) as caught:
        looks.record("look-1", outcome("FAIL"))
    assert caught.value.code == "LOOK_UNKNOWN"
    permit = opened(looks, request(1))
    looks.record(permit.look_id, outcome("FAIL"))
    assert looks.rows("goog")[0].outcome == outcome("FAIL")


def test_looks_survive_the_process(database: Database, place: StorePlace) -> None:
    """Rows, results and statements are read back alike from the store."""
    looks = SqlLooks(database)
    for number in (1, 2):
        looks.record(opened(looks, request(number)).look_id, outcome("FAIL"))
    looks.reveal("look-2", "ada", NOW, signed)
    before = looks.rows("goog")
    database.close()
    with closing(place.open()) as fresh:
        assert SqlLooks(fresh).rows("goog") == before


@pytest.mark.parametrize(
    ("table", "column"),
    [("looks", "n"), ("look_families", "n"), ("look_outcomes", "n"), ("look_reveals", "look_id")],
)
@pytest.mark.parametrize("verb", ["DELETE FROM {}", "UPDATE {0} SET {1} = {1}"])
def test_looks_are_append_only(database: Database, table: str, column: str, verb: str) -> None:
    """No statement takes a look, a result or a statement back."""
    looks = SqlLooks(database)
    looks.record(opened(looks, request(1)).look_id, outcome("FAIL"))
    looks.reveal("look-1", "ada", NOW, signed)
    with pytest.raises(Exception, match="append-only"), database.write() as work:
        work.connection.exec_driver_sql(verb.format(table, column))
    assert look_number(looks.rows("goog"), GOOG) == 3


def test_every_step_is_journalled(database: Database) -> None:
    """Opened, refused, repeated, recorded, revealed: one row each, with who."""
    looks = SqlLooks(database)
    looks.record(opened(looks, request(1)).look_id, outcome("FAIL"))
    looks.open_look(request(1))
    looks.open_look(request(2, kin=("idea-1",)))
    looks.reveal("look-1", "ada", NOW, signed)
    kinds = ("look.opened", "look.recorded", "look.repeated", "look.refused", "look.revealed")
    with database.read() as connection:
        found = {kind: of_kind(connection, kind) for kind in kinds}
    assert [len(rows) for rows in found.values()] == [1] * len(kinds)
    assert found["look.revealed"][0].actor == "ada"


_KILLED = """
import os, signal, sys
from pathlib import Path
from engine.clock import FixedClock
from engine.data.store import DatasetStore
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.looks import SqlLooks
from tests.looks_world import NOW, request

def holdout(*args):
    os.kill(os.getpid(), signal.SIGKILL)

DatasetStore.holdout = holdout
place = sys.argv[1]
place = place if place.startswith("postgresql:") else Path(place)
database = open_database(place, desk_metadata, "desk", FixedClock(NOW))
permit = SqlLooks(database).open_look(request(1))
DatasetStore(Path("nowhere")).holdout(None, permit)
"""


def test_a_crash_between_row_and_read_spends_the_look(place: StorePlace) -> None:
    """SIGKILL before the first sealed bar: the look is spent; the same run goes on under it."""
    command = [sys.executable, "-c", _KILLED, str(place.place)]
    ended = subprocess.run(command, check=False, timeout=60, cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    with closing(place.open()) as database:
        looks = SqlLooks(database)
        (row,) = looks.rows("goog")
        assert row.outcome is None
        refused = looks.open_look(request(2, lineage_id="idea-1"))
        assert refused == LookRefusal(GateCode.LOOK_SPENT, digest("t", 1))
        again = opened(looks, request(1))
        assert (again.look_id, again.k) == (row.look_id, row.k)
        assert opened(looks, request(2)).k == 2
