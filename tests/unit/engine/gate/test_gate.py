"""The gate as a whole: noise fails, an edge passes, an overfitted winner is found out."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.backtest.costs import CostModel
from engine.backtest.runner import run_trial
from engine.data.bars import bars_of
from engine.data.dataset import Dataset
from engine.data.samples import GOOG_WINDOW_END, goog_daily
from engine.gate.checks.contract import CONTRACT
from engine.gate.checks.train import TRAIN_KEYS
from engine.gate.evidence import Evidence
from engine.gate.findings import Effect, GateCode
from engine.gate.gather import start_of_candidate
from engine.gate.judge import judge
from engine.gate.report import GateReport, for_copilot
from engine.gate.subject import Subject
from engine.language import library
from engine.language.spec import StrategySpec
from engine.records import canonical

Lab = Any
Passed = Any
EDGE = ("close < close[1]", "close > close[1]")


def failed(report: GateReport) -> list[GateCode]:
    """Codes of the findings that did not pass, notes and caps left out."""
    return [
        f.code
        for f in report.findings
        if not f.passed and f.effect in {Effect.FAIL, Effect.INELIGIBLE}
    ]


def test_a_planted_edge_passes_for_paper(passed: Passed) -> None:
    """A market that really returns is found, with its figures shown."""
    report = passed.report
    assert (report.verdict, report.tier, report.trials, report.look) == ("PASS", "paper", 1, 1)
    assert all(f.passed for f in report.findings if f.effect is Effect.FAIL)
    facts = {fact.key: fact.value for fact in report.facts}
    assert facts["train.p_raw"] < 0.05
    assert facts["oos.p_raw"] < 0.05
    assert facts["gate.looks_left"] == 23


def test_noise_fails_mostly(make_lab: Callable[[], Lab]) -> None:
    """Of 12 driftless markets at most two let an unskilled rule through, and looks are saved."""
    passed = looks = 0
    for seed in range(12):
        lab = make_lab()
        dataset = lab.store.register(lab.market(1_100, seed=100 + seed))
        spec = lab.spec("sma(close, 5) > sma(close, 20)", "close < sma(close, 10)")
        report = lab.judge(lab.candidate(spec, dataset))
        passed += report.verdict == "PASS"
        looks += len(lab.looks.rows(dataset.family))
    assert passed <= 2
    assert looks <= 5


def sweep(lab: Lab, dataset: Dataset) -> StrategySpec:
    """Two hundred variants of nothing on one market, every one logged; the best by t."""
    best: tuple[float, StrategySpec] | None = None
    bench = lab.bench(dataset)
    for fast in range(2, 12):
        for slow in range(15, 55, 2):
            spec = lab.spec(
                f"close > sma(close, {slow}) and close < close[{fast}]", f"close > close[{fast}]"
            )
            candidate = lab.candidate(spec, dataset)
            subject = Subject.of(spec, candidate.costs)
            start = start_of_candidate(candidate, bench, subject)
            run = run_trial(
                subject.compiled, bench.panel.each[0], candidate.costs, ledger=lab.ledger,
                start=start,
            )  # fmt: skip
            sharpe = run.metrics.sharpe or -9.0
            if run.metrics.trades >= 35 and (best is None or sharpe > best[0]):
                best = (sharpe, spec)
    assert best is not None
    return best[1]


def test_the_winner_of_a_sweep_on_noise_is_found_out(make_lab: Callable[[], Lab]) -> None:
    """TRAIN_NOT_SIGNIFICANT names the 200 trials; uncounted, the same rule would have passed."""
    lab, alone = make_lab(), make_lab()
    bars = lab.market(1_500, seed=11)
    dataset = lab.store.register(bars)
    winner = sweep(lab, dataset)
    report = lab.judge(lab.candidate(winner, dataset))
    assert report.verdict == "FAIL"
    assert GateCode.TRAIN_NOT_SIGNIFICANT in failed(report)
    assert report.trials == 200
    message = next(f.message for f in report.findings if f.code == "TRAIN_NOT_SIGNIFICANT")
    assert "200 trials" in message
    assert lab.looks.rows(dataset.family) == ()
    forgetful = alone.judge(alone.candidate(winner, alone.store.register(bars)))
    assert GateCode.TRAIN_NOT_SIGNIFICANT not in failed(forgetful)


def test_a_rerun_has_the_same_bytes(lab: Lab) -> None:
    """Judging again finds its trial and its look, and says the same."""
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    candidate = lab.candidate(lab.spec(*EDGE), dataset)
    first, second = lab.judge(candidate), lab.judge(candidate)
    assert canonical(first) == canonical(second)
    assert len(lab.looks.rows(dataset.family)) == 1


def test_an_idea_looks_once(lab: Lab) -> None:
    """A changed rule of the same lineage is INELIGIBLE with LOOK_SPENT, and sees nothing."""
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    first = lab.judge(lab.candidate(lab.spec(*EDGE), dataset, lineage="chat-1"))
    assert first.verdict == "PASS"
    changed = lab.spec("close < close[1] * 0.999", EDGE[1])
    report = lab.judge(lab.candidate(changed, dataset, lineage="chat-1"))
    assert report.verdict == "INELIGIBLE"
    assert failed(report) == [GateCode.LOOK_SPENT]
    assert not any(fact.key.startswith("oos.") for fact in report.facts)
    assert for_copilot(report).codes == (GateCode.LOOK_SPENT,)


def test_an_idea_in_other_words_shares_the_look(lab: Lab) -> None:
    """INELIGIBLE with LOOK_SHARED and a pointer to the verdict, which the copilot may read too."""
    dataset = lab.store.register(lab.market(2_000, seed=1, memory=-0.4))
    candidate = lab.candidate(lab.spec(*EDGE), dataset)
    assert lab.judge(candidate).verdict == "PASS"
    padded = lab.spec(f"({EDGE[0]}) and close > 0.0001", EDGE[1])
    report = lab.judge(lab.candidate(padded, dataset))
    assert report.verdict == "INELIGIBLE"
    assert failed(report) == [GateCode.LOOK_SHARED]
    assert report.earlier == candidate.digest
    assert for_copilot(report).codes == (GateCode.LOOK_SHARED,)
    assert not any(fact.key.startswith("oos.") for fact in report.facts)


def test_a_spec_with_errors_is_not_run(lab: Lab, goog: Dataset) -> None:
    """SPEC_INVALID quotes the first error, and nothing stands in the ledger."""
    report = lab.judge(lab.candidate(lab.spec("rsi(close, 14) > close"), goog))
    assert report.verdict == "INELIGIBLE"
    assert failed(report) == [GateCode.SPEC_INVALID]
    assert "rsi(close" in report.findings[0].message
    assert lab.ledger.count(goog.family) == 0


@pytest.mark.parametrize("changes", [{"timeframe": "1h"}, {"universe": {"symbols": ["BTC/USDT"]}}])
def test_a_spec_for_other_data_is_not_run(lab: Lab, goog: Dataset, changes: dict[str, Any]) -> None:
    """Another timeframe or symbol is refused before it costs a trial."""
    report = lab.judge(lab.candidate(lab.spec(*EDGE, **changes), goog))
    assert failed(report) == [GateCode.SPEC_INVALID]
    assert lab.ledger.count(goog.family) == 0


def test_short_data_are_ineligible(lab: Lab) -> None:
    """A year and a half can be researched, not judged."""
    dataset = lab.store.register(lab.market(550, seed=1, memory=-0.4))
    report = lab.judge(lab.candidate(lab.spec(*EDGE), dataset))
    assert report.verdict == "INELIGIBLE"
    assert failed(report) == [GateCode.DATA_TOO_SHORT]
    assert lab.looks.rows(dataset.family) == ()


def test_free_trading_is_ineligible(lab: Lab, goog: Dataset) -> None:
    """Zero fees are refused."""
    free = CostModel(taker_fee_bps=0, maker_fee_bps=0, spread_bps=0, slippage_bps=0)
    report = lab.judge(lab.candidate(lab.spec(*EDGE), goog, costs=free))
    assert GateCode.COST_BELOW_FLOOR in failed(report)


def test_a_rule_without_a_stop_fails(lab: Lab, goog: Dataset) -> None:
    """A time exit alone is no stop; a wide one is enough."""
    bare = lab.spec(*EDGE, stops=[{"kind": "time_bars", "value": 5}])
    assert GateCode.STOP_MISSING in failed(lab.judge(lab.candidate(bare, goog)))
    wide = lab.spec(*EDGE, stops=[{"kind": "pct", "value": 0.4}])
    assert GateCode.STOP_MISSING not in failed(lab.judge(lab.candidate(wide, goog)))


def test_a_broken_ledger_stops_the_gate(lab: Lab, goog: Dataset) -> None:
    """A row that does not fit its dataset's days is LEDGER_BROKEN, not a smaller trial count."""
    lab.judge(lab.candidate(lab.spec(*EDGE), goog))
    row = lab.ledger._rows[0]
    short = row.outcome.model_copy(update={"daily_returns": row.outcome.daily_returns[1:]})
    lab.ledger._rows[0] = row.model_copy(update={"outcome": short})
    report = lab.judge(lab.candidate(lab.spec("close > close[1]", EDGE[0]), goog))
    assert report.verdict == "INELIGIBLE"
    assert failed(report) == [GateCode.LEDGER_BROKEN]


def formats(value: float) -> set[str]:
    """How a figure may be written, with enough digits to be recognised."""
    texts = {repr(value)}
    for scale in (1.0, 100.0, 10_000.0):
        for places in range(2, 13):
            texts.add(f"{value * scale:.{places}f}")
            texts.add(f"{value * scale:.{places}e}")
            texts.add(f"{value * scale:.{places}g}")
    texts |= {text.replace(".", ",") for text in texts}
    return {text for text in texts if len([c for c in text if c.isdigit() and c != "0"]) >= 4}


@pytest.mark.parametrize(("memory", "verdict"), [(-0.4, "PASS"), (None, "FAIL")])
def test_the_copilot_sees_no_holdout_figure(lab: Lab, memory: float | None, verdict: str) -> None:
    """No formatting of any holdout value stands in its bytes, whatever the verdict."""
    bars = lab.market(2_000, seed=1, memory=-0.4)
    if memory is None:
        other = lab.market(2_000, seed=1, memory=0.4)
        cut = {n: np.where(np.arange(2_000) < 1_400, getattr(bars, n), getattr(other, n) *
                           bars.close[1_399] / other.close[1_399])
               for n in ("open", "high", "low", "close")}  # fmt: skip
        cut["open"][1_400] = cut["close"][1_399]
        cut["high"], cut["low"] = np.maximum(cut["high"], cut["open"]), np.minimum(
            cut["low"], cut["open"])  # fmt: skip
        bars = bars_of(bars.instrument, bars.timeframe, bars.time, *cut.values(), bars.volume)
    dataset = lab.store.register(bars)
    candidate = lab.candidate(lab.spec(*EDGE), dataset)
    evidence: Evidence = lab.evidence(candidate)
    report = judge(candidate, evidence, lab.criteria)
    assert report.verdict == verdict
    assert evidence.holdout is not None
    run = evidence.holdout.run
    values = [f.value for f in (*run.figures, *run.benchmark) if f.value is not None]
    values += [run.raw.p, run.excess.p, run.raw.statistic or 0.0, run.excess.statistic or 0.0]
    seen = for_copilot(report).model_dump_json() + canonical(for_copilot(report)).decode()
    assert "oos" not in seen
    tokens = set(re.findall(r"-?\d+(?:[.,]\d+)?(?:e[+-]?\d+)?", seen))
    known = {f.value for f in report.facts if f.value is not None and f.key[:4] != "oos."}
    allowed = {text for value in known for text in formats(value)}
    leaked = {text for value in values for text in formats(value) - allowed if text in tokens}
    assert leaked == set()
    people = report.model_dump_json()
    assert ("oos.sharpe" in people) is True
    sharpe = next(f.value for f in run.figures if f.name == "sharpe")
    assert sharpe is not None
    assert (repr(sharpe) in people) is (verdict == "PASS")
    if verdict == "FAIL":
        assert for_copilot(report).codes == (GateCode.HOLDOUT_NOT_CONFIRMED,)
        assert all(f.sealed for f in report.facts if f.key.startswith("oos."))
        assert {f.value for f in report.findings if f.stage in {"2", "3b"}} == {None}


def test_the_demo_rule_passes_and_the_overfitted_one_fails(make_lab: Callable[[], Lab]) -> None:
    """Both demo specs get their verdict with the default costs, each in a ledger of its own."""
    verdicts = {}
    for name in ("rsi_momentum_goog_demo", "overfit_goog_demo"):
        lab = make_lab()
        dataset = lab.store.register(goog_daily(), window_end=GOOG_WINDOW_END)
        report = lab.judge(lab.candidate(library.load(name), dataset, costs=CostModel()))
        verdicts[name] = report.verdict
    assert verdicts == {"rsi_momentum_goog_demo": "PASS", "overfit_goog_demo": "FAIL"}


def test_facts_name_their_source(lab: Lab, goog: Dataset) -> None:
    """Every fact points to the evidence that it was taken from, and keys are single."""
    candidate = lab.candidate(lab.spec(*EDGE), goog)
    evidence = lab.evidence(candidate)
    report = judge(candidate, evidence, lab.criteria)
    assert {fact.source for fact in report.facts} == {evidence.train.digest}
    keys = [fact.key for fact in report.facts]
    assert len(keys) == len(set(keys))
    assert {key.split(".")[0] for key in keys} == {"train", "bench", "gate"}


def test_every_stage_answers(lab: Lab, goog: Dataset) -> None:
    """A run candidate has one finding for each train criterion, passed ones too."""
    report = lab.judge(lab.candidate(lab.spec(*EDGE), goog))
    assert {row.code for row in (*CONTRACT, *TRAIN_KEYS)} <= {f.code for f in report.findings}
    assert all(math.isfinite(f.value) for f in report.findings if f.value is not None)
