"""Closed lists of the command line, costs, stages, and what a draft or verdict reads like."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.market import Timeframe
from guardrails.desk.cli.choices import cost_bps, instrument_kind, language_of, timeframe_of
from guardrails.desk.cli.verdict import stage_name, verdict_lines

FINDING = {
    "code": "TRADES_TOO_FEW", "stage": "1", "effect": "fail", "value": 7.0, "threshold": 30.0,
    "passed": False, "message": "",
}  # fmt: skip
ANSWER = {
    "verdict": "FAIL", "tier": None, "trials": 3, "looks_left": 20, "certificate": None,
    "findings": [FINDING, FINDING | {"code": "RUIN", "passed": True}], "report": "/r.html",
}  # fmt: skip


def refused(made: object, *words: object) -> InputError:
    """The fault of a choice."""
    with pytest.raises(InputError) as error:
        made(*words)  # type: ignore[operator]  # one of the choices
    return error.value


def test_known_words_pass() -> None:
    """Each list knows its own words; nothing said takes the default."""
    assert timeframe_of("1h") is Timeframe.H1
    assert instrument_kind("fx") == "fx"
    assert instrument_kind(None) is None
    assert [language_of(word, "de") for word in ("en", "de", None)] == ["en", "de", "de"]


def test_unknown_words_name_the_nearest() -> None:
    """A word near a known one names it; others are told all there are."""
    assert refused(timeframe_of, "1hh").hint == "did you mean 1h?"
    assert "4h" in refused(timeframe_of, "later").hint
    assert refused(instrument_kind, "equty").code == "KIND_UNKNOWN"
    assert refused(language_of, "klingon", "en").hint == "take one of en, de"


def test_costs_are_finite_and_small() -> None:
    """0 to 1,000 basis points; NaN is no cost."""
    assert cost_bps("--fee-bps", None) is None
    assert cost_bps("--fee-bps", 0.0) == 0.0
    for value in (-0.1, 1_000.1, float("nan"), float("inf")):
        assert refused(cost_bps, "--fee-bps", value).code == "COST_OUT_OF_RANGE"


def test_stages_in_both_languages() -> None:
    """A stage is worded; one that is not known stands as it is."""
    assert stage_name("en")("look") == "looking at the holdout"
    assert stage_name("de")("train") == "misst auf den Trainingsdaten"
    assert stage_name("de")("something new") == "something new"


def test_a_verdict_names_what_failed_alone() -> None:
    """Failed criteria with effect and code; held ones are in the report."""
    lines = verdict_lines("mine", ANSWER, "de")
    assert lines[0] == "FAIL  mine"
    assert "Versuche auf diesem Markt: 3, Verbleibende Blicke: 20" in lines
    assert any(line.startswith("- verfehlt TRADES_TOO_FEW: ") for line in lines)
    assert not any("RUIN" in line for line in lines)
    assert lines[-1] == "Bericht: /r.html"
