"""What every trial ledger promises about many trials, many markets, texts and lineages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import pytest

from engine.clock import FixedClock
from engine.errors import InputError
from engine.ledger import Ledger, Lineage, TrialOutcome, spec_digest_of
from engine.ledger_memory import InMemoryLedger
from engine.market import Timeframe
from guardrails.store.ledger import SqlLedger
from tests.ledger_world import NOON, ran, start
from tests.store_places import KINDS, NewPlace

AnyLedger: TypeAlias = InMemoryLedger | SqlLedger
CHAT = Lineage(lineage_id="chat-2", chat="two", models=(("some-model", "2025-01-01"),))


@pytest.fixture(params=["memory", *KINDS])
def ledger(request: pytest.FixtureRequest, new_place: NewPlace) -> Iterator[AnyLedger]:
    """An empty ledger of each kind; at the end its rows fit its journal."""
    if request.param == "memory":
        yield InMemoryLedger(FixedClock(NOON))
        return
    database = new_place(request.param).open(FixedClock(NOON))
    ledger = SqlLedger(database, "tester")
    yield ledger
    ledger.check()
    database.close()


def test_both_are_ledgers(ledger: AnyLedger) -> None:
    """They have the port's shape."""
    port: Ledger = ledger
    port.check()
    assert (port.count(), port.rows(), port.origins(), port.spec("0" * 64)) == (0, (), (), None)
    assert port.find(start("a").key) is None


def test_a_batch_is_numbered_in_its_order(ledger: AnyLedger) -> None:
    """Known trials keep their number, one that is named twice has one."""
    assert ledger.open_trial(start("b")) == 1
    assert tuple(ledger.open_trials([start(name) for name in "abcac"])) == (2, 1, 3, 2, 3)
    assert ledger.count() == 3
    assert tuple(ledger.open_trials([])) == ()


def test_a_batch_is_completed_in_one_go(ledger: AnyLedger) -> None:
    """Outcomes stand with their rows; the first of a row in one batch stays."""
    ledger.open_trials([start(name) for name in "abc"])
    ledger.complete_trials([(3, ran(3)), (1, ran(1)), (3, ran(4))])
    assert [row.outcome for row in ledger.rows()] == [ran(1), TrialOutcome(status="open"), ran(3)]
    ledger.complete_trials([])


def test_a_batch_with_a_wrong_number_changes_nothing(ledger: AnyLedger) -> None:
    """TRIAL_UNKNOWN: all of a batch or none of it."""
    ledger.open_trial(start("a"))
    with pytest.raises(InputError) as caught:
        ledger.complete_trials([(1, ran(1)), (9, ran(1))])
    assert caught.value.code == "TRIAL_UNKNOWN"
    assert ledger.rows()[0].outcome.status == "open"
    ledger.complete_trials([(1, ran(1))])
    assert ledger.rows()[0].outcome == ran(1)


def test_a_trial_on_two_markets_is_one_row_in_each(ledger: AnyLedger) -> None:
    """It counts in both families, and once for who trades both."""
    ledger.open_trials([start("a", "btc"), start("b", "btc", "eth"), start("c", "eth")])
    assert (ledger.count("btc"), ledger.count("eth"), ledger.count("sol")) == (2, 2, 0)
    assert ledger.count("btc", "eth") == ledger.count() == 3
    assert [row.n for row in ledger.rows("eth")] == [2, 3]
    assert [row.n for row in ledger.rows("btc", "eth")] == [1, 2, 3]


def test_a_text_is_kept_once(ledger: AnyLedger) -> None:
    """A sweep's thousand rows share the text of their base spec; a later one may be added."""
    ledger.open_trials([start("a"), start("b")], ['{"name":"base"}'])
    ledger.open_trial(start("a"), ['{"name":"base"}', '{"name":"member"}'])
    for text in ('{"name":"base"}', '{"name":"member"}'):
        assert ledger.spec(spec_digest_of(text)) == text
    assert ledger.count() == 2


def test_a_trial_is_found_by_its_key(ledger: AnyLedger) -> None:
    """The cached result: same rule, data and costs."""
    ledger.open_trials([start("a"), start("b")])
    ledger.complete_trial(2, ran(7))
    found = ledger.find(start("b").key)
    assert found == ledger.rows()[1]
    assert found is not None
    assert found.outcome == ran(7)


def test_a_trial_of_another_chat_keeps_both(ledger: AnyLedger) -> None:
    """The same idea in a new chat is the same row, and the new chat and its model are known."""
    first = start("a")
    again = start("a", lineage=CHAT)
    for each in (first, again, first, again):
        assert ledger.open_trial(each) == 1
    (row,) = ledger.rows()
    assert (row.start.lineage, row.also) == (first.lineage, (CHAT,))
    (origin,) = ledger.origins()
    assert (origin.start, origin.also) == (row.start, row.also)
    assert ledger.find(first.key) == row


def test_one_batch_may_bring_both_chats(ledger: AnyLedger) -> None:
    """Twice the same trial from two chats in one batch loses neither."""
    other = CHAT.model_copy(update={"chat": "three"})
    ledger.open_trials([start("a"), start("a", lineage=CHAT), start("a", lineage=other)])
    assert ledger.rows()[0].also == (CHAT, other)


def test_the_head_moves_with_everything_that_is_written(ledger: AnyLedger) -> None:
    """Opening, completing, a further lineage: each gives a new head; reading and repeating none."""
    heads = [ledger.head()]
    ledger.open_trial(start("a"))
    heads.append(ledger.head())
    ledger.complete_trial(1, ran(1))
    heads.append(ledger.head())
    ledger.open_trial(start("a", lineage=CHAT))
    heads.append(ledger.head())
    assert len(set(heads)) == len(heads)
    ledger.open_trial(start("a"))
    ledger.complete_trial(1, ran(2))
    ledger.rows()
    assert ledger.head() == heads[-1]


def test_rows_come_back_as_they_were_written(ledger: AnyLedger) -> None:
    """Params, figures, exposures, days: nothing is lost on the way."""
    full = start(
        "a", "btc", "eth", datasets=("1" * 64, "2" * 64), timeframe=Timeframe.H4,
        tree_digest="3" * 64, params=(("fast", 0.1), ("slow", 20.0)), members=("4" * 64,),
    )  # fmt: skip
    done = ran(1, -2, exposure=(("BTC/USDT", -0.25),), figures=(("sharpe", None), ("cagr", 0.1)))
    ledger.complete_trial(ledger.open_trial(full), done)
    (row,) = ledger.rows("eth")
    assert (row.start, row.outcome, row.opened_at) == (full, done, NOON)
