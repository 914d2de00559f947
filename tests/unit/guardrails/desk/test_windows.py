"""Closing a window: journalled first, figures published, cut at once, taken up after a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from engine.clock import FixedClock
from engine.data.bars import Bars, bars_of
from engine.data.dataset import Dataset, Window
from engine.data.partitions import LookPermit
from engine.data.store import DatasetStore
from engine.errors import DataError, UnavailableError
from engine.gate.looks import LookRow
from engine.market import Instrument, Timeframe
from engine.records import Digest
from engine.seeds import stream
from guardrails.desk.windows import CLOSED, CLOSING, GATE, Windows
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.journal import of_kind
from guardrails.store.looks import SqlLooks
from tests.looks_world import NOW, outcome, request

START = datetime(2015, 1, 1, tzinfo=UTC)


def bars(count: int, symbol: str = "COIN/USD") -> Bars:
    """A random walk of `count` days."""
    base, _, quote = symbol.partition("/")
    close = 100 * np.exp(np.cumsum(stream("tests/windows", symbol).standard_normal(2_000) * 0.01))
    close = close[:count]
    time = int(START.timestamp()) * 1000 + np.arange(count) * 86_400_000
    instrument = Instrument(symbol=symbol, base=base, quote=quote)
    return bars_of(instrument, Timeframe.D1, time, close, close, close, close, np.ones(count))


@dataclass
class House:
    """One installation's windows; `drawn` are the reports that were published."""

    database: Database
    datasets: DatasetStore
    looks: SqlLooks
    drawn: list[Digest] = field(default_factory=list)
    breaks: bool = False

    def publish(self, candidate: Digest) -> None:
        """Draw a report, or fail to."""
        if self.breaks:
            raise UnavailableError("REPORT_BROKEN", "cannot be drawn")
        self.drawn.append(candidate)

    @property
    def windows(self) -> Windows:
        """The use cases."""
        return Windows(self.database, self.datasets, FixedClock(NOW), self._sign, self.publish)

    @staticmethod
    def _sign(statement: Digest) -> str:
        return f"desk {statement[:8]}"

    def market(self, symbol: str = "COIN/USD", days: int = 1_600) -> Dataset:
        """A market with a window of 1,000 days and forward days behind it."""
        end = datetime.fromtimestamp(START.timestamp() + 999 * 86_400, tz=UTC)
        return self.datasets.register(bars(days, symbol), window_end=end)

    def look(self, number: int, verdict: str, *each: Dataset) -> LookRow:
        """A recorded look; a PASS is shown."""
        windows = tuple(one.window for one in each)
        asked = request(number, windows=windows, datasets=tuple(one.id for one in each))
        permit = self.looks.open_look(asked)
        assert isinstance(permit, LookPermit)
        if verdict:
            self.looks.record(permit.look_id, outcome(verdict, shown=verdict == "PASS"))
        return self.looks.rows(*asked.families)[-1]

    def journal(self, kind: str) -> list[str]:
        """Who is in the journal's rows of a kind."""
        with self.database.read() as connection:
            return [row.actor for row in of_kind(connection, kind)]


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty installation."""
    database = open_database(tmp_path / "desk.db", desk_metadata, "desk", FixedClock(NOW))
    return House(database, DatasetStore(tmp_path / "datasets"), SqlLooks(database))


def test_closing_publishes_and_cuts(house: House) -> None:
    """The figures of every ended look are drawn; sealed ones get a signed statement first."""
    market = house.market()
    looks = [house.look(n, verdict, market) for n, verdict in enumerate(["PASS", "FAIL", ""], 1)]
    after = house.windows.close(market.window, "ada")
    assert after.number == 2
    assert house.drawn == [each.request.candidate_digest for each in looks[:2]]
    rows = house.looks.rows(market.family)
    assert [row.revealed is not None for row in rows] == [False, True, False]
    assert rows[1].revealed is not None
    assert rows[1].revealed.signature.startswith("desk ")
    assert (house.journal(CLOSING), house.journal(CLOSED)) == (["ada"], ["ada"])
    first, second = house.windows.of(market.family)
    assert [each.figures for each in first.looks.looks] == ["published", "published", "none"]
    assert (first.looks.open, second.looks.open) == (False, True)
    assert (second.looks.taken, second.looks.next_k, second.looks.left) == (0, 1, 21)


def test_a_look_on_two_markets_stays_sealed_until_both_are_closed(house: House) -> None:
    """Closing one of them neither reveals nor draws it; closing the other does."""
    one, two = house.market(), house.market("METAL/USD")
    look = house.look(1, "FAIL", one, two)
    house.windows.close(one.window, "ada")
    assert house.drawn == []
    assert house.looks.rows(one.family)[0].revealed is None
    assert house.windows.of(one.family)[0].looks.looks[0].figures == "sealed"
    house.windows.close(two.window, "ada")
    assert house.drawn == [look.request.candidate_digest]
    assert house.windows.of(one.family)[0].looks.looks[0].figures == "published"


def test_closing_again_changes_nothing(house: House) -> None:
    """The same command twice closes one window and is journalled once."""
    market = house.market()
    assert house.windows.close(market.window, "ada") == house.windows.close(market.window, "ada")
    assert house.journal(CLOSED) == ["ada"]
    assert len(house.windows.of(market.family)) == 2


def test_what_is_unknown_is_not_closed(house: House) -> None:
    """WINDOW_UNKNOWN: nothing is journalled."""
    market = house.market()
    with pytest.raises(DataError) as caught:
        house.windows.close(Window(family=market.family, first="2001-01-01"), "ada")
    assert caught.value.code == "WINDOW_UNKNOWN"
    assert house.journal(CLOSING) == []


def test_the_gate_closes_what_is_due(house: House) -> None:
    """600 forward days are enough, 500 are not."""
    due, young = house.market(), house.market("METAL/USD", days=1_500)
    assert house.windows.of(due.family)[0].due
    assert not house.windows.of(young.family)[0].due
    assert house.windows.close_due((due.family, young.family)) == (due.window,)
    assert house.journal(CLOSED) == [GATE]
    assert house.windows.close_due((due.family, young.family)) == ()


def test_a_report_that_cannot_be_drawn_keeps_no_window_open(house: House) -> None:
    """It is journalled; the figures count as published."""
    market = house.market()
    house.look(1, "FAIL", market)
    house.breaks = True
    assert house.windows.close(market.window, "ada").number == 2
    assert house.journal("window.report_missing") == [GATE]


class Stopped(BaseException):
    """The process ends here."""


Stop = Callable[[House], None]


def before_figures(house: House) -> None:
    """Stop when the first figures are to be published."""

    def publish(_candidate: Digest) -> None:
        raise Stopped

    house.publish = publish  # type: ignore[method-assign]  # the place where it ends


def before_the_cut(house: House) -> None:
    """Stop before the store cuts."""

    class Store(DatasetStore):
        """A store in a process that ends."""

        def close_window(self, window: Window) -> None:  # type: ignore[override]  # never returns
            """The end."""
            del window
            raise Stopped

    house.datasets = Store(house.datasets._root)


def after_the_cut(house: House) -> None:
    """Stop between the cut and its journal row."""

    class Store(DatasetStore):
        """A store whose process ends after the commit."""

        def close_window(self, window: Window) -> None:  # type: ignore[override]  # never returns
            """Close, then the end."""
            super().close_window(window)
            raise Stopped

    house.datasets = Store(house.datasets._root)


@pytest.mark.parametrize("stop", [before_figures, before_the_cut, after_the_cut])
def test_an_interrupted_closing_is_finished(house: House, stop: Stop) -> None:
    """Whatever step was the last one, the next start closes exactly that window, once."""
    market = house.market()
    look = house.look(1, "FAIL", market)
    dying = House(house.database, house.datasets, house.looks)
    stop(dying)
    with pytest.raises(Stopped):
        dying.windows.close(market.window, "ada")
    assert house.journal(CLOSING) == ["ada"]
    assert house.journal(CLOSED) == []
    assert house.windows.finish() == (market.window,)
    assert house.windows.finish() == ()
    assert house.journal(CLOSED) == ["ada"]
    assert [each.looks.open for each in house.windows.of(market.family)] == [False, True]
    seen = house.looks.rows(market.family)[0].seen
    assert seen
    drawn = {look.request.candidate_digest}
    assert set(house.drawn) | set(dying.drawn) == drawn
