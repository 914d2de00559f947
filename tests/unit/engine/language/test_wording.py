"""Specs in words: German and English, numbers by locale, rates in percent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.language import library
from engine.language.fields import SIZING_RULES, STOP_RULES, TARGET_RULES
from engine.language.operators import OPERATORS, SERIES_BY_NAME, STATE_BY_NAME
from engine.language.phrasing import LANGUAGES, Language, number_words, percent_words, phrases
from engine.language.spec import SpecLimits, read_spec
from engine.language.wording import in_words
from tests.language_world import RULE, spec

WORDS = Path(__file__).parent / "words"
PUBLISHED = Path(__file__).parents[3] / "published"
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


FORMS: list[tuple[dict[str, Any], str, str]] = [
    ({"rules": [], "cross_section": {"score": "roc(close,20)", "eligible": "close > open",
                                     "long_top": 2, "short_bottom": 1, "weighting": "inverse_vol",
                                     "rebalance": "weekly", "cash_asset": "BIL"}},
     ("Ranks the universe by the return over 20 bars every week: holds the best 2 and sells the"
     " worst 1 short."), "Was nicht angelegt ist, geht in BIL."),
    ({"pair": {"y": "A", "x": "B"}},
     "Pair: long buys A and sells B, short the other way round; equal amounts of money on both.",
     "Paar: long kauft A und verkauft B, short umgekehrt; gleich viel Geld auf beiden Seiten."),
    ({"pair": {"y": "A", "x": "B", "hedge": "ols", "lookback": 90}},
     ("Pair: long buys A and sells B, short the other way round; units by the slope of A on B over"
     " 90 bars."),
     ("Paar: long kauft A und verkauft B, short umgekehrt; Stückzahl nach der Steigung von A auf B"
     " über 90 Bars.")),
    ({"rules": [], "ensemble": {"members": [{"strategy": "x", "weight": 0.5},
                                            {"strategy": "y", "weight": 0.5}],
                                "combine": "vote"}},
     "Ensemble of x 50%, y 50%; long or short when more than half of the weight agrees.",
     ("Ensemble aus x 50 %, y 50 %; long oder short, wenn mehr als die Hälfte des Gewichts dafür"
     " ist.")),
    ({"universe": {"symbols": [], "watchlist": "majors", "max_symbols": 5, "benchmark": "SPY"}},
     "Compared with SPY.", "Höchstens 5 Symbole der Liste."),
    ({"sizing": {"kind": "weight_expr", "expr": "roc(close,20)", "resize": "daily",
                 "band_frac": 0.1}},
     "The open position is sized anew every day when it is off by more than 10%.",
     "Die offene Position wird täglich neu bemessen, wenn sie um mehr als 10 % abweicht."),
    ({"sizing": {"kind": "vol_target", "value": 0.1, "lookback": 30}},
     "Size: for an annualised volatility of 10%, measured over 30 bars, at most 100% of equity.",
     ("Größe: für eine annualisierte Volatilität von 10 %, gemessen über 30 Bars, höchstens 100 %"
     " des Kapitals.")),
    ({"pyramiding": {"max_units": 2, "add_when": "open_r > 1", "stop_on_add": "latest"}},
     "All stops move to the newest unit's when a unit is added.",
     "Beim Aufstocken rücken alle Stops zu dem der neuesten Einheit."),
    ({"rules": [{**RULE, "order": {"type": "limit", "price": "low"}}]},
     ("Rule dip: buy with a limit order at the low, valid for the next bar, when RSI(14) is below"
     " 30."),
     ("Regel dip: Kauf mit Limit-Order bei Tief, gültig für den nächsten Bar, wenn gilt: RSI(14)"
     " ist kleiner als 30.")),
    ({"stops": [{"kind": "breakeven_after_r", "value": 1}, {"kind": "pct", "value": 0.02}]},
     "Stop to the entry price once the gain is 1 times the first risk.",
     "Stop auf den Einstiegspreis, sobald der Gewinn das 1-Fache des ersten Risikos erreicht."),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "english", "german"), FORMS)
def test_every_form_has_words(parts: dict[str, Any], english: str, german: str) -> None:
    """Rankings, pairs, ensembles, added units, sizes and orders are said in both languages."""
    sentences: dict[Language, str] = {"en": english, "de": german}
    for language, sentence in sentences.items():
        lines = in_words(spec(**parts), language)
        assert sentence in lines
        assert all("{" not in line for line in lines)


@pytest.mark.parametrize("kind", [*STOP_RULES, *TARGET_RULES, *SIZING_RULES])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_words(kind: str, language: Language) -> None:
    """No kind of stop, target or size is left without a template."""
    table = phrases(language)
    assert any(kind in table[part] for part in ("stops", "targets", "sizing"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operator_and_name_has_words(language: Language) -> None:
    """Both languages have a phrase for each operator, series and trade state."""
    table = phrases(language)
    assert set(table["operators"]) == set(OPERATORS)
    assert set(table["names"]) == {*SERIES_BY_NAME, *STATE_BY_NAME}
    assert set(table["limits"]) == set(SpecLimits.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_published_strategy_has_words(language: Language) -> None:
    """The published strategies are told without a gap."""
    specs = sorted(PUBLISHED.glob("*.json"))
    for path in specs:
        for line in in_words(read_spec(path.read_bytes()), language):
            assert "{" not in line
            assert "?" not in line
            assert line.endswith(".")


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
