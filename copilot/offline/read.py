# ruff: noqa: E501 - a regular expression stays on one line
"""One message -> slots: the readers of `copilot.offline` in their order."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from copilot.offline.calendar import read_calendar
from copilot.offline.comparisons import Context
from copilot.offline.families import family_said, without_family_words
from copilot.offline.limits import LimitValue, read_limits
from copilot.offline.normalise import Language, normalise
from copilot.offline.operands import Frame, lengths
from copilot.offline.ranking import read_ranking
from copilot.offline.rewrite import rewrite
from copilot.offline.rules import RulesFound, read_rules
from copilot.offline.scan import Scan
from copilot.offline.sides import read_sides
from copilot.offline.sizing import read_cap, read_sizing
from copilot.offline.slots import Slots
from copilot.offline.stops import read_stops
from copilot.offline.sweeps import read_sweeps
from copilot.offline.symbol_names import CURRENCIES
from copilot.offline.symbols import find_symbols
from copilot.offline.targets import read_targets
from copilot.offline.timeframes import TimeframeFound, find_timeframe
from copilot.offline.unsupported import without_unsupported
from copilot.offline.windows import read_window
from engine.market import Timeframe

_IMPLIED: Final = {
    "minute": Timeframe.M5, "hour": Timeframe.H1, "day": Timeframe.D1, "week": Timeframe.W1,
    "month": Timeframe.MO1, "year": Timeframe.MO1,
}  # fmt: skip
_MONTH_END: Final = r"(?:(?:check\w*|evaluate\w*|decide\w*|act|rebalanc\w*|look|prüf\w*|entscheid\w*|kontrollier\w*|schau\w*)\b[^.;,]{0,24}|only (?:trade |act )?|nur )(?:at|on|am|zum|nur am|nur zum|at the|to) (?:the )?(?:month ?end|end of (?:the |each |every )?month|monatsende|monatsultimo|last (?:trading )?day of (?:the|each|every) month|letzten (?:handels)?tag (?:des|im) monats?)(?: only| nur)?"
_SECONDS: Final = re.compile(
    r"(?<![\d.])(?<!by )(?<!of )(\d+) ?(?:seconds?|sekunden?|secs?|s)(?![a-z'])"
)


@dataclass(frozen=True, slots=True)
class Base:
    """What earlier turns settled and this message may leave out.

    `subject` and `pair` are what `in at -2.5` or `crosses back` speak of; `average` is the kind
    of moving average in use.
    """

    timeframe: Timeframe | None = None
    symbols: tuple[str, ...] = ()
    context: Context | None = None
    average: str = ""


def round_the_clock(symbols: tuple[str, ...]) -> bool:
    """Whether the first instrument trades at all hours: crypto and currency pairs do."""
    if not symbols:
        return True
    first = symbols[0]
    return "/" in first and not (set(first.split("/")) <= CURRENCIES)


def _implied(text: str) -> Timeframe | None:
    """The chart that the lengths in a text speak of: `50 day high` means daily bars.

    The shortest unit wins, since a longer one can be counted in it.
    """
    units = [_IMPLIED[unit] for unit, _ in lengths(text) if unit in _IMPLIED]
    return min(units, key=lambda item: item.seconds) if units else None


def _chart(text: str, base: Base) -> tuple[TimeframeFound, Timeframe | None, bool]:
    """(what was found, the chart, whether it only follows from lengths in the text)."""
    seconds = _SECONDS.search(text)
    if seconds is not None:
        return TimeframeFound(None, text, f"{seconds[1]}s"), base.timeframe, False
    found = find_timeframe(text)
    if found.timeframe is not None:
        return found, found.timeframe, False
    if base.timeframe is not None:
        return found, base.timeframe, False
    implied = _implied(rewrite(found.text))
    if implied is None and re.search(
        r"\d+ ?(?:months?|monate)[^.;,]{0,20}(?:lookback|rückblick|momentum|return|rendite)", text
    ):
        implied = Timeframe.MO1
    return found, implied, implied is not None


def _rules(scan: Scan, frame: Frame, base: Base) -> RulesFound:
    without_unsupported(scan)
    without_family_words(scan)
    return read_rules(scan.text, frame, base.context)


def _with_average(text: str, base: Base) -> str:
    """`make it 30/90` keeps the kind of average that is in use."""
    if not base.average:
        return text
    return re.sub(r"sma(?=\(\d+\) cross )|(?<= cross )sma(?=\(\d+\))", base.average, text)


def read(message: str, language: Language, base: Base | None = None) -> Slots:
    """All slots of one message; nothing is assumed here."""
    base = base or Base()
    named = find_symbols(message)
    text = normalise(named.text, language)
    found, chart, implied = _chart(text, base)
    kinded = re.search(r"(?:sma|simple|einfach|ema|expon)", text) is not None
    body = rewrite(found.text)
    scan = Scan(body if kinded else _with_average(body, base))
    frame = Frame(
        chart or Timeframe.D1, round_the_clock=round_the_clock(named.symbols or base.symbols)
    )
    slots = Slots(
        language, text, "", named.symbols,
        timeframe=found.timeframe or (chart if implied else None),
        timeframe_implied=implied, timeframe_rejected=found.rejected, frame=frame,
        family=family_said(text),
    )  # fmt: skip
    return _filled(slots, scan, base)


def _filled(slots: Slots, scan: Scan, base: Base) -> Slots:
    frame = slots.frame
    months = slots.timeframe_implied and slots.timeframe is Timeframe.MO1
    sweeps = read_sweeps(scan)
    month_end = scan.take(_MONTH_END) is not None
    limits: dict[str, LimitValue] = {
        **read_calendar(scan, round_the_clock=frame.round_the_clock),
        **read_limits(scan, frame),
    }
    cap = read_cap(scan)
    sizing = read_sizing(scan, frame)
    ranking = read_ranking(scan, frame, months=months)
    targets = read_targets(scan, frame)
    stops = read_stops(scan, frame)
    sides = read_sides(scan)
    window = read_window(scan, frame) if base.context is not None else None
    rest = scan.text
    rules = RulesFound() if ranking else _rules(scan, frame, base)
    return replace(
        slots, rest=rest, sides=sides, rules=rules, stops=stops.stops, no_stop=stops.none_wanted,
        targets=targets, sizing=sizing, cap=cap, limits=limits, sweeps=sweeps, ranking=ranking,
        month_end_only=month_end, window=window, odd=tuple(dict.fromkeys(scan.odd)),
    )  # fmt: skip
