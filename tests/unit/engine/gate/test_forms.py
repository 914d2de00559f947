"""Every form of spec is judged: one row for all its markets, one look charged to each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.data.bars import Bars
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.gate.certified_basis import basis_of
from engine.gate.discoveries import level_of_look
from engine.gate.findings import GateCode
from engine.gate.judge import judge
from engine.gate.online import levels

Lab = Any
Passed = Any
EDGE = ("close < close[1]", "close > close[1]")


def named(bars: Bars, symbol: str) -> Bars:
    """The same bars of another instrument."""
    base = symbol.split("/", maxsplit=1)[0]
    instrument = bars.instrument.model_copy(update={"symbol": symbol, "base": base})
    return replace(bars, instrument=instrument)


@pytest.fixture
def coins(lab: Lab) -> tuple[Dataset, Dataset]:
    """Two markets of their own that really return."""
    first, second = (
        lab.store.register(named(lab.market(1_700, seed=seed, memory=-0.4), symbol))
        for seed, symbol in ((1, "COIN/USD"), (2, "TWIN/USD"))
    )
    return first, second


def both(lab: Lab, **changes: Any) -> Any:  # noqa: ANN401 - a spec of the lab
    """The planted edge on both coins."""
    return lab.spec(*EDGE, universe={"symbols": ["COIN/USD", "TWIN/USD"]}, **changes)


def test_a_strategy_on_two_markets_is_one_trial_and_one_look(
    lab: Lab, coins: tuple[Dataset, Dataset]
) -> None:
    """It counts in both families, and each has one look less."""
    first, second = coins
    assert first.family != second.family
    report = lab.judge(lab.candidate(both(lab), first, others=(second.id,)))
    assert report.verdict == "PASS"
    assert report.families == tuple(sorted({first.family, second.family}))
    capped = [f.code for f in report.findings if f.code is GateCode.ENGINE_NOT_COMPARABLE]
    assert capped == [GateCode.ENGINE_NOT_COMPARABLE]
    for family in report.families:
        assert lab.ledger.count(family) == 1
        assert len(lab.looks.rows(family)) == 1
    other = lab.spec("close > sma(close, 50)", universe={"symbols": ["TWIN/USD"]})
    alone = lab.judge(lab.candidate(other, second))
    assert alone.trials == 2


def test_another_market_is_refused(lab: Lab, coins: tuple[Dataset, Dataset]) -> None:
    """SPEC_INVALID when a dataset is none of the spec's; with its own the spec is fine."""
    first, second = coins
    strange = lab.spec(*EDGE, universe={"symbols": ["COIN/USD", "OTHER/USD"]})
    report = lab.judge(lab.candidate(strange, first, others=(second.id,)))
    assert report.verdict == "INELIGIBLE"
    assert report.findings[0].code is GateCode.SPEC_INVALID
    fine = lab.judge(lab.candidate(both(lab), first, others=(second.id,)))
    assert fine.findings[0].passed


def test_markets_without_common_sealed_days_cannot_be_judged(lab: Lab) -> None:
    """HOLDOUTS_APART, or panels that share nothing: an error, never a verdict."""
    early = lab.market(1_100, seed=3)
    late = named(lab.market(1_100, seed=4), "LATE/USD")
    late = replace(late, time=late.time + 1_400 * 86_400_000)
    first, second = lab.store.register(early), lab.store.register(late)
    spec = lab.spec(*EDGE, universe={"symbols": ["COIN/USD", "LATE/USD"]})
    with pytest.raises(DataError) as caught:
        lab.judge(lab.candidate(spec, first, others=(second.id,)))
    assert caught.value.code in {"HOLDOUTS_APART", "PANEL_EMPTY"}


def test_a_renamed_candidate_keeps_its_verdict(passed: Passed) -> None:
    """Judging is pure: the same evidence gives the same report."""
    again = judge(passed.candidate, passed.evidence, passed.lab.criteria)
    assert again.digest == passed.report.digest


def test_the_basis_freezes_what_the_verdict_stood_on(passed: Passed) -> None:
    """Keys, N, k and both runs are those of the report; the promise lies between its zones."""
    lab, candidate = passed.lab, passed.candidate
    looked = lab.looked(candidate)
    bench = lab.bench(*(lab.store.find(one) for one in candidate.datasets))
    basis = basis_of(candidate, bench, looked.evidence, passed.report, looked.field)
    facts = {fact.key: fact.value for fact in passed.report.facts}
    assert basis.keys.train_raw == facts["train.p_raw"]
    assert basis.keys.gate == facts["oos.p_gate"]
    assert (basis.trials, basis.look) == (passed.report.trials, passed.report.look)
    assert basis.train_run == passed.evidence.train.run.run_digest
    assert basis.holdout_run == passed.evidence.holdout.run.run_digest
    low, high = sorted((facts["train.mean_day"], facts["oos.mean_day"]))
    assert low <= basis.promised_mean <= high
    assert {21, 63, 126, 252} <= {point.days for point in basis.forecast}


def test_the_level_of_a_look_is_frozen_by_the_looks_before_it(
    make_lab: Callable[[], Lab],
) -> None:
    """LORD++ in look order; what comes later changes nothing."""
    lab = make_lab()
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    lab.judge(lab.candidate(lab.spec(*EDGE), dataset))
    rows = lab.looks.rows(dataset.family)
    first = level_of_look(rows, rows[0].look_id, dataset.family)
    assert first == pytest.approx(0.002676, abs=5e-7)
    p = rows[0].outcome.p_gate
    after = level_of_look(rows, "look-99", dataset.family)
    assert after == levels([p, 1.0])[-1]
