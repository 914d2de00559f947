"""The registry: one view on ledger, verdicts, signals, fills and journal; nothing of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.clock import FixedClock
from engine.data.bars import IntArray
from engine.errors import InputError
from engine.ledger import Lineage, TrialOutcome
from engine.market import Side
from engine.packing import pack_returns
from engine.records import canonical, digest
from engine.seeds import stream
from guardrails.desk.experiment_best import best_of
from guardrails.desk.experiment_rows import RUN_TYPES, STUDY_KINDS, TRIAL_TYPES
from guardrails.desk.experiments import Experiments, Filters
from guardrails.store.candidates import CandidateStore
from guardrails.store.database import Database, open_database
from guardrails.store.desk import desk_metadata
from guardrails.store.ledger import SqlLedger
from guardrails.store.signals import SignalStore
from guardrails.tickets import Fill
from tests import desk_world, verdict_world
from tests.language_world import spec
from tests.ledger_world import NOON, ran, start

DAYS = 400


def _returns(seed: int, mean: float = 0.0) -> IntArray:
    drawn = stream("tests/experiments", seed).standard_normal(DAYS) * 0.01 + mean
    return (drawn * 1e8).astype("int64")


@dataclass
class Room:
    """A store with a ledger to write into and a registry to read with."""

    database: Database
    clock: FixedClock

    @property
    def found(self) -> Experiments:
        """A new reading."""
        return Experiments(self.database)

    def trial(
        self,
        name: str,
        *,
        source: str = "manual",
        outcome: TrialOutcome | None = None,
        **more: Any,  # noqa: ANN401 - further fields of a start
    ) -> int:
        """A finished trial of a kept spec of this name."""
        kept = spec(name=name)
        families = more.pop("families", ("btc-1",))
        lineage = Lineage.model_validate({"lineage_id": "chat-1", "source": source})
        opened = start(name, *families, lineage=lineage, spec_digest=kept.digest, **more)
        ledger = SqlLedger(self.database, "me")
        n = ledger.open_trial(opened, [canonical(kept).decode()])
        figures = (("sharpe", 1.25), ("trades", 40.0), ("profit_factor", None))
        done = outcome or ran(*_returns(n).tolist(), figures=figures)
        ledger.complete_trial(n, done)
        self.clock.advance(60)
        return n


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """An empty one."""
    clock = FixedClock(NOON)
    database = open_database(tmp_path / "desk.db", desk_metadata, "desk", clock)
    yield Room(database, clock)
    database.close()


def _code(call: Callable[..., object], *arguments: object, **named: object) -> InputError:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return caught.value


def test_an_empty_registry_is_empty(room: Room) -> None:
    """Every type of run can be asked for and answers nothing."""
    assert room.found.list(Filters()) == ()
    assert all(room.found.list(Filters(type=name)) == () for name in RUN_TYPES)
    assert room.found.count() == 0
    assert room.found.markets() == ()


def test_trials_come_newest_first_with_their_names(room: Room) -> None:
    """Number, kept spec's name, market of the spec, figures of the outcome."""
    room.trial("first")
    room.trial("second")
    newest, oldest = room.found.list(Filters())
    assert (newest.id, newest.strategy, oldest.strategy) == ("2", "second", "first")
    assert newest.markets == ("BTC/USDT",)
    assert dict(newest.figures) == {"sharpe": 1.25, "trades": 40.0, "profit_factor": None}
    assert newest.at > oldest.at


@pytest.mark.parametrize(
    ("source", "members", "wanted"),
    [
        ("manual", (), "backtest"), ("draft", (), "backtest"), ("imported", (), "backtest"),
        ("sweep", (), "sweep"), ("sensitivity", (), "sweep"),
        ("walk_forward", (), "walk_forward"),
        ("manual", (digest("test", "member"),), "portfolio_backtest"),
    ],
)  # fmt: skip
def test_a_source_makes_a_type(
    room: Room, source: str, members: tuple[str, ...], wanted: str
) -> None:
    """Who asked for a trial says what kind of run it was; several strategies are a portfolio."""
    room.trial("one", source=source, members=members)
    (one,) = room.found.list(Filters())
    assert one.type == wanted
    assert room.found.list(Filters(type=wanted)) == (one,)
    others = [name for name in RUN_TYPES if name != wanted]
    assert not any(room.found.list(Filters(type=name)) for name in others)


def test_filters_narrow(room: Room) -> None:
    """Market by symbol or family in any case, strategy by name, time, and how many."""
    room.trial("first")
    since = room.clock.now()
    room.trial("second", families=("goog-1",))

    def ids(**named: Any) -> list[str]:  # noqa: ANN401 - the filters' fields
        """Of what is left."""
        return [one.id for one in room.found.list(Filters(**named))]

    assert ids(market="btc/usdt") == ["2", "1"]
    assert ids(market="GOOG-1") == ["2"]
    assert ids(strategy="First") == ["1"]
    assert ids(since=since) == ["2"]
    assert ids(limit=1) == ["2"]
    assert ids(market="nowhere") == []


def test_filters_that_mean_nothing_are_refused(room: Room) -> None:
    """An unknown type with the nearest one, a limit of zero; the legal neighbours pass."""
    error = _code(room.found.list, Filters(type="swep"))
    assert (error.code, error.hint) == ("RUN_TYPE_UNKNOWN", "did you mean sweep?")
    assert _code(room.found.list, Filters(limit=0)).code == "LIMIT_OUT_OF_RANGE"
    assert room.found.list(Filters(type="sweep", limit=1)) == ()


def test_a_trial_shows_where_it_came_from(room: Room) -> None:
    """Words in both languages, lineage, code, and every outcome in order."""
    broken = TrialOutcome(status="error", message="no bars")
    n = room.trial("mine", outcome=broken)
    SqlLedger(room.database, "me").complete_trial(n, ran(*_returns(1).tolist()))
    shown = room.found.show("1")
    assert shown["number"] == n
    assert len(shown["words"]["en"]) == len(shown["words"]["de"]) > 1  # type: ignore[index,call-overload]  # JSON
    assert [one["status"] for one in shown["outcomes"]] == ["error", "ok"]  # type: ignore[attr-defined]  # JSON
    assert shown["outcomes"][1]["days"] == DAYS  # type: ignore[index]  # JSON
    assert shown["status"] == "ok"


def test_a_spec_whose_text_was_not_kept_has_no_name(room: Room) -> None:
    """A row without its text is listed with what the row itself knows."""
    ledger = SqlLedger(room.database, "me")
    ledger.open_trial(start("unknown"))
    (one,) = room.found.list(Filters())
    assert (one.strategy, one.status, one.markets) == ("", "open", ("goog-usd",))
    assert room.found.show("1")["words"] == {"en": [], "de": []}


def test_an_unknown_experiment_names_the_nearest(room: Room) -> None:
    """A number that is not there is refused; the one that is there is found."""
    for name in ("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"):
        room.trial(name)
    error = _code(room.found.show, "100")
    assert (error.code, error.hint) == ("EXPERIMENT_UNKNOWN", "did you mean 10?")
    assert room.found.show("10")["number"] == 10
    assert _code(room.found.show, "xyz").hint == "see `peak experiments list`"


def test_a_comparison_names_what_differs(room: Room) -> None:
    """Other days, data and costs are named; the same trial beside itself is one experiment."""
    room.trial("first")
    room.trial("second", outcome=ran(1, 2, 3, first_day=900))
    found = room.found.compare(["1", "2"])
    assert found["differs"] == ["days", "costs"]
    assert found["figures"]["sharpe"] == [1.25, None]  # type: ignore[index]  # JSON
    assert _code(room.found.compare, ["1", "1"]).code == "COMPARE_COUNT"
    assert _code(room.found.compare, ["1", "77"]).code == "EXPERIMENT_UNKNOWN"


def test_the_verdict_stands_beside_its_trial(room: Room) -> None:
    """The same rules, data and costs have the gate's newest word; another rule has none."""
    candidate_id = verdict_world.submitted(room.database, 0)
    candidate = CandidateStore(room.database).get(candidate_id).candidate
    own = start("judged")
    key = own.key.model_copy(
        update={"dataset_digest": candidate.dataset_id, "cost_digest": candidate.costs.digest}
    )
    ledger = SqlLedger(room.database, "me")
    ledger.open_trials([start("judged", key=key), start("other")])
    report = verdict_world.report_of(candidate_id, key.rule_digest, "PASS").model_copy(
        update={"cost_digest": candidate.costs.digest, "dataset_id": candidate.dataset_id}
    )
    CandidateStore(room.database).judged(candidate_id, report, None)
    rows = {one.id: one.as_dict() for one in room.found.list(Filters())}
    assert (rows["1"]["verdict"], rows["1"]["tier"]) == ("PASS", "paper")
    assert rows["1"]["candidate"] == candidate_id
    assert rows["2"]["verdict"] is None


def test_signals_and_fills_are_experiments_too(room: Room) -> None:
    """A signal of a certified strategy, a fill of the paper account: found by type and by id."""
    signal = desk_world.signal()
    SignalStore(room.database).keep(signal, "desk")
    fill = Fill(
        venue="paper", account_id="paper-1", symbol="BTC/USDT", venue_trade_id="t-1",
        client_order_id="00000000-0000-4000-8000-000000000001", ticket_digest="d1" * 32,
        side=Side.BUY, quantity=Decimal("0.5"), price=Decimal(100),
        fee=Decimal("0.05"), fee_asset="USDT", venue_time=NOON, received_at=NOON,
    )  # fmt: skip
    found = Experiments(room.database, lambda: (fill,))
    (given,) = found.list(Filters(type="forward_signal"))
    (filled,) = found.list(Filters(type="paper_trade"))
    assert given.id == f"signal-{signal.digest[:12]}"
    assert given.facts["action"] == "enter_long"
    assert (filled.id, filled.markets) == ("fill-t-1", ("BTC/USDT",))
    assert found.show("signal-")["id"] == given.id
    assert found.compare([given.id, filled.id])["differs"] == ["kind"]


@pytest.mark.parametrize(("kind", "run"), sorted(STUDY_KINDS.items()))
def test_journalled_studies_are_listed(room: Room, kind: str, run: str) -> None:
    """A study has no row of its own: its journal row is its record."""
    with room.database.write() as work:
        work.journal("me", kind, {"strategy": "mine", "markets": ["GOOG"],
                                  "figures": {"ruin": 0.01}, "paths": 2_000})  # fmt: skip
    (one,) = room.found.list(Filters(type=run, market="GOOG"))
    assert (one.strategy, dict(one.figures)) == ("mine", {"ruin": 0.01})
    assert dict(one.facts) == {"paths": 2_000}
    assert one.id.startswith("run-")


def test_types_are_covered() -> None:
    """Every type of run comes from a trial, a study, a signal or a fill."""
    other = {"forward_signal", "paper_trade"}
    assert TRIAL_TYPES | set(STUDY_KINDS.values()) | other == set(RUN_TYPES)


def test_the_best_have_rank_n_and_p(room: Room) -> None:
    """The strongest first; each p is that of its own statistic among all trials."""
    for seed, mean in enumerate((0.0, 0.004, 0.001)):
        units = _returns(seed, mean)
        room.trial(f"s{seed}", outcome=ran(*units.tolist(), excess_returns=_packed(units)))
    SqlLedger(room.database, "me").open_trial(start("broken off", "btc-1"))
    found = best_of(room.found, (), "BTC/USDT", samples=999)
    assert (found.trials, [row.trials for row in found.rows]) == (3, [4, 4, 4])
    assert [row.rank for row in found.rows] == [1, 2, 3]
    assert found.rows[0].one.strategy == "s1"
    ps = [row.p_is for row in found.rows]
    assert ps == sorted(ps)
    assert ps[0] < 0.05 < ps[-1]
    assert found.as_dict()["p_is"] == ps[0]
    family = best_of(room.found, (), "btc-1", samples=999)
    assert family.trials == 4
    assert [row.p_is for row in family.rows] == ps


def _packed(units: IntArray) -> str:
    return pack_returns(units)


def test_more_trials_never_make_the_best_better(room: Room) -> None:
    """The first one's p can only rise when further trials are made on its market."""
    units = _returns(1, 0.0015)
    room.trial("one", outcome=ran(*units.tolist(), excess_returns=_packed(units)))
    before = best_of(room.found, (), "btc-1", samples=999).rows[0].p_is
    for seed in range(5, 15):
        noise = _returns(seed)
        room.trial(f"n{seed}", outcome=ran(*noise.tolist(), excess_returns=_packed(noise)))
    after = next(r for r in best_of(room.found, (), "btc-1", samples=999).rows if r.one.id == "1")
    assert after.p_is >= before


def test_a_short_run_is_not_ranked(room: Room) -> None:
    """Below sixty days there is nothing to rank."""
    room.trial("short", outcome=ran(1, 2, 3))
    found = best_of(room.found, (), "btc-1", samples=999)
    assert (found.trials, found.rows, found.p_is) == (1, (), None)


def test_an_unknown_market_names_the_nearest(room: Room) -> None:
    """A market that nothing ran on is refused; a silly limit too."""
    room.trial("one")
    error = _code(best_of, room.found, (), "BTC/USD", samples=999)
    assert (error.code, error.hint) == ("MARKET_UNKNOWN", "did you mean BTC/USDT?")
    error = _code(best_of, room.found, (), "BTC/USDT", limit=51, samples=999)
    assert error.code == "LIMIT_OUT_OF_RANGE"


def test_rows_are_json(room: Room) -> None:
    """Every row can be written as canonical JSON."""
    room.trial("one", params=(("fast", 5.0),))
    (one,) = room.found.list(Filters(since=datetime.fromtimestamp(0, tz=NOON.tzinfo)))
    assert b'"params":{"fast":5' in canonical(one.as_dict())
    assert one.at - NOON < timedelta(minutes=1)
