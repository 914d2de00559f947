"""The lineage of a submission is made by the desk: parents are looked up, models are inherited."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.backtest.costs import CostModel
from engine.clock import FixedClock
from engine.data.instruments import instrument_for
from engine.data.store import DatasetStore
from engine.data.synthetic import Frame, gbm
from engine.language.spec import StrategySpec
from engine.ledger import Lineage
from engine.market import Timeframe
from engine.records import Digest, canonical
from guardrails.desk.intake import Intake, Submission, Submitter
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.language_world import spec
from tests.ledger_world import NOON, start

DRAFT, PERSON = Submitter("copilot", "draft"), Submitter("person-1", "manual")
FIRST, SECOND = ("model-a", "2024-01-01"), ("model-b", "unknown")


def rule(period: int) -> StrategySpec:
    """A daily rule with this number."""
    one = {"id": "dip", "side": "long", "entry": f"rsi(close,{period}) < 30"}
    return spec(timeframe="1d", rules=[{**one, "exit": "rsi(close,14) > 55"}])


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A fresh desk store."""
    opened = open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOON))
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> CandidateStore:
    """Its candidates."""
    return CandidateStore(database)


@pytest.fixture
def intake(store: CandidateStore, tmp_path: Path) -> Intake:
    """A desk with one market."""
    datasets = DatasetStore(tmp_path / "datasets")
    datasets.register(gbm(Frame(instrument_for("BTC/USDT"), Timeframe.D1, 900), 1))
    return Intake(store, datasets, CostModel(), FixedClock(NOON), tmp_path / "strategies")


def line(store: CandidateStore, candidate: Digest) -> Lineage:
    """The lineage of a stored candidate."""
    return store.get(candidate).candidate.lineage


def test_chat_and_shape_name_a_line(intake: Intake, store: CandidateStore) -> None:
    """A chat is one line; without one the shape is, whatever the numbers."""
    chat = intake.submit(Submission(spec=rule(5), thread_id="t-1"), DRAFT, None).candidate_id
    assert line(store, chat).lineage_id == "chat-t-1"
    alone = [
        line(store, intake.submit(Submission(spec=rule(n)), PERSON, None).candidate_id)
        for n in (6, 7)
    ]
    assert alone[0].lineage_id == alone[1].lineage_id
    assert alone[0].lineage_id.startswith("shape-")
    assert (alone[0].person, alone[0].origin_known) == ("person-1", True)


def test_a_child_is_of_its_parents_line(intake: Intake, store: CandidateStore) -> None:
    """In another chat, by another model: the parent's line, and both models have touched it."""
    sent = Submission(spec=rule(5), thread_id="t-1", models=(FIRST,))
    parent = intake.submit(sent, DRAFT, None).candidate_id
    again = Submission(spec=rule(9), thread_id="t-2", models=(SECOND, FIRST), parent=parent)
    child = line(store, intake.submit(again, DRAFT, None).candidate_id)
    assert (child.lineage_id, child.chat) == ("chat-t-1", "t-2")
    assert (child.parents, child.models) == ((rule(5).digest,), (FIRST, SECOND))
    assert child.origin_known


def test_a_tried_spec_is_a_parent(
    intake: Intake, store: CandidateStore, database: Database
) -> None:
    """What was only backtested can be named by the digest of its spec."""
    tried = rule(5)
    SqlLedger(database, "tester").open_trial(start("a"), [canonical(tried).decode()])
    child = intake.submit(Submission(spec=rule(9), parent=tried.digest), PERSON, None)
    assert line(store, child.candidate_id).parents == (tried.digest,)
    assert line(store, child.candidate_id).origin_known


def test_a_parent_nobody_knows_leaves_the_origin_unknown(
    intake: Intake, store: CandidateStore
) -> None:
    """It is written down as declared; the gate answers LINEAGE_UNKNOWN."""
    lost = Submission(spec=rule(9), parent="f" * 64)
    found = line(store, intake.submit(lost, PERSON, None).candidate_id)
    assert (found.parents, found.origin_known) == (("f" * 64,), False)
