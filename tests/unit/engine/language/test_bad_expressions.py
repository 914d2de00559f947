"""Bad expressions of every kind: refused with a code, a place, a sentence and fixes that pass."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from engine.language.checker import check, check_expression
from engine.language.codes import WARNINGS, Code
from engine.language.findings import SpecFinding
from tests.language_world import RULE, spec

CASES: list[list[str]] = json.loads(
    Path(__file__).with_name("bad_expressions.json").read_text(encoding="utf-8")
)
OF_FIELDS = {
    Code.NAME_SHADOWS, Code.LET_ORDER, Code.FIELD_MISSING, Code.FIELD_EXTRA, Code.FIELD_RANGE,
    Code.FORM_MIXED, Code.STOP_MISSING_FOR_RISK, Code.FEATURE_NOT_AVAILABLE, Code.NO_EXIT,
    Code.STOP_SIDE, Code.HISTORY_SHORT, Code.TIMEFRAME_PAIR, Code.SYNTAX_TOO_LONG,
}  # fmt: skip
"""Codes of whole documents: they have their cases in test_checker and test_speclints."""


def _errors(text: str, role: str) -> list[SpecFinding]:
    return [found for found in check_expression(text, role) if found.level == "error"]


@pytest.mark.parametrize(("role", "text", "code"), CASES)
def test_a_bad_expression_is_refused_and_helped(role: str, text: str, code: str) -> None:
    """The code, a span inside the text, a sentence, and any fix type-checks."""
    found = _errors(text, role)
    assert code in [one.code for one in found]
    for one in found:
        assert one.span is not None
        assert 0 <= one.span[0] < one.span[1] <= len(text)
        assert one.message.rstrip().endswith((".", "?", "`"))
        if one.fix is not None:
            assert _errors(one.fix, role) == []


def test_every_code_of_an_expression_has_a_case() -> None:
    """No code is left that only the table knows."""
    seen = {code for _, _, code in CASES}
    wanted = {code.value for code in Code if code not in WARNINGS and code not in OF_FIELDS}
    assert wanted - seen == set()


def test_a_text_that_is_too_long_is_refused() -> None:
    """More than 600 characters, more than 200 parts, more than 40 levels."""
    for text in ("close > " + "1" * 600, " or ".join(["dow"] * 150), "(" * 60 + "dow" + ")" * 60):
        codes = {one.code for one in _errors(text, "entry")}
        assert codes & {"SYNTAX_TOO_LONG", "SYNTAX_INVALID"}


FIXED = [
    ("entry", "rsi(clsoe,14) < 30", "rsi(close,14) < 30"),
    ("entry", "high(20) > open[1]", "high > open[1]"),
    ("entry", "rsi < 30", "rsi(close,14) < 30"),
    ("entry", "macd(close,12,26) > 0", "macd(close,12,26,9) > 0"),
    ("entry", "close[-1] > close", "close[1] > close"),
    ("entry", 'htf("2w",close) > close', 'htf("1w",close) > close'),
    ("entry", "close > open > low", "close > open and open > low"),
    ("entry", "close > highest(high,20)", "close > highest(high,20)[1]"),
    ("entry", "rsi(close,14) < 0.3", "rsi(close,14) < 30"),
]


@pytest.mark.parametrize(("role", "text", "fix"), FIXED)
def test_usual_mistakes_are_repaired(role: str, text: str, fix: str) -> None:
    """What was meant is written out, and it passes."""
    fixes = [one.fix for one in _errors(text, role)]
    assert fix.replace(" ", "") in [one.replace(" ", "") for one in fixes if one]
    assert _errors(fix, role) == []


def test_a_usual_spec_is_checked_quickly() -> None:
    """Far below a tenth of a second, so that it can run at every keystroke."""
    usual = spec(rules=[RULE, {**RULE, "id": "b", "entry": 'htf("1d",close) > sma(close,50)'}])
    check(usual)
    start = time.process_time()
    for _ in range(5):
        check(usual)
    assert (time.process_time() - start) / 5 < 0.1
