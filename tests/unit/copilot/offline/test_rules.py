"""Entry and exit conditions from sentences: the heart of the drafter."""

from __future__ import annotations

import pytest

from copilot.offline.detection import detect
from copilot.offline.normalise import normalise
from copilot.offline.operands import Frame
from copilot.offline.rewrite import rewrite
from copilot.offline.rules import RulesFound, read_rules
from copilot.offline.symbols import find_symbols
from engine.language.checker import check_expression
from engine.market import Timeframe


def rules(sentence: str) -> RulesFound:
    """Conditions of a sentence on daily bars."""
    text = normalise(find_symbols(sentence).text, detect(sentence))
    return read_rules(rewrite(text), Frame(Timeframe.D1))


def shown(found: RulesFound) -> tuple[str, str, str, str]:
    """The four trees as text."""
    trees = (found.entry_long, found.exit_long, found.entry_short, found.exit_short)
    return tuple(tree.render() if tree else "" for tree in trees)  # type: ignore[return-value]  # four of them


CASES = [
    (
        "3-period RSI below 12, price over the 100-day SMA, out when RSI climbs past 65",
        "rsi(close,3) < 12 and close > sma(close,100)",
        "rsi(close,3) > 65",
    ),
    (
        "Williams %R(10) under minus 90 is my buy trigger, exit above minus 30",
        "willr(10) < -90",
        "willr(10) > -30",
    ),
    (
        "Schlusskurs über dem 80-Kerzen-Hoch kaufen, unter dem 30-Kerzen-Tief verkaufen",
        "close > highest(high,80)[1]",
        "close < lowest(low,30)[1]",
    ),
    (
        (
            "soll gekauft werden, wenn der CCI(20) unter minus 150 fällt, und verkauft, wenn er "
            "die Null überschreitet"
        ),
        "cci(20) < -150",
        "cross_above(cci(20),0)",
    ),
    (
        "ema 8 über ema 34, rein, andersrum raus",
        "cross_above(ema(close,8),ema(close,34))",
        "cross_below(ema(close,8),ema(close,34))",
    ),
    (
        "Buy when the 20 EMA is above the 50 EMA and RSI(14) drops under 40",
        "ema(close,20) > ema(close,50) and rsi(close,14) < 40",
        "",
    ),
    (
        "MACD(5,35,5) histogram turning positive opens a long",
        "cross_above(macd_hist(close,5,35,5),0)",
        "",
    ),
    (
        "Aroon(25) up line over 80 and down line under 20 means long, leave when the lines cross",
        "aroon_up(25) > 80 and aroon_down(25) < 20",
        "cross_below(aroon_up(25),aroon_down(25))",
    ),
    (
        "Hold while price exceeds the 120-day average, else hold cash",
        "close > sma(close,120)",
        "close < sma(close,120)",
    ),
    (
        (
            "Stochastic(14,3): buy when %K crosses above %D below 20, sell when %K crosses below "
            "%D above 80"
        ),
        "cross_above(stoch_k(14,3),stoch_d(14,3,3)) and stoch_k(14,3) < 20",
        "cross_below(stoch_k(14,3),stoch_d(14,3,3)) and stoch_k(14,3) > 80",
    ),
    (
        (
            "Long wenn der MACD die Signallinie von unten schneidet, raus wenn er sie von oben "
            "schneidet"
        ),
        "cross_above(macd(close,12,26,9),macd_signal(close,12,26,9))",
        "cross_below(macd(close,12,26,9),macd_signal(close,12,26,9))",
    ),
    ("buy rsi 30 sell rsi 70", "rsi(close,14) < 30", "rsi(close,14) > 70"),
    ("rsi below 30 buy above 70 sell", "rsi(close,14) < 30", "rsi(close,14) > 70"),
    (
        (
            "Buy when RSI(14) is below 30 and the close is above the 200-day SMA. Sell when RSI "
            "is above 50."
        ),
        "rsi(close,14) < 30 and close > sma(close,200)",
        "rsi(close,14) > 50",
    ),
    (
        (
            "Kurs schließt über dem 55-Tage-Hoch: Einstieg. Kurs schließt unter dem "
            "20-Tage-Tief: Ausstieg."
        ),
        "close > highest(high,55)[1]",
        "close < lowest(low,20)[1]",
    ),
    (
        "Buy if volume is twice its 20-day average and price breaks above the 20-day high",
        "volume > 2*sma(volume,20) and close > highest(high,20)[1]",
        "",
    ),
    ("Buy when the price is 5% below its 50-day average", "close < 0.95*sma(close,50)", ""),
    ("Buy when the close is 2 ATR below the 20 EMA", "close < ema(close,20) - 2*atr(14)", ""),
    ("Buy when price drops 5% in 3 days", "roc(close,3) < -0.05", ""),
    ("Kaufe nach drei roten Kerzen in Folge", "all_of(close < open,3)", ""),
    ("Buy Monday, sell Friday", "dow == 0", "dow == 4"),
    ("RSI between 40 and 60 is my entry", "rsi(close,14) > 40 and rsi(close,14) < 60", ""),
    ("Buy when RSI is below 30 or MFI is below 20", "rsi(close,14) < 30 or mfi(14) < 20", ""),
    (
        "Exit at the middle band; buy when price closes below the lower Bollinger band (20, 2)",
        "close < bb_lower(close,20,2)",
        "close > bb_mid(close,20,2)",
    ),
    (
        "Enter long when RSI crosses back above 30; exit at RSI 60",
        "cross_above(rsi(close,14),30)",
        "rsi(close,14) > 60",
    ),
    ("Kauf bei steigendem ADX", "rising(adx(14),1)", ""),
    ("Trade the 30-minute opening range breakout", "close > opening_range_high(30)", ""),
    (
        "Hull-MA 21 dreht nach oben, kaufen; dreht nach unten, verkaufen",
        "rising(hma(close,21),1)",
        "falling(hma(close,21),1)",
    ),
]


@pytest.mark.parametrize(("sentence", "entry", "out"), CASES)
def test_a_sentence_becomes_conditions(sentence: str, entry: str, out: str) -> None:
    """Word order of both languages, words left out, cues before and after."""
    assert shown(rules(sentence))[:2] == (entry, out)


@pytest.mark.parametrize("entry", sorted({case[1] for case in CASES}))
def test_what_is_read_passes_the_checker(entry: str) -> None:
    """Every condition of the table is one of the language."""
    assert [row.code for row in check_expression(entry, "entry") if row.level == "error"] == []


@pytest.mark.parametrize(
    ("sentence", "short", "cover"),
    [
        (
            "Sell short when price falls below the 20-day low, cover at the 10-day high",
            "close < lowest(low,20)[1]",
            "close > highest(high,10)[1]",
        ),
        (
            "Long when the 9 EMA crosses the 21 EMA, short when it crosses back",
            "cross_below(ema(close,9),ema(close,21))",
            "",
        ),
        ("KAMA(10). Long above, short below.", "close < kama(close,10)", ""),
        (
            "Supertrend(10,3): long when price crosses above it, short when it crosses below",
            "cross_below(close,supertrend(10,3))",
            "",
        ),
    ],
)
def test_short_conditions_are_kept_apart(sentence: str, short: str, cover: str) -> None:
    """With their own exit when it is said."""
    assert shown(rules(sentence))[2:] == (short, cover)


@pytest.mark.parametrize(
    "sentence",
    ["", "hello there", "and or not", "above", "buy", "sell when", "über unter zwischen"],
)
def test_words_without_a_condition_give_none(sentence: str) -> None:
    """Nothing is made up."""
    assert shown(rules(sentence)) == ("", "", "", "")


def test_an_indicator_without_a_comparison_stands_alone() -> None:
    """Its usual meaning is decided later, and listed."""
    assert [item.name for item in rules("something with a supertrend").alone] == ["supertrend"]
