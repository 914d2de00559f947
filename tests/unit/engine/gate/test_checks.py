"""Checks: each criterion can fail, says its code, and passes again when the cause is gone."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from engine.backtest.costs import CostModel
from engine.data.dataset import Dataset
from engine.gate.checks.answers import Asked, findings
from engine.gate.checks.contract import CONTRACT
from engine.gate.checks.holdout import HOLDOUT, REFUSALS
from engine.gate.checks.tier import TIER
from engine.gate.checks.train import TRAIN_KEYS, VETOES
from engine.gate.cutoff import CutoffEvidence
from engine.gate.evidence import Evidence, HoldoutEvidence, LaterEvidence, TrainEvidence
from engine.gate.findings import Effect, GateCode
from engine.gate.forward import ForwardEvidence
from engine.gate.invariance import InvarianceEvidence
from engine.gate.judge import judge, needs_look
from engine.gate.messages import say, sealed_sentence
from engine.gate.report import GateReport
from engine.gate.second_engine import SecondEngineEvidence, State
from engine.gate.vetoes.neighbours import NeighbourEvidence
from engine.gate.vetoes.tail import TailEvidence
from engine.language.findings import SpecFinding

Lab = Any
Passed = Any
KEY = {"statistic": 0.1, "p": 0.6}
BROKEN_TRIAL = {"number": 1, "count": 0, "block": 10, "problem": "a row is missing"}
ERROR = SpecFinding(code="NAME_UNKNOWN", path="/rules/0/entry", message="`foo` is not known.")
WARNING = SpecFinding(code="PARAM_EDGE", level="warning", path="/params/0", message="at its edge")


def bent(name: Literal["scale", "date", "symbol"]) -> InvarianceEvidence:
    """An invariance that does not hold."""
    return InvarianceEvidence(name=name, held=False, where="bar 7")


def tail(margin: float) -> TailEvidence:
    """A tail with this margin."""
    return TailEvidence(
        n=40, k=1, u=0.1, mean_other=0.2, mean_loss=1.0, margin=margin, proven=margin > 0
    )


def around(median: float, ratio: float) -> NeighbourEvidence:
    """A neighbourhood of four."""
    return NeighbourEvidence(count=4, median=median, ratio=ratio)


def said(state: State) -> SecondEngineEvidence:
    """An answer of the second engine."""
    return SecondEngineEvidence(state=state, message="entry differs")


def changed(train: TrainEvidence, **fields: object) -> TrainEvidence:
    """Evidence with other fields; a dictionary changes fields of the record that is there."""
    for name, value in fields.items():
        if isinstance(value, dict) and name != "trial":
            fields[name] = {**getattr(train, name).model_dump(), **value}
    return TrainEvidence.model_validate({**dict(train), **fields})


@pytest.mark.parametrize(
    ("fields", "code", "verdict"),
    [
        ({"spec_findings": (ERROR,)}, GateCode.SPEC_INVALID, "INELIGIBLE"),
        ({"mismatch": "The spec is for 1h."}, GateCode.SPEC_INVALID, "INELIGIBLE"),
        ({"spec_findings": (WARNING,)}, GateCode.SPEC_LINT, "PASS"),
        (
            {"parameters": 11, "neighbours": around(0.1, 0.9)},
            GateCode.PARAMETERS_TOO_MANY,
            "FAIL",
        ),
        ({"denied_by": ("conservative",)}, GateCode.TRADABLE_UNDER, "PASS"),
        ({"unprotected": ("rule one",)}, GateCode.STOP_MISSING, "FAIL"),
        ({"adds_to_loser": ("pyramiding",)}, GateCode.ADDS_TO_LOSER, "FAIL"),
        ({"dated": ("ecm_window",)}, GateCode.DATED_FEATURE, "PASS"),
        ({"data_problems": ("a split",)}, GateCode.DATA_QUALITY, "INELIGIBLE"),
        ({"lineage_known": False}, GateCode.LINEAGE_UNKNOWN, "INELIGIBLE"),
        ({"invariances": (bent("scale"),)}, GateCode.INVARIANCE_SCALE, "FAIL"),
        ({"invariances": (bent("date"),)}, GateCode.INVARIANCE_DATE, "FAIL"),
        ({"invariances": (bent("symbol"),)}, GateCode.INVARIANCE_SYMBOL, "FAIL"),
        ({"exceeded": ("61 seconds",)}, GateCode.LIMIT_EXCEEDED, "INELIGIBLE"),
        ({"void_key": ("imported",)}, GateCode.TRAIN_KEY_VOID, "PASS"),
        ({"zone_note": "DATA_TOO_SHORT"}, GateCode.DATA_TOO_SHORT, "INELIGIBLE"),
        ({"holdout_rows": 0}, GateCode.DATA_TOO_SHORT, "INELIGIBLE"),
        ({"zone_note": "ZONE_SHORT"}, GateCode.ZONE_SHORT, "PASS"),
        ({"violations": ("enter differs",)}, GateCode.CAUSALITY_BROKEN, "FAIL"),
        ({"reproducible": False}, GateCode.NOT_REPRODUCIBLE, "INELIGIBLE"),
        ({"trial": BROKEN_TRIAL, "run": None}, GateCode.LEDGER_BROKEN, "INELIGIBLE"),
        ({"run": {"trades": 29}}, GateCode.TRADES_TOO_FEW, "FAIL"),
        ({"run": {"raw": {**KEY, "p": 0.251}}}, GateCode.TRAIN_NOT_SIGNIFICANT, "FAIL"),
        ({"run": {"excess": {**KEY, "p": 0.251}}}, GateCode.TRAIN_BENCHMARK, "FAIL"),
        ({"stressed_mean": 0.0}, GateCode.COST_FRAGILE, "FAIL"),
        ({"run": {"ruined": True}}, GateCode.RUIN, "FAIL"),
        ({"tail": tail(-0.1)}, GateCode.TAIL_UNPROVEN, "FAIL"),
        ({"jump": {"worst": 0.301}}, GateCode.JUMP_RUIN, "FAIL"),
        ({"cut_share": 0.051}, GateCode.ORDERS_CUT_OFTEN, "PASS"),
        ({"null": {"p": 0.101}}, GateCode.MARTINGALE_NULL, "FAIL"),
        ({"neighbours": around(-0.1, 0.9)}, GateCode.NEIGHBOURHOOD_NEGATIVE, "FAIL"),
        ({"neighbours": around(0.1, 0.4)}, GateCode.NEIGHBOURHOOD_FRAGILE, "PASS"),
        ({"second_engine": said("disagrees")}, GateCode.ENGINE_DISAGREES, "FAIL"),
        ({"second_engine": said("did_not_run")}, GateCode.ENGINE_DID_NOT_RUN, "INELIGIBLE"),
        ({"second_engine": said("not_comparable")}, GateCode.ENGINE_NOT_COMPARABLE, "PASS"),
    ],
)
def test_each_train_criterion_decides(
    passed: Passed,
    fields: dict[str, object],
    code: GateCode,
    verdict: str,
) -> None:
    """One thing wrong: exactly that code does not pass, and no look is asked for."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    train = changed(evidence.train, **fields)
    asked_of = Asked(candidate, Evidence(train=train), lab.criteria)
    rows = (*CONTRACT, *TRAIN_KEYS, *VETOES)
    wrong = [f.code for f in findings(rows, asked_of) if not f.passed]
    assert wrong == [code]
    assert needs_look(candidate, train, lab.criteria) is (verdict == "PASS")
    asked = evidence.holdout if verdict == "PASS" else None
    report = judge(candidate, Evidence(train=train, holdout=asked), lab.criteria)
    assert report.verdict == verdict


@pytest.mark.parametrize(
    ("change", "code", "stage"),
    [
        ({"raw": {**KEY, "p": 0.501}}, GateCode.HOLDOUT_REFUTED, "2"),
        ({"excess": {**KEY, "p": 0.501}}, GateCode.HOLDOUT_BENCHMARK, "2"),
        ({"trades": 4}, GateCode.HOLDOUT_TRADES, "3b"),
        ({"ruined": True}, GateCode.RUIN, "3b"),
        ({}, GateCode.HOLDOUT_TAIL, "3b"),
    ],
)
def test_each_holdout_criterion_decides(
    passed: Passed,
    change: dict[str, object],
    code: GateCode,
    stage: str,
) -> None:
    """One thing wrong on the holdout is a FAIL without figures."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    assert evidence.holdout is not None
    run = {**evidence.holdout.run.model_dump(), **change}
    shown = tail(0.1 if change else -0.1)
    holdout = HoldoutEvidence.model_validate(
        {"k": 1, "run": run, "tail": shown, "stressed_mean": 0.001}
    )
    report = judge(candidate, Evidence(train=evidence.train, holdout=holdout), lab.criteria)
    assert report.verdict == "FAIL"
    assert report.tier is None
    wrong = [f for f in report.findings if not f.passed and f.effect is not Effect.CAP]
    (finding,) = wrong
    assert (finding.code, finding.stage, finding.value) == (code, stage, None)
    assert finding.message == sealed_sentence(passed=False)
    for language in ("en", "de"):
        words = sealed_sentence(passed=False, language=language)
        assert say(finding, report.trials, language) == words
    assert all(fact.value is None for fact in report.facts if fact.key.startswith("oos."))


def test_thresholds_themselves_pass(passed: Passed) -> None:
    """30 trades and p = 0.25 are enough: the limits are inclusive."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    at_limit = {"trades": 30, "raw": {**KEY, "p": 0.25}, "excess": {**KEY, "p": 0.25}}
    train = changed(evidence.train, run=at_limit)
    assert needs_look(candidate, train, lab.criteria)


def test_without_a_look_nothing_passes(passed: Passed) -> None:
    """Train evidence alone is INELIGIBLE, never a PASS."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    report = judge(candidate, Evidence(train=evidence.train), lab.criteria)
    assert (report.verdict, report.tier, report.look) == ("INELIGIBLE", None, 0)


@pytest.mark.parametrize(
    ("costs", "fine"),
    [
        (CostModel(taker_fee_bps=1, maker_fee_bps=1, spread_bps=1, slippage_bps=0), True),
        (CostModel(taker_fee_bps=0.9, maker_fee_bps=1, spread_bps=1, slippage_bps=0), False),
        (CostModel(taker_fee_bps=1, maker_fee_bps=0, spread_bps=1, slippage_bps=0), False),
        (CostModel(taker_fee_bps=1, maker_fee_bps=1, spread_bps=0.9, slippage_bps=0), False),
    ],
)
def test_the_cost_floor_holds_for_every_part(passed: Passed, costs: CostModel, fine: bool) -> None:
    """Taker fee, maker fee and impact each have a floor."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    cheap = type(candidate).model_validate({**dict(candidate), "costs": costs})
    found = findings(CONTRACT, Asked(cheap, evidence, lab.criteria))
    assert [f.passed for f in found if f.code == "COST_BELOW_FLOOR"] == [fine]


def test_an_unmeasured_criterion_is_left_out(lab: Lab, goog: Dataset) -> None:
    """A spec with errors has static findings only, and no key is answered."""
    candidate = lab.candidate(lab.spec("foo > 1"), goog)
    asked = Asked(candidate, lab.evidence(candidate), lab.criteria)
    assert {f.code for f in findings((*TRAIN_KEYS, *VETOES, *HOLDOUT), asked)} == {
        GateCode.TRAIN_KEY_VOID
    }
    assert 0 < len(list(findings(CONTRACT, asked))) < len(CONTRACT)


@pytest.mark.parametrize(
    "missing",
    ["violations", "invariances", "reproducible", "exceeded", "stressed_mean", "tail", "jump",
     "null", "neighbours", "second_engine", "cut_share"],
)  # fmt: skip
def test_what_was_not_measured_denies(passed: Passed, missing: str) -> None:
    """Without one measurement there is no look and no PASS; with all of them there are both."""
    lab, candidate, evidence = passed.lab, passed.candidate, passed.evidence
    assert needs_look(candidate, evidence.train, lab.criteria)
    train = changed(evidence.train, **{missing: None})
    assert not needs_look(candidate, train, lab.criteria)
    report = verdict_on(passed, "paper", train=train)
    assert (report.verdict, report.tier) == ("INELIGIBLE", None)
    assert verdict_on(passed, "paper").verdict == "PASS"


def test_a_cutoff_or_level_that_nobody_asked_for_denies_live(passed: Passed) -> None:
    """Without them a certificate is research grade and testnet at most; with them it is live."""
    record = ForwardEvidence(days=80, closed_trades=25, e=25.0)
    ready = {"forward": record, "signed_off": True}
    assert verdict_on(passed, "live", **ready).tier == "live"
    blind = verdict_on(passed, "live", cutoff=None, **ready)
    assert (blind.tier, blind.grade) == ("testnet", "research")
    unlevelled = verdict_on(passed, "live", alpha=None, **ready)
    assert unlevelled.tier == "testnet"
    codes = {f.code for f in unlevelled.findings if not f.passed}
    assert codes == {GateCode.ONLINE_LEVEL}


def test_every_code_stands_once_in_a_stage() -> None:
    """No criterion is asked twice, and what only caps or notes is what the page says."""
    rows = (*CONTRACT, *TRAIN_KEYS, *VETOES, *REFUSALS, *HOLDOUT, *TIER)
    places = [(row.code, row.stage) for row in rows]
    assert len(places) == len(set(places))
    soft = {row.code for row in rows if row.effect in {Effect.NOTE, Effect.CAP}}
    assert soft == {
        "SPEC_LINT", "TRADABLE_UNDER", "DATED_FEATURE", "ZONE_SHORT", "TRAIN_KEY_VOID",
        "ORDERS_CUT_OFTEN", "ENGINE_NOT_COMPARABLE", "NEIGHBOURHOOD_FRAGILE", "HOLDOUT_WEAK",
        "HOLDOUT_TRADES", "HOLDOUT_COST", "CUTOFF_UNKNOWN", "CUTOFF_OVERLAP", "ONLINE_LEVEL",
        "FORWARD_SHORT", "FORWARD_WEAK", "SIGN_OFF_MISSING",
    }  # fmt: skip


def with_look(passed: Passed, **run: object) -> HoldoutEvidence:
    """The look of the planted edge with other figures."""
    holdout = passed.evidence.holdout
    return HoldoutEvidence.model_validate(
        {**dict(holdout), "run": {**holdout.run.model_dump(), **run}}
    )


def verdict_on(passed: Passed, asked: str, **more: object) -> GateReport:
    """The report with a tier asked for and other evidence."""
    candidate = type(passed.candidate).model_validate({**dict(passed.candidate), "tier": asked})
    evidence = Evidence.model_validate({**dict(passed.evidence), **more})
    return judge(candidate, evidence, passed.lab.criteria)


@pytest.mark.parametrize(
    ("more", "asked", "tier", "code"),
    [
        ({}, "paper", "paper", None),
        ({}, "testnet", "testnet", None),
        ({"cutoff": CutoffEvidence(state="unknown")}, "testnet", "testnet", "CUTOFF_UNKNOWN"),
        ({"cutoff": CutoffEvidence(state="overlap")}, "live", "testnet", "CUTOFF_OVERLAP"),
        ({}, "live", "testnet", GateCode.FORWARD_SHORT),
        (
            {"forward": ForwardEvidence(days=80, closed_trades=25, e=25.0), "signed_off": True},
            "live", "live", None,
        ),
        (
            {"forward": ForwardEvidence(days=80, closed_trades=25, e=19.0), "signed_off": True},
            "live", "testnet", GateCode.FORWARD_WEAK,
        ),
        (
            {"forward": ForwardEvidence(days=80, closed_trades=25, e=25.0)},
            "live", "testnet", GateCode.SIGN_OFF_MISSING,
        ),
    ],
)  # fmt: skip
def test_a_tier_is_what_is_asked_for_lowered_by_every_cap(
    passed: Passed, more: dict[str, object], asked: str, tier: str, code: str | None
) -> None:
    """A cap lowers the tier with its code, and the same without it reaches the tier."""
    report = verdict_on(passed, asked, **more)
    assert (report.verdict, report.tier) == ("PASS", tier)
    wrong = {f.code for f in report.findings if not f.passed and f.stage == "4"}
    assert (wrong == set()) if code is None else (code in wrong)
    assert report.grade == ("research" if "cutoff" in more else "full")


def test_a_pass_above_the_level_of_its_look_is_no_discovery(passed: Passed) -> None:
    """p_gate below 1 % and above alpha_k stays testnet; e of the forward record divides it."""
    look = with_look(passed, raw={**KEY, "p": 0.05}, excess={**KEY, "p": 0.05})
    record = ForwardEvidence(days=80, closed_trades=25, e=25.0)
    more = {"holdout": look, "forward": record, "signed_off": True}
    for alpha, tier in ((1e-9, "testnet"), (0.0005, "live")):
        report = verdict_on(passed, "live", alpha=alpha, **more)
        assert report.tier == tier
        (level,) = (f for f in report.findings if f.code is GateCode.ONLINE_LEVEL)
        assert level.passed is (tier == "live")


@pytest.mark.parametrize(("trades", "tier"), [(5, "paper"), (14, "paper"), (15, "testnet")])
def test_few_holdout_trades_cap_the_tier(passed: Passed, trades: int, tier: str) -> None:
    """Fifteen are enough for testnet, fourteen for paper, four for nothing."""
    report = verdict_on(passed, "testnet", holdout=with_look(passed, trades=trades))
    assert report.tier == tier
    none = verdict_on(passed, "testnet", holdout=with_look(passed, trades=4))
    assert (none.verdict, none.tier) == ("FAIL", None)


def test_a_weak_holdout_is_paper_and_forward_evidence_lifts_it(passed: Passed) -> None:
    """p_O of 0.2 is not refuted; sixty days of strong evidence take its place for testnet."""
    weak = with_look(passed, raw={**KEY, "p": 0.2}, excess={**KEY, "p": 0.2})
    report = verdict_on(passed, "testnet", holdout=weak)
    assert (report.verdict, report.tier) == ("PASS", "paper")
    record = ForwardEvidence(days=60, closed_trades=10, e=20_000.0)
    assert verdict_on(passed, "testnet", holdout=weak, forward=record).tier == "testnet"
    early = record.model_copy(update={"days": 59})
    assert verdict_on(passed, "testnet", holdout=weak, forward=early).tier == "paper"


def test_a_void_train_key_leaves_the_holdout_alone(passed: Passed) -> None:
    """The train keys are shown as notes; paper then needs p_O of 0.10, testnet 0.01."""
    train = changed(passed.evidence.train, void_key=("It was imported.",), run={"raw": KEY})
    for p, tier in ((0.009, "testnet"), (0.099, "paper"), (0.101, None)):
        look = with_look(passed, raw={**KEY, "p": p}, excess={**KEY, "p": p})
        report = verdict_on(passed, "testnet", train=train, holdout=look)
        assert (report.keys, report.tier) == ("single", tier)
        note = next(f for f in report.findings if f.code == "TRAIN_NOT_SIGNIFICANT")
        assert (note.passed, note.effect) == (False, Effect.NOTE)


def test_a_straddling_window_needs_its_later_part(passed: Passed) -> None:
    """250 days after the models' knowledge must pass alone; 249 or a weak part are overlap."""
    cutoff = CutoffEvidence(state="straddles", later_from=17_000)
    strong, weak = {**KEY, "p": 0.001}, {**KEY, "p": 0.4}
    for days, key, full in ((250, strong, True), (249, strong, False), (250, weak, False)):
        later = {"days": days, "raw": key, "excess": key}
        look = passed.evidence.holdout.model_copy(
            update={"later": LaterEvidence.model_validate(later)}
        )
        report = verdict_on(passed, "testnet", cutoff=cutoff, holdout=look)
        assert (report.grade == "full") is full
