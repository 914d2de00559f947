# ruff: noqa: E501 - a regular expression stays on one line
"""Indicator phrases with their parameters -> operands of a condition.

A parameter that is not said is taken from another mention of the same indicator (`3-period RSI
below 12, out when RSI passes 65`), else it is the usual one and listed as an assumption.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from copilot.offline.indicator_table import (
    INDICATORS,
    PRICES,
    WINDOWED_HIGH,
    WINDOWED_LOW,
    Indicator,
)
from copilot.offline.timeframes import UNIT_WORD, TimeUnit, bars_of, unit_of
from copilot.offline.tree import Operand, number_text
from engine.market import Timeframe

_N = r"\d{1,9}(?:\.\d{1,9})?"
_LIST = rf"{_N}(?:\s*[,/;]\s*{_N}){{0,3}}"
_UNIT = rf"(?:{UNIT_WORD})"
_ADJ = r"(?:exponential(?:ly)?|exponentielle[rnms]?|simple|einfache[rnms]?|long|lange[rn]?|slow|fast|schnelle[rnm]?|langsame[rnm]?)"
_BEFORE = rf"(?:(?<![\d.%/(])(?P<pre>{_LIST})\s*(?P<pre_unit>{_UNIT}|er|fold)?\s*(?:{_ADJ}\s+)?(?:hull |)?)?"
_VERB = r"überschr|unterschr|übersteig|kreuz|schneid|durchbr|erreich|berühr|cross|hits|touch"
_LEVEL = rf"|\s*(?:{_VERB})"
"""`RSI 30 unterschreitet` names a level, `EMA 30 kreuzt` a window."""
_LINES = frozenset({"ema", "sma", "wma", "hma", "kama", "dema", "tema", "ma"})
_AFTER = (
    rf"(?:\s*\(\s*(?P<arg>{_LIST})\s*(?P<arg_unit>{_UNIT})?\s*\)"
    rf"|\s*(?:(?:of|with|mit|über|von|period|periode|length|länge|window|der letzten|die letzten|in the last|over the last|of the last|over|for|=|:)\s+"
    rf"(?:the last |die letzten |den letzten |der letzten |a |an |einer |einem )?"
    rf"(?P<long>{_N})\s*(?P<long_unit>{_UNIT})\b"
    rf"|(?:length|period|periode|länge|of|=|:)?\s*(?P<post>{_LIST})(?!\s*(?:%|:|x\b|r\b|times|mal|atr|and higher|oder mehr)|\d|\.\d{_LEVEL})\s*(?P<post_unit>{_UNIT}\b)?))?"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the reading of lengths needs: the chart, and whether the market never closes."""

    timeframe: Timeframe
    round_the_clock: bool = True

    def bars(self, count: float, unit: TimeUnit) -> int:
        """Bars of a length of time on this chart, at most 2,000."""
        return min(
            2000,
            bars_of(count, unit, self.timeframe, round_the_clock=self.round_the_clock),
        )


@dataclass(frozen=True, slots=True)
class Mention:
    """An operand at its place in the text; `units` are the lengths as they were said."""

    start: int
    end: int
    operand: Operand
    units: tuple[TimeUnit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Raw:
    start: int
    end: int
    row: Indicator
    numbers: tuple[float, ...]
    unit: TimeUnit


@cache
def _compiled() -> tuple[tuple[Indicator, re.Pattern[str]], ...]:
    return tuple(
        (
            row,
            re.compile(
                rf"(?<![a-zäöüß§]){_BEFORE}(?<![a-zäöüß])(?:{row.words})(?![a-zäöüß])"
                + (_AFTER.replace(_LEVEL, "") if row.family in _LINES else _AFTER)
            ),
        )
        for row in INDICATORS
    )


@cache
def _windowed() -> tuple[tuple[str, re.Pattern[str]], ...]:
    tail = rf"(?P<n>{_N})\s*(?P<u>{_UNIT})?\s*(?:rolling |period )?(?P<close>closing |schluss)?"
    last = rf"(?:of|der|des|in|over|aus|von|über)\s+(?:the |den |die )?(?:last|past|previous|prior|letzten|vergangenen|vorherigen|vorigen)?\s*(?P<n>{_N})\s*(?P<u>{_UNIT})"
    return tuple(
        (name, re.compile(pattern))
        for name, word, best in (
            ("highest", WINDOWED_HIGH, "highest|höchste[rnms]?"),
            ("lowest", WINDOWED_LOW, "lowest|tiefste[rnms]?|niedrigste[rnms]?"),
        )
        for pattern in (
            rf"(?<![\d.]){tail}(?<![a-z]){word}(?![a-zäöüß])",
            rf"(?<![a-zäöüß])(?:{best})\s+(?P<close>clos\w*|schlusskurs\w*)\s+{last}",
            rf"(?<![a-zäöüß])(?:highest |lowest |höchste[snr]? |tiefste[snr]? )?(?P<close>clos\w* |schlusskurs )?{word}\s+{last}",
        )
    )


def _numbers(match: re.Match[str]) -> tuple[tuple[float, ...], TimeUnit]:
    text = match["pre"] or match["arg"] or match["long"] or match["post"]
    unit = match["pre_unit"] or match["arg_unit"] or match["long_unit"] or match["post_unit"]
    found = tuple(float(part) for part in re.findall(_N, text)) if text else ()
    return found, unit_of(unit) if unit else "bar"


_WISH = re.compile(r"return|rendite|performance")
"""`a good return` is a wish; with a length it is an indicator."""


def _raw(text: str) -> list[_Raw]:
    found = []
    for row, pattern in _compiled():
        for match in pattern.finditer(text):
            numbers, unit = _numbers(match)
            if not numbers and row.name == "roc" and _WISH.search(match[0]):
                continue
            start, end = match.span()
            if not row.defaults and numbers:  # a number beside `volume` or `obv` is not its own
                start = start if not match["pre"] else match.end("pre")
                end = end if match["pre"] else match.start("post") if match["post"] else end
                numbers = ()
            found.append(_Raw(start, end, row, numbers, unit))
    return found


def _fits(raw: _Raw) -> bool:
    """Two numbers beside an average are a pair of averages, not its parameters."""
    return len(raw.numbers) <= len(raw.row.defaults)


def _shared(raws: list[_Raw]) -> dict[str, tuple[float, ...]]:
    shared: dict[str, tuple[float, ...]] = {}
    for raw in sorted(raws, key=lambda item: item.start):
        if raw.numbers and _fits(raw):
            shared.setdefault(raw.row.family, raw.numbers)
    return shared


def _parameters(
    raw: _Raw, shared: Mapping[str, tuple[float, ...]], frame: Frame
) -> tuple[tuple[float, ...], bool]:
    """All parameters of a mention, and whether none of them was said."""
    said = raw.numbers or shared.get(raw.row.family, ())
    if raw.row.family == "kc" and len(said) == 2:  # noqa: PLR2004 - `Keltner(20, 1.5)`: window, width
        said = (said[0], raw.row.defaults[1], said[1])
    values = list(said) + list(raw.row.defaults[len(said) :])
    if raw.unit != "bar" and raw.numbers:
        values[0] = frame.bars(values[0], raw.unit)
    return tuple(values), not said and bool(raw.row.defaults)


def _operand(raw: _Raw, shared: Mapping[str, tuple[float, ...]], frame: Frame) -> Operand:
    values, silent = _parameters(raw, shared, frame)
    if raw.row.name == "vwap":
        intraday = frame.timeframe.seconds < Timeframe.D1.seconds
        text = "vwap_session()" if intraday else "vwap_rolling(20)"
        return Operand(text, "price", "vwap")
    text = raw.row.template.format(*(number_text(value) for value in values))
    assumed = f"{raw.row.name} {', '.join(number_text(v) for v in values)}" if silent else ""
    return Operand(text, raw.row.kind, raw.row.name, assumed=assumed)


def _channels(text: str, frame: Frame) -> list[Mention]:
    found = []
    for name, pattern in _windowed():
        for match in pattern.finditer(text):
            unit = unit_of(match["u"]) if match["u"] else "bar"
            series = "close" if match["close"] else ("high" if name == "highest" else "low")
            bars = frame.bars(float(match["n"]), unit)
            if bars == 1:
                operand = Operand(f"{series}[1]", "price", series)
            else:
                operand = Operand(f"{name}({series},{bars})", "channel", name)
            found.append(Mention(match.start(), match.end(), operand, (unit,)))
    return found


def _prices(text: str, frame: Frame) -> list[Mention]:
    intraday = frame.timeframe.seconds < Timeframe.D1.seconds
    found = []
    for words, name in PRICES:
        for match in re.finditer(rf"(?<![a-zäöüß])(?:{words})(?![a-zäöüß])", text):
            series = name.removeprefix("day_")
            if name.startswith("day_"):
                series = f'htf("1d",{series})' if intraday else f"{series}[1]"
            operand = Operand(series, "price", series.split("[")[0])
            found.append(Mention(match.start(), match.end(), operand))
    return found


def lengths(text: str) -> list[tuple[TimeUnit, float]]:
    """Units of time that stand beside an indicator or a channel, with their count."""
    found: list[tuple[TimeUnit, float]] = [
        (raw.unit, raw.numbers[0]) for raw in _raw(text) if raw.numbers and raw.unit != "bar"
    ]
    for _, pattern in _windowed():
        found += [
            (unit_of(match["u"]), float(match["n"]))
            for match in pattern.finditer(text)
            if match["u"] and unit_of(match["u"]) != "bar"
        ]
    return found


def find_operands(text: str, frame: Frame) -> list[Mention]:
    """All operands of normalised text, longest reading first where two overlap.

    Names without a window that was said share the window of their family's first mention.
    """
    raws = _raw(text)
    shared = _shared(raws)
    rank = {row.name: index for index, row in enumerate(INDICATORS)}
    mentions = [
        (Mention(raw.start, raw.end, _operand(raw, shared, frame), (raw.unit,)), rank[raw.row.name])
        for raw in raws
        if _fits(raw)
    ]
    mentions += [(item, -1) for item in _channels(text, frame)]
    mentions += [(item, 1000) for item in _prices(text, frame)]
    mentions.sort(key=lambda pair: (-(pair[0].end - pair[0].start), pair[1]))
    kept: list[Mention] = []
    for mention, _ in mentions:
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return [_moved(item, text) for item in sorted(kept, key=lambda item: item.start)]


_DISTANCE = re.compile(
    rf" ?(?:(?P<sign>plus|minus|\+|-) ?|(?P<neg>-))(?P<k>{_N}) ?(?:x |mal |times )?(?:the |der |die )?atrs?(?![a-zäöüß])(?: ?\(? ?(?P<p>\d{{1,4}})\)?)?"
)


def _moved(mention: Mention, text: str) -> Mention:
    """`yesterday's high plus half an ATR(10)` is one level."""
    match = _DISTANCE.match(text, mention.end)
    operand = mention.operand
    if match is None or operand.kind not in {"price", "channel"}:
        return mention
    sign = "-" if match["neg"] or match["sign"] in {"minus", "-"} else "+"
    level = f"{operand.rendered} {sign} {match['k'].lstrip('-')}*atr({match['p'] or 14})"
    moved = replace(operand, text=level, kind="price")
    return replace(mention, end=match.end(), operand=moved)
