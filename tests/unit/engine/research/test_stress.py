"""Stress: who must lose loses, who holds nothing does not, and nothing is counted twice."""

from __future__ import annotations

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.data.panel import Panel, panel_of
from engine.errors import InputError
from engine.facts.table import by_key
from engine.gate.subject import Subject
from engine.records import canonical
from engine.research.scenarios import DEFAULT_SCENARIOS, Scenario, scenario_of
from engine.research.starts import start_rows
from engine.research.stress import StressResult, StressStudy, stress, stress_facts
from engine.research.stress_runs import AFTER_BARS
from engine.research.variants import dearer
from engine.research.watching import Watch
from tests.rules import make_bars
from tests.studies_world import CountedRuns, always_long, crossing, market_of, never

FLAT = panel_of([make_bars([(100.0, 100.5, 99.5, 100.0)] * 200, symbol="BTC/USDT")])
CRASH = scenario_of("crash", size=0.5, duration_bars=5)


def stressed(subject: Subject, panel: Panel, *scenarios: Scenario, starts: int = 20) -> StressStudy:
    """A study of the subject on the panel."""
    base = subject.run(panel)
    return stress(
        subject, panel, base, scenarios, run_many=CountedRuns(panel), starts=starts
    )  # fmt: skip


def one(subject: Subject, panel: Panel, scenario: Scenario, starts: int = 20) -> StressResult:
    """The only result of a study of one scenario."""
    return stressed(subject, panel, scenario, starts=starts).results[0]


def test_who_is_long_loses_what_the_market_loses() -> None:
    """Nine tenths invested without a stop: half of the market is 45 % of the account."""
    found = one(always_long(), FLAT, CRASH)
    assert found.worst_loss == pytest.approx(0.45, abs=0.002)
    assert found.middle_loss == pytest.approx(0.45, abs=0.002)
    assert found.exposed_loss == pytest.approx(0.45, abs=0.002)
    assert found.worst_extra == pytest.approx(0.45, abs=0.002)


@pytest.mark.parametrize("scenario", DEFAULT_SCENARIOS, ids=lambda each: each.kind)
def test_who_holds_nothing_loses_nothing(scenario: Scenario) -> None:
    """No scenario takes anything from an account that is flat."""
    found = one(never(), market_of(bars=400, kind="perpetual"), scenario, starts=6)
    assert found.worst_loss == 0
    assert found.exposed_loss == 0


def test_a_gap_beyond_the_stop_costs_the_gap() -> None:
    """A stop of 5 % does not help where the price is not traded."""
    found = one(always_long(stops=({"kind": "pct", "value": 0.05},)), FLAT, scenario_of("gap"))
    assert found.worst_loss >= 0.18


def test_dear_trading_costs_more() -> None:
    """Costs five times as high are asked of the ledger as one run, and lose more."""
    panel = market_of(bars=400)
    subject = crossing(costs=CostModel())
    runs = CountedRuns(panel)
    scenario = scenario_of("cost", size=5.0)
    found = stress(subject, panel, subject.run(panel), [scenario], run_many=runs, starts=30)
    assert len(runs.subjects) == 1
    assert runs.subjects[0].costs == dearer(CostModel(), 5.0)
    assert found.results[0].worst_extra > 0


def test_only_kind_cost_is_a_trial() -> None:
    """All other kinds run on altered bars and ask the ledger for nothing."""
    panel = market_of(("BTC/USDT", "ETH/USDT"), bars=400, kind="perpetual")
    subject = crossing(symbols=("BTC/USDT", "ETH/USDT"))
    runs = CountedRuns(panel)
    base = subject.run(panel)
    study = stress(subject, panel, base, DEFAULT_SCENARIOS, run_many=runs, starts=3)
    assert len(runs.subjects) == 1
    assert study.complete
    assert not any(each.skipped for each in study.results)


def test_a_spread_and_funding_are_paid() -> None:
    """Who trades pays a wide spread, who holds pays funding: both lose beyond the usual."""
    panel = market_of(bars=400, kind="perpetual")
    wide = one(crossing(), panel, scenario_of("spread", size=100, duration_bars=200), starts=10)
    assert wide.worst_extra > 0.001
    funding = one(always_long(), panel, scenario_of("funding", size=0.01), starts=10)
    assert funding.worst_extra > 0.1


@pytest.mark.parametrize(
    ("kind", "why"), [("correlation_one", "ONE_SYMBOL"), ("funding", "NOT_PERPETUAL")]
)
def test_what_says_nothing_is_left_out(kind: str, why: str) -> None:
    """One market has no correlation, a spot market no funding: said, and not in the report."""
    study = stressed(always_long(), FLAT, scenario_of(kind), CRASH, starts=3)
    assert study.results[0].skipped == why
    assert [line.kind for line in study.lines] == ["crash"]


def test_too_few_bars_are_said() -> None:
    """A scenario longer than the market is skipped, a shorter one is run."""
    long, short = scenario_of("slow_bear", duration_bars=300), scenario_of("gap")
    study = stressed(always_long(), FLAT, long, short, starts=3)
    assert [each.skipped for each in study.results] == ["TOO_SHORT", ""]


def test_the_named_day_is_one_of_the_starts() -> None:
    """Its own loss is told; a day outside the bars is refused before anything runs."""
    named = scenario_of("crash", size=0.5, duration_bars=5, start="1970-04-11")
    found = one(always_long(), FLAT, named)
    assert found.named_loss == pytest.approx(0.45, abs=0.002)
    assert found.starts in {20, 21}
    late = scenario_of("crash", start="2031-01-01")
    with pytest.raises(InputError) as caught:
        stressed(always_long(), FLAT, late)
    assert caught.value.code == "SCENARIO_START"
    assert "1970-01-02" in (caught.value.hint or "")


def test_an_unknown_instrument_is_refused() -> None:
    """The code and the instruments of the run; the right name is taken."""
    with pytest.raises(InputError) as caught:
        stressed(always_long(), FLAT, scenario_of("gap", symbols=["BTC/USD"]))
    assert caught.value.code == "SCENARIO_SYMBOL"
    assert "BTC/USDT" in (caught.value.hint or "")
    assert one(always_long(), FLAT, scenario_of("gap", symbols=["BTC/USDT"])).starts == 20


def test_the_same_study_has_the_same_bytes() -> None:
    """Nothing but the input decides."""
    panel = market_of(bars=300)
    first = stressed(crossing(), panel, *DEFAULT_SCENARIOS, starts=4)
    assert canonical(first) == canonical(stressed(crossing(), panel, *DEFAULT_SCENARIOS, starts=4))


def test_half_of_the_starts_follow_the_largest_exposure() -> None:
    """Of forty starts at least twenty begin while something is held."""
    panel = market_of(bars=600)
    subject = crossing()
    result = subject.run(panel)
    rows = start_rows(result, panel, 5, subject.compiled.warmup, 40, "name")
    assert len(rows) == len(set(rows.tolist())) == 40
    assert (np.diff(rows) > 0).all()
    assert int(result.in_market[rows - 1].sum()) >= 20
    assert rows[0] >= subject.compiled.warmup
    assert rows[-1] + 5 <= len(panel)


def test_a_stopped_study_keeps_whole_scenarios() -> None:
    """Stopped in the second scenario, it gives the first one and says that it is not complete."""
    told: list[tuple[int, int]] = []
    watch = Watch(lambda done, total: told.append((done, total)), lambda: len(told) >= 14)
    subject = always_long()
    study = stress(
        subject, FLAT, subject.run(FLAT), [CRASH, scenario_of("gap")],
        run_many=CountedRuns(FLAT), starts=10, watch=watch,
    )  # fmt: skip
    assert [each.scenario.kind for each in study.results] == ["crash"]
    assert not study.complete
    assert {total for _, total in told} == {20}


def test_progress_ends_at_the_total() -> None:
    """A study that is not stopped tells every run, the last one as the total."""
    told: list[tuple[int, int]] = []
    subject = always_long()
    study = stress(
        subject, FLAT, subject.run(FLAT), [CRASH, scenario_of("gap")],
        run_many=CountedRuns(FLAT), starts=10, watch=Watch(lambda *at: told.append(at)),
    )  # fmt: skip
    assert study.complete
    assert told[-1] == (20, 20)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_facts_have_the_keys_of_the_report() -> None:
    """Place, figure and unit; a skipped scenario has no facts and takes no place."""
    study = stressed(always_long(), FLAT, scenario_of("funding"), CRASH)
    facts = by_key(stress_facts(study, "a" * 64))
    assert facts["stress.0.worst_loss"].value == study.results[1].worst_loss
    assert facts["stress.0.size"].value == 0.5
    assert facts["stress.0.starts"].unit == "count"
    assert not any(key.startswith("stress.1.") for key in facts)


def test_a_loss_belongs_to_the_scenario_for_twenty_bars() -> None:
    """A fall of the market itself is in the loss, and not in what the scenario added."""
    assert AFTER_BARS == 20
    rows = [(100.0, 100.0, 100.0, 100.0)] * 60 + [(50.0, 50.0, 50.0, 50.0)] * 60
    panel = panel_of([make_bars(rows, symbol="BTC/USDT")])
    near = scenario_of("data_hole", duration_bars=1, start="1970-02-20")
    far = scenario_of("data_hole", duration_bars=1, start="1970-01-20")
    found = stressed(always_long(), panel, near, far)
    assert found.results[0].named_loss == pytest.approx(0.45, abs=0.002)
    assert found.results[0].worst_extra == pytest.approx(0, abs=1e-9)
    assert found.results[1].named_loss == 0


def test_a_run_that_failed_is_said() -> None:
    """The ledger has its row, the study has no figures of it; a run that came through has."""
    subject = always_long()
    scenarios = [scenario_of("cost", duration_bars=20), CRASH]
    study = stress(
        subject, FLAT, subject.run(FLAT), scenarios, run_many=lambda _subjects: [None], starts=5
    )  # fmt: skip
    assert [each.skipped for each in study.results] == ["RUN_FAILED", ""]
    assert study.complete


def test_the_run_of_other_bars_is_refused() -> None:
    """The code; the run's own bars are taken."""
    subject = always_long()
    with pytest.raises(InputError) as caught:
        stress(subject, FLAT, subject.run(market_of(bars=50)), run_many=CountedRuns(FLAT))
    assert caught.value.code == "BARS_MISMATCH"
    assert one(subject, FLAT, CRASH, starts=2).starts == 2
