"""Number words, German and English: what counts as a figure when it is written out.

From ten on a number word always counts. A smaller one counts when it measures something (per cent,
times, trades, money), because "one of the rules" and "drei Bedingungen" are not claims about a
result. Words for doubling and halving are claims about one.
"""

from __future__ import annotations

import re
from typing import Final

PERCENT: Final = (
    r"(?:%|‰|٪|percent|percentage\s+points?|per\s?cent|prozent(?:punkte?n?|ige?[mnrs]?)?"
    r"|v\.\s?h\.|bps|basispunkte?n?|basis\s+points?)"
)
_MEASURE = (
    r"(?:trades?|times|fold|x|mal|-?fache?[mnrs]?|dollars?|euros?|usd|eur|usdt|cents?|pips?|sigmas?"
    r"|standard\s+deviations?|standardabweichung(?:en)?)"
)
_SMALL: Final = {
    "null": "0", "zero": "0", "a": "1", "an": "1", "one": "1", "ein": "1", "eins": "1",
    "eine": "1", "einem": "1", "einen": "1", "einer": "1", "eines": "1", "two": "2", "zwei": "2",
    "zwo": "2", "three": "3", "drei": "3", "four": "4", "vier": "4", "five": "5", "fünf": "5",
    "fuenf": "5", "six": "6", "sechs": "6", "seven": "7", "sieben": "7", "eight": "8",
    "acht": "8", "nine": "9", "neun": "9", "half": "0.5", "half a": "0.5", "halbes": "0.5",
    "ein halbes": "0.5", "einem halben": "0.5", "anderthalb": "1.5", "eineinhalb": "1.5",
    "zweieinhalb": "2.5",
}  # fmt: skip
_LARGE: Final = {
    "ten": "10", "zehn": "10", "eleven": "11", "elf": "11", "twelve": "12", "zwölf": "12",
    "zwoelf": "12", "dozen": "12", "dutzend": "12", "thirteen": "13", "dreizehn": "13",
    "fourteen": "14", "vierzehn": "14", "fifteen": "15", "fünfzehn": "15", "sixteen": "16",
    "sechzehn": "16", "seventeen": "17", "siebzehn": "17", "eighteen": "18", "achtzehn": "18",
    "nineteen": "19", "neunzehn": "19", "twenty": "20", "zwanzig": "20", "thirty": "30",
    "dreißig": "30", "dreissig": "30", "forty": "40", "vierzig": "40", "fifty": "50",
    "fünfzig": "50", "fuenfzig": "50", "sixty": "60", "sechzig": "60", "seventy": "70",
    "siebzig": "70", "eighty": "80", "achtzig": "80", "ninety": "90", "neunzig": "90",
    "hundred": "100", "hundert": "100", "einhundert": "100", "thousand": "1000",
    "tausend": "1000", "eintausend": "1000", "million": "1000000",
}  # fmt: skip
_EN_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_EN_LARGE = (
    "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|hundreds?"
    f"|thousands?|millions?|billions?|dozens?|{_EN_TENS}"
)
_DE_UNIT = "eins?|zwei|zwo|drei|vier|fünf|fuenf|sechs|sieben|acht|neun|sech|sieb"
_DE_LARGE = (
    r"zehn|elf|zwölf|zwoelf|zwanzig|dreißig|dreissig|vierzig|fünfzig|fuenfzig|sechzig|siebzig"
    r"|achtzig|neunzig|hunderte?n?|tausende?n?|million(?:en)?|milliarden?|dutzende?n?"
)
_LARGE_WORD = (
    rf"(?:(?:{_EN_LARGE})(?:[\s-]+(?:one|two|three|four|five|six|seven|eight|nine)\b)?"
    rf"|(?:{_DE_UNIT}|und)*(?:{_DE_LARGE})(?:{_DE_UNIT}|und|{_DE_LARGE})*)"
)
_SMALL_WORD = "|".join(sorted(map(re.escape, _SMALL), key=len, reverse=True))
_ARTICLE = r"(?:an?|one|eine?[mnrs]?)"
_RATIO_WORD = (
    r"doubled|tripled|quadrupled|halved|quartered"
    r"|verdoppelte?[nt]?|verdreifachte?n?|vervierfachte?n?|verzehnfachte?n?|halbierte?n?"
)

LARGE = re.compile(
    rf"(?<!\w)(?P<number>{_LARGE_WORD})[\s-]*(?P<percent>{PERCENT}|fache?[mnrs]?)?(?!\w)"
)
MEASURED = re.compile(
    rf"(?<!\w)(?P<number>{_SMALL_WORD})[\s-]*(?:(?:full|whole|volle|ganze)\s+)?"
    rf"(?:(?P<percent>{PERCENT})|{_MEASURE})(?!\w)"
)
RATIO = re.compile(rf"(?<!\w)(?P<number>{_RATIO_WORD})(?P<percent>%)?(?!\w)")
IDLE = re.compile(
    rf"{_ARTICLE}[\s-]*(?:times|x|mal|-?fache?[mnrs]?|fold|trades?|standard\s+deviations?|standardabweichung)"
)


def value_of(word: str) -> str:
    """The number that a word says, as plain decimal text; the word itself when it is composed."""
    word = " ".join(word.split())
    return _SMALL.get(word) or _LARGE.get(word) or word
