"""There is no way around the ledger: whatever shows a result has counted it before."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.clock import FixedClock
from engine.data.bars import Bars
from engine.data.days import DAY_MS, day_text
from engine.data.samples import goog_daily
from engine.gate.lineage import component_in
from engine.ledger import TrialRow
from guardrails.desk.installation import Folders
from guardrails.store.database import open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from tests.api_world import GOOG_SPEC, open_world
from tests.integration.cli.conftest import Peak
from tests.ledger_world import NOON


@pytest.fixture
def peak(tmp_path: Path) -> Peak:
    """`peak` on a new, empty installation."""
    return Peak(tmp_path / "state")


def trials(peak: Peak) -> tuple[TrialRow, ...]:
    """Every row of an installation whose ledger is whole."""
    database = open_database(
        Folders(peak.root).desk_db, desk_metadata, "desk", FixedClock(NOON), read_only=True
    )
    ledger = SqlLedger(database, "tester")
    ledger.check()
    found = ledger.rows()
    database.close()
    return found


def strategy(peak: Peak, name: str = "pullback", days: int = 5, **changes: Any) -> Path:  # noqa: ANN401 - JSON
    """A spec file in which one number differs."""
    rule = {**GOOG_SPEC["rules"][0], "exit": f"close > sma(close,{days})"}
    peak.root.mkdir(parents=True, exist_ok=True)
    path = peak.root / f"{name}.json"
    path.write_text(json.dumps({**GOOG_SPEC, "name": name, "rules": [rule], **changes}))
    return path


def csv_of(bars: Bars, path: Path, *, price: float = 1.0) -> Path:
    """Bars as a file, all prices times a factor."""
    lines = ["ts,open,high,low,close,volume"]
    columns = [c * price for c in (bars.open, bars.high, bars.low, bars.close)]
    for row, opened in enumerate(bars.time.tolist()):
        day = day_text(opened // DAY_MS)
        prices = ",".join(repr(float(column[row])) for column in columns)
        lines.append(f"{day},{prices},{float(bars.volume[row])}")
    path.write_text("\n".join(lines))
    return path


WAYS = {
    "a backtest": ("backtest", "{spec}"),
    "the gate": ("gate", "{spec}"),
    "a report": ("report", "backtest", "{spec}"),
    "an explanation": ("strategy", "explain", "{spec}", "--data", "GOOG:1d"),
    "a sweep": ("research", "sweep", "{spec}", "--workers", "1"),
    "walk-forward": ("research", "walk-forward", "{spec}", "--workers", "1"),
    "Monte Carlo": ("research", "monte-carlo", "{spec}"),
    "sensitivity": ("research", "sensitivity", "{spec}"),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_command_that_shows_a_result_has_counted_it(peak: Peak, way: str) -> None:
    """The rule stands in the ledger with its days and its text; the same command adds no row."""
    words = [str(strategy(peak)) if word == "{spec}" else word for word in WAYS[way]]
    assert peak(*words).exit_code in {0, 1}
    first = trials(peak)
    assert first
    assert all(row.outcome.status in {"ok", "no_trades"} and row.outcome.days for row in first)
    assert peak(*words).exit_code in {0, 1}
    assert [row.start.key for row in trials(peak)] == [row.start.key for row in first]


def test_workers_count_as_much_as_one_process(peak: Peak, tmp_path: Path) -> None:
    """A sweep on two processes leaves the rows, bytes included, that one process leaves."""
    params = [{"name": "days", "type": "int", "default": 5, "low": 3, "high": 8, "step": 1}]
    rule = {**GOOG_SPEC["rules"][0], "exit": "close > sma(close, days)"}
    alone = Peak(tmp_path / "alone")
    for each, workers in ((peak, 2), (alone, 1)):
        path = strategy(each, params=params, rules=[rule])
        done = each("research", "sweep", path, "--workers", workers)
        assert done.exit_code == 0, done.output
    made, wanted = trials(peak), trials(alone)
    assert len(made) == len(wanted) == 6
    assert [row.outcome for row in made] == [row.outcome for row in wanted]


def test_renaming_buys_nothing(peak: Peak) -> None:
    """Another name and id for the same rule is the same trial; another number is a new one."""
    assert peak.json("backtest", strategy(peak))["trials"] == 1
    renamed = {**GOOG_SPEC["rules"][0], "id": "other"}
    assert peak.json("backtest", strategy(peak, "renamed", rules=[renamed]))["trials"] == 1
    assert peak.json("backtest", strategy(peak, "longer", days=6))["trials"] == 2


def test_a_copy_of_the_market_is_the_market(peak: Peak, tmp_path: Path) -> None:
    """The same prices in another currency under another name: the trials made before still count.

    And it is one idea: the rule on the copy belongs to the lineage of the rule on the original.
    """
    assert peak.json("backtest", strategy(peak))["trials"] == 1
    copy = csv_of(goog_daily(), tmp_path / "copy.csv", price=0.5)
    asked = ("--symbol", "ASSET", "--timeframe", "1d", "--kind", "equity")
    done = peak("data", "import", copy, *asked)
    assert done.exit_code == 0, done.output
    elsewhere = strategy(peak, "elsewhere", universe={"symbols": ["ASSET"]})
    assert peak.json("backtest", elsewhere)["trials"] == 2
    first, second = trials(peak)
    assert first.start.families == second.start.families
    assert first.start.tree_digest == second.start.tree_digest
    assert first.start.shape_digest != second.start.shape_digest


def test_the_api_counts_like_the_command_line(tmp_path: Path) -> None:
    """A posted backtest is a trial before its answer leaves; again it is the same one."""
    with open_world(tmp_path) as world:
        operator = world.operator()
        ledger = SqlLedger(world.desk.database, "tester")
        for count in (1, 1):
            reply = operator.post("/api/backtests", json={"spec": GOOG_SPEC})
            assert (reply.status_code, reply.json()["trials"]) == (200, count)
        assert ledger.count() == 1
        refused = world.service().post("/api/backtests", json={"spec": GOOG_SPEC})
        assert refused.status_code == 403
        assert ledger.count() == 1


def drafted(ledger: SqlLedger) -> list[TrialRow]:
    """Trials of chats."""
    return [row for row in ledger.rows() if row.start.lineage.source == "draft"]


def chats(ledger: SqlLedger) -> list[str | None]:
    """Chats that have asked for them."""
    lines = [line for row in drafted(ledger) for line in (row.start.lineage, *row.also)]
    return [line.chat for line in lines]


def until(done: Callable[[], bool]) -> None:
    """Wait for the gate's worker."""
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    raise TimeoutError


def test_a_new_chat_is_no_new_idea(tmp_path: Path) -> None:
    """The old rule from a new chat is the old row; what that chat tries next is the old idea."""
    with open_world(tmp_path) as world:
        service = world.service()
        rule = {"id": "a", "side": "long", "entry": "close > open", "exit": "close < open"}
        costly = GOOG_SPEC | {"rules": [rule]}  # fails soon
        ledger = SqlLedger(world.desk.database, "tester")
        for count, thread in enumerate(("thread-1", "thread-2"), start=1):
            sent = {"spec": costly, "thread_id": thread, "models": [[thread, "2020-01-01"]]}
            assert service.post("/api/candidates", json=sent).status_code == 202
            until(lambda: len(chats(ledger)) == count)  # noqa: B023 - called before the next one
        assert chats(ledger) == ["thread-1", "thread-2"]
        rows = drafted(ledger)
        assert len(rows) == 1
        start = rows[0].start
        other = start.model_copy(
            update={
                "key": start.key.model_copy(update={"rule_digest": "0" * 64}),
                "shape_digest": "1" * 64, "tree_digest": "2" * 64, "spec_digest": "3" * 64,
                "lineage": rows[0].also[0],
            }
        )  # fmt: skip
        idea = component_in(ledger, other)
        assert {"thread-1", "thread-2"} <= set(idea.chats)
        assert {name for name, _ in idea.models} == {"thread-1", "thread-2"}
