"""The in-memory trial ledger: numbered, append-only, one row per trial."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from engine.clock import FixedClock
from engine.errors import InputError
from engine.ledger import Ledger, Lineage, TrialKey, TrialOutcome, TrialStart
from engine.ledger_memory import InMemoryLedger
from engine.packing import pack_returns

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
RETURNS = pack_returns(np.array([1, -2]))
DONE = TrialOutcome(
    status="ok", trades=2, days="5 2", daily_returns=RETURNS, excess_returns=RETURNS
)


def _start(rule: str, family: str = "GOOG") -> TrialStart:
    digest = rule * 64
    return TrialStart(
        key=TrialKey(rule_digest=digest, dataset_digest="d" * 64, cost_digest="c" * 64),
        shape_digest=digest,
        spec_digest=digest,
        families=(family,),
        code_digest="e" * 64,
        lineage=Lineage(lineage_id="line-1"),
    )


@pytest.fixture
def ledger() -> InMemoryLedger:
    """An empty ledger at noon."""
    return InMemoryLedger(FixedClock(NOON))


def test_it_is_a_ledger(ledger: InMemoryLedger) -> None:
    """It has the port's shape."""
    port: Ledger = ledger
    assert port.count("GOOG") == 0


def test_rows_are_numbered_over_all_families_and_counted_per_family(ledger: InMemoryLedger) -> None:
    """Numbers 1, 2, 3 whatever the family; an open row counts already."""
    numbers = [ledger.open_trial(_start("a")), ledger.open_trial(_start("b", "BTC"))]
    numbers.append(ledger.open_trial(_start("c")))
    assert numbers == [1, 2, 3]
    assert (ledger.count("GOOG"), ledger.count("BTC"), ledger.count("ETH")) == (2, 1, 0)
    assert [row.n for row in ledger.rows("GOOG")] == [1, 3]


def test_the_same_trial_is_the_same_row(ledger: InMemoryLedger) -> None:
    """Repeating a trial buys no new number and adds nothing to the count."""
    first = ledger.open_trial(_start("a"))
    ledger.complete_trial(first, DONE)
    assert ledger.open_trial(_start("a")) == first
    assert ledger.count("GOOG") == 1


def test_a_row_is_open_until_completed_and_then_stays_as_it_is(ledger: InMemoryLedger) -> None:
    """The first outcome is the outcome; a later one changes nothing."""
    number = ledger.open_trial(_start("a"))
    assert ledger.rows("GOOG")[0].outcome.status == "open"
    assert ledger.rows("GOOG")[0].opened_at == NOON
    ledger.complete_trial(number, DONE)
    ledger.complete_trial(number, TrialOutcome(status="no_trades"))
    assert ledger.rows("GOOG")[0].outcome == DONE


@pytest.mark.parametrize("number", [0, -1, 2])
def test_an_unknown_number_is_refused(number: int, ledger: InMemoryLedger) -> None:
    """TRIAL_UNKNOWN: an outcome needs its row."""
    ledger.open_trial(_start("a"))
    with pytest.raises(InputError) as caught:
        ledger.complete_trial(number, DONE)
    assert caught.value.code == "TRIAL_UNKNOWN"


def test_open_is_no_outcome(ledger: InMemoryLedger) -> None:
    """TRIAL_NOT_FINISHED: completing with "open" is refused, the row can still be completed."""
    number = ledger.open_trial(_start("a"))
    with pytest.raises(InputError) as caught:
        ledger.complete_trial(number, TrialOutcome(status="open"))
    assert caught.value.code == "TRIAL_NOT_FINISHED"
    ledger.complete_trial(number, DONE)
    assert ledger.rows("GOOG")[0].outcome == DONE
