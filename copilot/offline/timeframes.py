# ruff: noqa: E501 - a regular expression stays on one line
"""Bar lengths in words, and lengths of time as numbers of bars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from engine.market import Timeframe

TimeUnit = Literal["bar", "minute", "hour", "day", "week", "month", "year"]

_UNITS: Final[tuple[tuple[str, TimeUnit], ...]] = (
    (r"bars?|candles?|periods?|kerzen?|balken|perioden?", "bar"),
    (r"minutes?|mins?|minuten?|minütig\w*|m", "minute"),
    (r"hours?|hourly|hrs?|stunden?|stündig\w*|std|h", "hour"),
    (
        r"days?|daily|sessions?|tagen?|tages?|tägig\w*|handelstagen?|handelstage|börsentagen?|d",
        "day",
    ),
    (r"weeks?|weekly|wochen?|wöchig\w*|w", "week"),
    (r"months?|monthly|monaten?|monats?|monatig\w*|mo", "month"),
    (r"years?|jahren?|jahres?", "year"),
)
UNIT_WORD: Final = "|".join(words for words, _ in _UNITS)
"""Alternatives of a regular expression for a unit of time."""

_ALLOWED: Final[dict[str, tuple[int, ...]]] = {
    "minute": (1, 3, 5, 15, 30), "hour": (1, 2, 4, 6, 8, 12), "day": (1,), "week": (1,),
    "month": (1,),
}  # fmt: skip
_LETTER: Final = {"minute": "m", "hour": "h", "day": "d", "week": "w", "month": "M"}

_CHART = (
    r"(?:bars?|candles?|charts?|candlesticks?|time ?frames?|tf|kerzen?|kerzenbasis|chart|basis|"
    r"zeitebene|intervall|zeiteinheit|data|daten)"
)
_COUNTED = re.compile(
    r"(?<![\d.%:/])(\d+)\s?(minutes?|mins?|min|minuten|minütig\w*|m|hours?|hourly|hrs?|h|stunden?|std|"
    r"stündig\w*|days?|d|tage?s?|weeks?|w|wochen?|months?|monate?s?)\b"
)
_CODED = re.compile(r"\b(m|h|d|w)(1|2|3|4|5|6|8|12|15|30)\b")
_WORDS: Final[tuple[tuple[str, str], ...]] = (
    (rf"\b(?:stunden ?{_CHART}|stündlich\w*|hourly|stundenbasis|1 ?h chart|every hour|jede stunde)\b", "1h"),
    (r"\b(?:viertelstunden ?kerzen|quarter hour(?:ly)?|viertelstündlich)\b", "15m"),
    (rf"\b(?:halbstunden ?{_CHART}|half hour(?:ly)?|halbstündlich)\b", "30m"),
    (rf"\b(?:minuten ?{_CHART}|minute {_CHART}|1 minütig|minütlich)\b", "1m"),
    (rf"\b(?:tages? ?{_CHART}|tagesbasis|täglich\w*|daily|dailies|auf tag|end of day|eod|day {_CHART}|every day|jeden tag)\b", "1d"),
    (rf"\b(?:wochen ?{_CHART}|wochenbasis|wöchentlich\w*|weekly|weeklies|week {_CHART})\b", "1w"),
    (rf"\b(?:monats? ?{_CHART}|monatsbasis|monatlich\w*|monthly|month {_CHART})\b", "1M"),
)  # fmt: skip
_NOT_A_CHART: Final = re.compile(
    r"\b(?:daily|weekly|monthly|täglich\w*|wöchentlich\w*|monatlich\w*)\s+"
    r"(?:loss|verlust|limit|drawdown|max|cap|stop|trades?|einstieg|risk|risiko|rebalanc\w*|review|"
    r"rotation|wechsel|umschicht\w*|target|profit|pnl|high|low|hoch|tief|budget|change|macd|sma|ema|rsi|"
    r"trend|average|close)"
    r"|\b(?:rebalanc\w*|umschicht\w*|review\w*|rotat\w*|switch\w*|wechsel\w*|check\w*|prüf\w*|loss|"
    r"verlust|resiz\w*)\s+(?:daily|weekly|monthly|quarterly|täglich\w*|wöchentlich\w*|monatlich\w*)"
)


_OF_INDICATOR: Final = re.compile(
    r"(?:change|macd|sma|ema|rsi|trend|average|close|high|low|hoch|tief)$"
)
"""`weekly RSI` names the chart when nothing else does."""


@dataclass(frozen=True, slots=True)
class TimeframeFound:
    """A bar length, the text without its mention, and what could not be had as asked.

    `rejected` holds a bar length that was asked for and does not exist here, e.g. `10m`.
    """

    timeframe: Timeframe | None
    text: str
    rejected: str = ""


def unit_of(word: str) -> TimeUnit:
    """The unit of time behind a German or English word; bars when it is none."""
    for words, unit in _UNITS:
        if re.fullmatch(words, word):
            return unit
    return "bar"


def _strong(match: re.Match[str], text: str) -> bool:
    """Whether a counted length names the chart and not a window, a holding time or a clock."""
    after = text[match.end() :]
    before = text[: match.start()]
    if re.search(r"(?:range|spanne|orb)[ (]*$", before):
        return False
    if re.match(rf"\s*{_CHART}\b", after):
        return True
    if re.search(
        r"(?:\bon|\bauf|\bim|\bthe|§|\ba|timeframe|zeitebene|using|with|mit)\s*(?:the |dem |den )?$",
        before,
    ) and (re.match(r"\s*(?:[.,;:)]|$|§|chart|und|and|close|kurs|only|long|short)", after)):
        return True
    short = re.fullmatch(r"m|h|d|w|min|hrs?", match[2]) is not None
    lone = re.search(r"(?:^|[,;:.(§])\s*$", before) and re.match(r"\s*(?:[,;:.)§]|$)", after)
    if short and unit_of(match[2]) in {"minute", "hour"}:
        return not re.match(r"\s*(?:high|low|hoch|tief|nach|after)", after)
    return bool(lone) or bool(
        short and not re.match(r"\s*(?:sma|ema|ma|high|low|avg|average)", after)
    )


def _counted(text: str) -> tuple[re.Match[str], str] | None:
    for match in _COUNTED.finditer(text):
        if _strong(match, text):
            unit = unit_of(match[2])
            count = int(match[1])
            if unit == "minute" and count in {60, 120, 240}:
                return match, f"{count // 60}h"
            if unit == "hour" and count == 24:  # noqa: PLR2004 - hours of a day
                return match, "1d"
            return match, f"{count}{_LETTER[unit]}"
    return None


def _coded(text: str) -> tuple[re.Match[str], str] | None:
    match = _CODED.search(text)
    return (match, f"{match[2]}{match[1]}") if match else None


def _worded(text: str) -> tuple[re.Match[str], str] | None:
    blocked = [match.span() for match in _NOT_A_CHART.finditer(text)]
    best: tuple[re.Match[str], str] | None = None
    if all(_OF_INDICATOR.search(text[start:end]) for start, end in blocked):
        blocked = []
    for pattern, name in _WORDS:
        for match in re.finditer(pattern, text):
            inside = any(start <= match.start() < end for start, end in blocked)
            if not inside and (best is None or match.start() < best[0].start()):
                best = (match, name)
    return best


def find_timeframe(text: str) -> TimeframeFound:
    """The chart's bar length in normalised text.

    `six-hour bars`, `4h`, `H4`, `daily`, `Stundenchart` name the chart; `50 day high` and
    `hold 8 days` are lengths of time and stay in the text.
    """
    found = _counted(text) or _coded(text) or _worded(text)
    if found is None:
        return TimeframeFound(None, text)
    match, name = found
    rest = text[: match.start()] + " " * (match.end() - match.start()) + text[match.end() :]
    rest = re.sub(
        rf"(?<=\s)\s*\b(?:on|auf|im|using)\s+(?:the |dem |den )?(?=\s{{2,}})(?:{_CHART}\b)?",
        " ",
        rest,
    )
    try:
        return TimeframeFound(Timeframe(name), rest)
    except ValueError:
        return TimeframeFound(None, rest, rejected=name)


def nearest(rejected: str) -> Timeframe:
    """The existing bar length that is nearest to one that does not exist (by ratio)."""
    seconds = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "M": 2_592_000}
    wanted = max(1, int(rejected[:-1] or 1)) * seconds[rejected[-1]]
    return min(
        Timeframe,
        key=lambda item: (max(item.seconds, wanted) / min(item.seconds, wanted), item.seconds),
    )


def bars_of(count: float, unit: TimeUnit, timeframe: Timeframe, *, round_the_clock: bool) -> int:
    """How many bars a length of time has on a chart.

    Days, weeks and months count trading time: 24 hours of 7 days round the clock, else 6.5 hours
    of 5 days (21 days a month).
    """
    if unit == "bar":
        return max(1, round(count))
    day = 24.0 if round_the_clock else 6.5
    hours = {
        "minute": 1 / 60, "hour": 1.0, "day": day, "week": day * (7 if round_the_clock else 5),
        "month": day * (30 if round_the_clock else 21), "year": day * (365 if round_the_clock else 252),
    }  # fmt: skip
    bar = {"1d": hours["day"], "1w": hours["week"], "1M": hours["month"]}.get(
        timeframe.value, timeframe.seconds / 3600
    )
    return max(1, round(count * hours[unit] / bar))
