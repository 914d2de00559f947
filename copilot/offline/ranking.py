# ruff: noqa: E501 - a regular expression stays on one line
"""Ranked universes in words: which to hold, by what, how often."""

from __future__ import annotations

import re
from typing import Final, Literal

from copilot.offline.operands import Frame
from copilot.offline.scan import UNIT, Scan
from copilot.offline.slots import Ranking
from copilot.offline.symbols import mark
from copilot.offline.timeframes import unit_of
from engine.language.spec import CrossSection

Rebalance = Literal["bar", "daily", "weekly", "monthly", "quarterly"]

_BEST: Final = r"(?:top|best|strongest|highest|leading|winners?|beste[nrs]?|stärkste[nrs]?|höchste[nr]?|führende[nr]?|relativ stärkste[nrs]?)"
_WORST: Final = r"(?:worst|weakest|lowest|bottom|laggards?|losers|schlechteste[nrs]?|schwächste[nrs]?|niedrigste[nr]?)"
_CALM: Final = r"(?:lowest vol\w*|least volatile|calmest|low vol\w*|schwankungsärmste[nr]?|ruhigste[nr]?|am wenigsten (?:volatile[nr]?|schwankende[nr]?)|volatilitätsärmste[nr]?|niedrigste[rn]? volatilität)"
_THING: Final = r"(?:names?|funds?|fonds|etfs?|coins?|assets?|stocks?|aktien?|symbols?|symbole?|märkte?|markets?|sectors?|sektoren?|titel|werte?|positions?|instruments?|of them|davon|anlagen?|tokens?|cryptos?|one|ones)"
_TRIGGER: Final = (
    rf"(?:{_BEST}|{_WORST}|{_CALM}) ?(?:\d+ )?(?:[a-zäöüß%]+ ){{0,3}}?{_THING}|(?:top|best|strongest|stärksten?|besten?) \d+|\d+ (?:{_BEST}|{_WORST}|{_CALM})|(?:die|the) \d+ (?:{_BEST}|{_WORST}|{_CALM})|"
    r"dual momentum|(?:sector |sektor |asset |momentum |etf )?rotation\w*|rotate\w*|rotier\w*|relative strength|relative stärke|rank(?:s|ed|ing)?\b|rangliste|rang\b"
)
_EVERY: Final[tuple[tuple[Rebalance, str], ...]] = (
    ("quarterly", r"(?:every|each|per|once a|jedes|pro|je) ?(?:quarter|quartal)|quarterly|quartals\w*|vierteljährlich\w*|every (?:three|3) months"),
    ("monthly", r"(?:every|each|per|once a|jeden|pro|je) ?(?:month|monat)|monthly|monatlich\w*|month ?end|monatsende|monatswechsel"),
    ("weekly", r"(?:every|each|per|once a|jede|pro|je) ?(?:week|woche|monday|friday|montag|freitag)|weekly|wöchentlich\w*"),
    ("daily", r"(?:every|each|per|once a|jeden|pro) ?(?:day|tag)|daily|täglich\w*"),
)  # fmt: skip
_LOOKBACK: Final = (
    rf"(?P<n>\d+) ?(?P<u>{UNIT}) ?(?:lookback|rückblick|look ?back|momentum|returns?|renditen?|performance|roc|window|fenster|trend|relative strength|stärke)"
    rf"|(?:momentum|returns?|renditen?|performance|lookback|rückblick|roc|stärke|strength)[^.;,\d]{{0,22}}(?P<n2>\d+) ?(?P<u2>{UNIT})"
    rf"|(?:last|past|letzten|vergangenen|trailing) (?P<n3>\d+) ?(?P<u3>{UNIT})"
)


def _count(scan: Scan, words: str) -> int:
    match = scan.find(
        rf"(?:{words}) (?P<n>\d+)(?! ?(?:{UNIT}|%))|(?P<n2>\d+) (?:{words})|(?:die|the) (?P<n3>\d+) (?:{words})"
    )
    if match:
        return int(match["n"] or match["n2"] or match["n3"])
    return 0


def _top(scan: Scan) -> int:
    found = _count(scan, _BEST) or _count(scan, _CALM)
    if found:
        return found
    held = scan.find(
        rf"(?:hold|own|halte\w*|only|nur|immer nur|always|pick|buy|kauf\w*|in) ?(?:ever |jeweils |nur |only |just |genau )?(?P<n>\d+) {_THING}"
    )
    return int(held["n"]) if held else 0


def read_rebalance(scan: Scan) -> Rebalance | None:
    """How often the ranking is made, if it is said."""
    for name, words in _EVERY:
        if scan.has(words):
            return name
    return None


def _score(scan: Scan, frame: Frame) -> tuple[str, bool]:
    """Score expression, and whether its window was assumed."""
    match = scan.find(_LOOKBACK)
    bars = 0
    if match:
        key = next(key for key in ("", "2", "3") if match[f"n{key}"])
        bars = frame.bars(float(match[f"n{key}"]), unit_of(match[f"u{key}"]))
    if scan.has(_CALM) or scan.has(r"(?:lowest|least|niedrigste\w*|geringste\w*) (?:\w+ )?vol\w*"):
        window = scan.find(
            rf"(?P<n>\d+) ?(?P<u>{UNIT}) (?:realized |realised )?vol\w*"
        ) or re.search(rf"(?P<n>\d+) ?(?P<u>{UNIT}) (?:realized |realised )?vol\w*", scan.whole)
        length = frame.bars(float(window["n"]), unit_of(window["u"])) if window else bars or 60
        return f"-realized_vol(close,{max(2, length)})", not (window or bars)
    return f"roc(close,{bars or 90})", not bars


def read_ranking(scan: Scan, frame: Frame, *, months: bool = False) -> Ranking | None:
    """A cross-section when the text speaks of the best or worst of several; None otherwise.

    Args:
        scan: the text; nothing is taken out of it.
        frame: the chart, for the length of the lookback.
        months: whether the chart's length was not said, so that months may be bars of a month.
    """
    if not scan.has(_TRIGGER):
        return None
    several = scan.has(_THING) or scan.has(
        rf"universe|universum|list|liste|watch ?list|korb|basket|s&p|dax|nasdaq|{mark(1)}|aktien|stocks|coins"
    )
    top = _top(scan)
    short = _count(scan, _WORST) if scan.has(r"short\w*|leerverk\w*|sell") else 0
    if not several and not top:
        return None
    if not (
        scan.within(top, 0, 500, "names to hold") and scan.within(short, 0, 500, "names to short")
    ):
        return None
    assumed: list[tuple[str, str]] = []
    score, silent = _score(scan, frame)
    if silent:
        assumed.append(("/cross_section/score", score))
    if not top:
        top = 1 if scan.has(rf"(?:the |das |den |die )?(?:{_BEST}) {_THING}\b") or months else 3
        assumed.append(("/cross_section/long_top", str(top)))
    rebalance = read_rebalance(scan)
    if rebalance is None:
        rebalance = "monthly"
        assumed.append(("/cross_section/rebalance", rebalance))
    weighting: Literal["equal", "inverse_vol"] = (
        "inverse_vol" if re.search(r"invers\w*[^.;,]{0,30}vol", scan.whole) else "equal"
    )
    eligible = (
        score + " > 0"
        if scan.has(
            r"dual momentum|absolute momentum|(?:only|nur) (?:if|when|wenn|falls) (?:its |the |die |ihre )?(?:returns?|rendite|momentum) (?:is |ist )?positiv\w*"
        )
        and not score.startswith("-")
        else None
    )
    section = CrossSection(
        score=score, eligible=eligible, long_top=top, short_bottom=short, weighting=weighting,
        rebalance=rebalance,
    )  # fmt: skip
    return Ranking(section, tuple(assumed))
