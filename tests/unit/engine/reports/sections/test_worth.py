"""What a verdict is worth: the tier about itself, what was seen, the gate's own odds."""

from __future__ import annotations

from typing import Final, Literal

import pytest

from engine.gate.candidate import Tier
from engine.reports.blocks import Block, Paragraph, Table
from engine.reports.build import report_data
from engine.reports.data import ReportData
from engine.reports.render_markdown import render
from engine.reports.sections.verdict import verdict_section
from engine.reports.sections.worth import calibration_blocks, cost_blocks, worth_blocks
from engine.reports.studies import Calibration, PowerPoint, Studies
from tests.report_world import COSTS, STUDIES, WORDS, make_bars, make_gate, make_run, make_spec

Language = Literal["en", "de"]
SIZED: Final = Calibration(
    noise_testnet=0.0047, noise_paper=0.081, train_years=3.51, holdout_years=1.5, trials=100,
    look=3, power=(PowerPoint(sharpe=1.0, chance=0.03, paper=0.11),),
)  # fmt: skip


def _report(
    verdict: str = "PASS",
    studies: Studies | None = None,
    *,
    opened: bool = False,
    **changes: object,
) -> ReportData:
    gate = make_gate(verdict).model_copy(update=changes)
    holdout = make_run(make_bars(150, first=210)) if opened else None
    train = make_run(make_bars(200))
    return report_data(
        make_spec(), WORDS, train, COSTS, holdout=holdout, gate=gate, studies=studies
    )


def _words(blocks: list[Block]) -> str:
    found = [one for one in blocks if isinstance(one, Paragraph)]
    return "\n".join("".join(cell.text for cell in one.parts) for one in found)


def test_a_pass_may_be_tried() -> None:
    """The tier says how weak it is, with the table's figures when there are no own ones."""
    text = _words(worth_blocks(_report(), "en"))
    assert "Weak evidence: about 9 of 100 searches on pure noise get this far" in text
    assert 'A pass means "may be tried", never "works".' in text


@pytest.mark.parametrize(
    ("tier", "words"), [("paper", "about 8 of 100"), ("testnet", "in 213"), ("live", "0.17 %")]
)
def test_own_odds_are_quoted(tier: Tier, words: str) -> None:
    """With a calibration the sentence is of this report's length, N and look."""
    data = _report(studies=Studies(calibration=SIZED), tier=tier, look=3)
    assert words in _words(worth_blocks(data, "en"))


def test_a_fail_promises_nothing() -> None:
    """Without a tier there is no tier sentence."""
    assert worth_blocks(_report("FAIL"), "en") == []


def test_research_grade_is_said() -> None:
    """A model that may remember the holdout is named; a full grade says nothing."""
    assert "Never for live" in _words(worth_blocks(_report(grade="research"), "en"))
    assert "Never for live" not in _words(worth_blocks(_report(), "en"))


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Figures of 2 looks"), ("de", "Zahlen von 2 Blicken")]
)
def test_looks_that_people_saw_are_counted(language: Language, words: str) -> None:
    """The number, and that the bound no longer holds."""
    assert words in _words(worth_blocks(_report(seen=2), language))
    assert words not in _words(worth_blocks(_report(), language))


def test_a_revealed_fail_says_who_wanted_it() -> None:
    """Open figures after a FAIL are marked; after a PASS they are not."""
    shown = _words(worth_blocks(_report("FAIL", opened=True), "en"))
    assert "because a person asked for them" in shown
    assert "because" not in _words(worth_blocks(_report("PASS", opened=True), "en"))


def test_costs_are_one_line() -> None:
    """Each factor with its Sharpe ratio; nothing when nobody ran it."""
    text = _words(cost_blocks(_report(studies=STUDIES), "en"))
    assert text == (
        "Sharpe ratio on train at other costs: 0.50 at 0 times, 0.50 at 1 times, "
        "0.50 at 2 times, 0.50 at 4 times."
    )
    assert cost_blocks(_report(), "en") == []


def test_the_gate_calibrates_itself() -> None:
    """Length, N and look, what noise does, and what a real edge does, in both tiers."""
    data = _report(studies=Studies(calibration=SIZED))
    text = _words(calibration_blocks(data, "en", brief=False))
    assert "With 3.5 years of train, 1.5 years of holdout, N = 100, look 3" in text
    assert "0.47% of pure noise at testnet tier and 8.10% at paper tier" in text
    assert "a Sharpe ratio of 1 with a chance of 3.00% at testnet tier and 11.00% at paper" in text
    assert "3 markets that correlate by 0.5 raise a Sharpe ratio by 22.47%" in text
    german = _words(calibration_blocks(data, "de", brief=False))
    assert "Mit 3,5 Jahren Training" in german


def test_older_calibrations_are_still_read() -> None:
    """A record without length, N and paper power has its shorter sentences."""
    text = _words(calibration_blocks(_report(studies=STUDIES), "en", brief=True))
    assert text.startswith("With this history and this number of trials")
    assert "22.47" not in text


@pytest.mark.parametrize("language", ["en", "de"])
def test_criteria_stand_under_their_stage(language: Language) -> None:
    """One heading for each stage in the order of work; the short page has none."""
    data = _report("FAIL")
    long = verdict_section(data, language, brief=False)
    table = next(one for one in long.blocks if isinstance(one, Table))
    assert len(table.groups) == 3
    assert all(group.heading for group in table.groups)
    assert f"**{table.groups[0].heading}**" in render(data, language)
    short = verdict_section(data, language, brief=True)
    table = next(one for one in short.blocks if isinstance(one, Table))
    assert [group.heading for group in table.groups] == [""]
