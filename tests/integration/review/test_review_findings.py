"""Defects that the outside review found; each test states the promise that was broken."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from engine.backtest.runner import run_trial
from engine.data.bars import Bars, bars_of
from engine.data.store import DatasetStore
from engine.errors import DataError
from engine.gate.identity import code_digest
from engine.language import library
from engine.language.compiler import compile_spec
from engine.language.identity import shape_digest
from engine.language.spec import StrategySpec
from engine.ledger import Lineage, TrialKey, TrialStart
from engine.market import Timeframe
from guardrails.desk.copilot_client import TurnEvent
from guardrails.desk.sample_data import register_samples
from guardrails.store.ledger import SqlLedger
from tests.api_world import GOOG_SPEC, open_world

if TYPE_CHECKING:
    from engine.language.decisions import Decisions

NAMES = ("time", "open", "high", "low", "close", "volume")
DAY_MS = 86_400_000


def _goog(folder: Path) -> tuple[DatasetStore, Bars]:
    store = DatasetStore(folder)
    register_samples(store)
    return store, store.prices(store.find("GOOG:1d"))


def _cut(bars: Bars, rows: slice) -> Bars:
    return bars_of(bars.instrument, bars.timeframe, *[getattr(bars, name)[rows] for name in NAMES])


def _weekly(bars: Bars) -> Bars:
    day = bars.time // DAY_MS
    week = (day + 3) // 7
    rows = [np.flatnonzero(week == one) for one in np.unique(week)]
    monday = [(int(day[row[0]]) - (int(day[row[0]]) + 3) % 7) * DAY_MS for row in rows]
    columns = (
        np.array(monday),
        np.array([bars.open[row[0]] for row in rows]),
        np.array([bars.high[row].max() for row in rows]),
        np.array([bars.low[row].min() for row in rows]),
        np.array([bars.close[row[-1]] for row in rows]),
        np.array([bars.volume[row].sum() for row in rows]),
    )
    return bars_of(bars.instrument, Timeframe.W1, *columns)


@pytest.mark.parametrize("form", ["weekly", "every second day"])
def test_other_bars_of_a_market_are_the_same_family(tmp_path: Path, form: str) -> None:
    """The same market in weeks, or with days left out, keeps its family, ledger and holdout."""
    store, bars = _goog(tmp_path)
    family = store.find("GOOG:1d").family
    same = _weekly(bars) if form == "weekly" else _cut(bars, slice(None, None, 2))
    assert store.register(same).family == family


def test_a_file_over_two_sealed_windows_keeps_both_sealed(tmp_path: Path) -> None:
    """Days that are sealed in any family of a market are train days in no dataset."""
    _, bars = _goog(tmp_path / "source")
    store = DatasetStore(tmp_path / "new")
    first = store.register(_cut(bars, slice(0, 900)))
    second = store.register(_cut(bars, slice(900, None)))
    with pytest.raises(DataError) as caught:
        store.register(bars)
    assert caught.value.code == "DATASET_SPANS_FAMILIES"
    assert {each.id for each in store.datasets()} == {first.id, second.id}


def test_a_stop_moved_by_nothing_is_the_same_shape() -> None:
    """A number that differs in the ninth decimal buys no second look at the holdout."""
    spec = library.load("rsi_momentum_goog_demo")
    data: dict[str, Any] = spec.model_dump(mode="json")
    data["stops"][0]["value"] += 1e-9
    moved = StrategySpec.model_validate_json(json.dumps(data))
    assert shape_digest(moved) == shape_digest(spec)


class _Interrupted:
    """A run that the person stops with Ctrl-C."""

    def decide(self, bars: Bars) -> Decisions:
        """Stop."""
        del bars
        raise KeyboardInterrupt


def test_a_run_after_a_cancelled_one_is_in_the_ledger(tmp_path: Path) -> None:
    """No row, no result: a result that somebody saw stands in the ledger with its returns."""
    with open_world(tmp_path) as world:
        desk = world.desk
        dataset = desk.datasets.find("GOOG:1d")
        bars = desk.datasets.train(dataset).bars
        ledger = SqlLedger(desk.database, "cli-0")
        compiled = compile_spec(library.load("rsi_momentum_goog_demo"))
        start = TrialStart(
            key=TrialKey(
                rule_digest=compiled.rule_digest,
                dataset_digest=dataset.id,
                cost_digest=desk.costs.digest,
            ),
            shape_digest=compiled.shape_digest,
            spec_digest=compiled.rule_digest,
            families=(dataset.family,),
            code_digest=code_digest(),
            lineage=Lineage(lineage_id="review"),
        )
        with pytest.raises(KeyboardInterrupt):
            run_trial(_Interrupted(), bars, desk.costs, ledger=ledger, start=start)
        assert run_trial(compiled, bars, desk.costs, ledger=ledger, start=start).result.closed
        assert ledger.rows(dataset.family)[0].outcome.daily_returns


def test_the_judge_outlives_a_locked_store(tmp_path: Path) -> None:
    """A store that was busy for a while costs one candidate a retry, not the gate its life."""
    with open_world(tmp_path) as world:
        operator = world.operator()
        found = operator.post("/api/candidates", json={"spec": GOOG_SPEC}).json()["candidate_id"]
        other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        time.sleep(11)
        other.execute("ROLLBACK")
        other.close()
        status = "queued"
        for _ in range(200):
            status = operator.get(f"/api/candidates/{found}").json()["status"]
            if status == "judged":
                break
            operator.post("/api/candidates", json={"spec": GOOG_SPEC})
            time.sleep(0.05)
        assert status == "judged"


def test_a_key_of_somebody_else_answers_nobody(tmp_path: Path) -> None:
    """An idempotency key belongs to who sent it and to what was sent with it."""
    with open_world(tmp_path) as world:
        operator, copilot = world.operator(), world.service()
        key = {"idempotency-key": "k1234567"}
        mine = operator.post("/api/candidates", json={"spec": GOOG_SPEC}, headers=key).json()
        rule = GOOG_SPEC["rules"][0] | {"entry": "rsi(close,3) < 11"}
        other = GOOG_SPEC | {"name": "other", "rules": [rule]}
        theirs = copilot.post("/api/candidates", json={"spec": other}, headers=key).json()
        assert theirs.get("candidate_id") != mine["candidate_id"]


def test_a_verdict_that_the_copilot_made_up_is_not_relayed(tmp_path: Path) -> None:
    """What people read as a verdict, or as a figure, comes from the desk."""
    with open_world(tmp_path) as world:
        operator = world.operator()
        made_up = {"candidate_id": "0" * 64, "verdict": "PASS", "tier": "live"}
        text = {"text": "It passed with a Sharpe ratio of 9.99."}
        world.copilot._turns = (
            (TurnEvent("verdict", made_up), TurnEvent("answer", text), TurnEvent("done", {})),
        )
        heard = operator.post("/api/chat", json={"thread_id": "t1", "text": "and?"}).text
        assert '"PASS"' not in heard
        assert "9.99" not in heard


def _peak(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    peak = Path(sys.executable).with_name("peak")
    environment = {"PATH": os.environ["PATH"], "PEAK_STATE_DIR": str(folder / "state")}
    return subprocess.run(
        [str(peak), *words], cwd=folder, env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def test_a_kill_where_nothing_is_installed_is_not_verified(tmp_path: Path) -> None:
    """A kill in the wrong folder does not say that trading was stopped at the venue."""
    done = _peak(tmp_path, "kill", "--reason", "wrong folder")
    assert done.returncode != 0 or "verified at the venue" not in done.stdout


@pytest.mark.parametrize("fee", ["nan", "-5"])
def test_a_bad_fee_gets_a_code(tmp_path: Path, fee: str) -> None:
    """A bad number at the command line is answered with a code, not with a traceback."""
    done = _peak(tmp_path, "backtest", "rsi_momentum_goog_demo", f"--fee-bps={fee}")
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr


def test_a_store_that_a_command_made_is_private(tmp_path: Path) -> None:
    """The store holds password hashes: whoever makes it, nobody else may read it."""
    _peak(tmp_path, "backtest", "rsi_momentum_goog_demo")
    assert (tmp_path / "state" / "desk.db").stat().st_mode & 0o077 == 0


def test_a_time_at_the_edge_of_the_calendar_is_refused_with_a_code(tmp_path: Path) -> None:
    """A time that has no UTC form is bad input (422), not a fault of the desk (500)."""
    with open_world(tmp_path) as world:
        body = {"dataset_id": "GOOG:1d", "until": "0001-01-01T00:00:00+14:00"}
        assert world.operator().post("/api/replay", json=body).status_code == 422


def test_a_spec_without_symbols_gets_a_code(tmp_path: Path) -> None:
    """`peak backtest SPEC --data FILE` answers a spec without symbols with a code."""
    spec = GOOG_SPEC | {"universe": {"symbols": [], "watchlist": "w"}}
    (tmp_path / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    (tmp_path / "prices.csv").write_text("time,open,high,low,close\n", encoding="utf-8")
    done = _peak(tmp_path, "backtest", "spec.json", "--data", "prices.csv")
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr
