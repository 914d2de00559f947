"""Specs in words: German and English, numbers by locale, rates in percent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.language import library
from engine.language.phrasing import LANGUAGES, Language, number_words, percent_words
from engine.language.wording import in_words
from tests.language_world import RULE, spec

WORDS = Path(__file__).parent / "words"
FULL: dict[str, Any] = {
    "params": [{"name": "lo", "type": "int", "default": 30, "low": 20, "high": 35, "step": 5}],
    "lets": [{"name": "line", "expr": "sma(close,50)"}],
    "regimes": [{"name": "calm", "when": "natr(14) < 0.025", "until": "natr(14) > 0.03",
                 "min_bars": 3}],
    "rules": [{**RULE, "entry": "rsi(close,14) < lo and close > line*1.01",
               "exit": "roc(close,10) > 0.055", "only_in_regimes": ["calm", "none"],
               "on_regime_end": "exit"},
              {**RULE, "id": "s", "side": "short", "entry": "volume > 1234.5",
               "order": {"type": "stop", "price": "low[1]", "valid_bars": 2}}],
    "stops": [{"kind": "atr", "value": 2.5, "period": 14}, {"kind": "time_bars", "value": 30,
                                                            "rules": ["dip"]}],
    "targets": [{"kind": "pct", "value": 0.1, "close_fraction": 0.5}],
    "sizing": {"kind": "risk_per_trade", "value": 0.005, "max_position_frac": 0.2},
    "pyramiding": {"max_units": 3, "add_when": "open_r > 1"},
    "limits": {"max_drawdown_frac": 0.1, "cooldown_bars": 3, "overnight": False,
               "days": ["mon", "tue"]},
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_full_spec_in_words(language: Language) -> None:
    """Every part has its sentence, in document order; the expected ones stand beside this file."""
    expected = (WORDS / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    assert list(in_words(spec(**FULL), language)) == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", library.names())
def test_every_library_spec_has_words(name: str, language: Language) -> None:
    """No placeholder is left over in any sentence."""
    for line in in_words(library.load(name), language):
        assert "{" not in line
        assert line.endswith(".")


FORMS: list[dict[str, Any]] = [
    {"rules": [], "cross_section": {"score": "roc(close,20)", "eligible": "close > open",
                                    "long_top": 2}},
    {"pair": {"y": "A", "x": "B"}},
    {"rules": [], "ensemble": {"members": [{"strategy": "x", "weight": 0.5}]}},
    {"universe": {"symbols": [], "watchlist": "majors"}},
    {"sizing": {"kind": "weight_expr", "expr": "roc(close,20)"}},
]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("parts", FORMS)
def test_forms_that_cannot_run_yet_have_words_too(
    parts: dict[str, Any], language: Language
) -> None:
    """A draft is read before it can be run."""
    lines = in_words(spec(**parts), language)
    assert all("{" not in line for line in lines)


@pytest.mark.parametrize("text", ["close >", "rsi(14) < 30", "foo(close)", "sma() > 5", "{0} > 1"])
def test_a_draft_with_mistakes_is_shown_as_it_stands(text: str) -> None:
    """What cannot be read or is wrong is quoted, never dropped."""
    lines = in_words(spec(rules=[{**RULE, "entry": text}]), "en")
    assert any(text.replace(" ", "")[:4] in line.replace(" ", "") for line in lines)


def test_numbers_by_locale() -> None:
    """Groups, decimal signs and percent follow the language."""
    assert number_words(1234.56, "de") == "1.234,56"
    assert number_words(1234.56, "en") == "1,234.56"
    assert number_words(30.0, "en") == "30"
    assert number_words(1e-7, "de") == "0,0000001"
    assert percent_words(0.005, "de") == "0,5 %"
    assert percent_words(0.07, "en") == "7%"


def test_brackets_keep_mixed_conditions_readable() -> None:
    """An `or` inside an `and` stands in brackets."""
    line = in_words(
        spec(rules=[{**RULE, "entry": "(close > open or low > 5) and volume > 1"}]), "en"
    )
    assert (
        "(the close is above the open or the low is above 5) and the volume is above 1" in line[1]
    )
