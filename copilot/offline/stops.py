# ruff: noqa: E501 - a regular expression stays on one line
"""Protective exits in words -> stops of a spec."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from copilot.offline.operands import Frame, find_operands
from copilot.offline.scan import ATR, NUM, PCT, UNIT, R, Scan
from copilot.offline.timeframes import unit_of
from engine.language.spec import Stop, StopKind
from engine.market import Timeframe

STOP_WORD: Final = (
    r"(?:(?:hard |initial |protective |catastrophe |fixe\w* |harte\w* |feste\w* )?"
    r"(?:stop ?loss(?:es)?|stops?(?! trading| for| buying| me| when)|sl|stopps?|stopkurs|verlustbegrenzung|notbremse|absicherung))"
)
_TRAIL: Final = (
    r"(?:trail(?:ing|ed|s)?|nachgezogen\w*|nachlaufend\w*|nachziehend\w*|nachzieh\w*|mitlaufend\w*|"
    r"mitgezogen\w*|gleitend\w*)"
)
_GAP: Final = r"(?:[^.;,%\d§]{0,28}?)"
_TRAIL_GAP: Final = (
    r"(?:(?! (?:for|with|by|durch|gegen|mit|in|to|to be) (?:an? |einen |einem |ein )?"
    r"(?:fix|fest|hard|hart|normal|plain|simple|static|regul|einfach))[^.;,%\d§]){0,28}?"
)
"""As `_GAP`, but `swap the trailing stop for a fixed 8 % stop` speaks of two stops."""
_LEAVE: Final = (
    r"(?:exit\w*|out|clos(?:e|ed|es)|sell|leave|raus|aussteigen|ausstieg|verkauf\w*|schließ\w*|"
    r"geschlossen|time ?stop|time ?exit|time ?based exit|zeit ?stopp?|zeit ?ausstieg|dump|liquidat\w*|flat)"
)
_HOLD: Final = r"(?:hold\w*|keep\w*|stay in|halte\w*|haltedauer|haltezeit|holding (?:period|time))"
_LIMIT: Final = (
    r"(?:for )?(?:at most|a maximum of|max(?:imum|imal)?\.?(?: of)?|no longer than|no more than|up to|"
    r"not longer than|höchstens|maximal|nicht länger als|längstens|bis zu|of|von|is|:|=|for|für|only|nur)?"
)
_SPAN: Final = rf"(?P<n>\d+) ?(?P<u>{UNIT})"
_LATEST: Final = r"(?: (?:at (?:the )?(?:latest|longest|most)|max(?:imum|imal)?|spätestens|längstens|later|tops))"

_TIME: Final = (
    rf"{_HOLD} (?:it |them |each |positions? |trades? |every trade |a trade )?{_LIMIT} ?{_SPAN}{_LATEST}?",
    (
        rf"(?:at the latest |spätestens )?{_LEAVE} (?:it |out |the trade |the position |position\w* |any trade |everything )?"
        rf"(?:at the latest |spätestens |no later than |latest )?(?:after|nach|within|in|innerhalb von|of|von|:|at)? ?{_SPAN}{_LATEST}?(?! (?:low|high|tief|hoch|ema|sma|average|rsi|line|linie|atr))"
    ),
    rf"(?:at the latest |spätestens )?(?:after|nach) {_SPAN} (?:(?:dann|wieder|immer|then|we|i|it|always|the position|die position|automatisch|automatically|sofort) ){{0,2}}{_LEAVE}",
    rf"(?:or|oder|sonst|else)(?: at the latest| spätestens)? (?:after|nach) {_SPAN}{_LATEST}?",
    rf"{_SPAN} (?:time ?stop|time ?exit|zeit ?stopp?|max(?:imum|imal\w*)? (?:hold\w*|halte\w*)|haltedauer|holding (?:period|time))",
    rf"(?:max(?:imum|imal\w*)?|höchstens|longest|längste) (?:hold\w*(?: time| period)?|haltedauer|haltezeit)?{_GAP}{_SPAN}",
    rf"(?:spätestens|at the latest|no later than) (?:nach |after )?{_SPAN}(?: (?:later|raus|out|schließen|verkaufen))?",
    rf"{_SPAN}{_LATEST}",
)
_NEXT: Final = r"(?:on |at |in )?(?:the )?(?:next|following) (?:day|bar|candle|session|morning)|(?:am|zur|in der) (?:nächsten|folgenden) (?:tag|kerze|bar|morgen)"
_SAME_DAY: Final = r"(?:on |at )?(?:the )?(?:close of the )?same day|am (?:selben|gleichen) tag"
_ATR_AT: Final = (
    rf"{_TRAIL}{_GAP}{ATR}(?: {STOP_WORD})?",
    rf"{ATR} {_TRAIL}(?: {STOP_WORD})?",
    rf"{STOP_WORD} (?:{_TRAIL} ){_GAP}{ATR}",
)
_ATR_PERIOD: Final = (
    rf"(?:,? ?(?:with|using|mit|on|based on|auf basis|over|über|from) (?:an? |the |einer |einem |der |den |dem )?"
    rf"(?:(?P<q1>\d+) ?(?:{UNIT}|er)? ?atr|atr ?(?:\( ?|of |period |periode |länge |length |von |über )?(?P<q2>\d+)\)?|period (?P<q3>\d+)))?"
)


def bare(word: str) -> str:
    """Pattern of a distance without a share, an ATR or an R: no rule can take it."""
    unit = r"(?:points?|pips?|punkten?|ticks?|pkt|usd|\$|€)"
    ends = r"(?= *(?:[,;]|\.(?!\d)|$|tp\b|take|target|sl\b|stop|and\b|und\b|ziel))"
    return rf"{word}(?: at| of| von| bei| auf| is|:|=)? ?(?P<n>{NUM}) ?{unit}?{ends}"


@dataclass(frozen=True, slots=True)
class StopsFound:
    """Stops in the order they were said, and whether the user wants none."""

    stops: tuple[Stop, ...] = ()
    none_wanted: bool = False


_USUAL_PERIOD: Final = 14
_LONGEST: Final = 2_000


def _period(match: re.Match[str], scan: Scan) -> int:
    names = ("p1", "p2", "p3", "q1", "q2", "q3")
    groups = match.groupdict()
    found = next((int(groups[name][:9]) for name in names if groups.get(name)), _USUAL_PERIOD)
    return found if scan.within(found, 1, _LONGEST, "ATR period") else _USUAL_PERIOD


def _share(match: re.Match[str]) -> float:
    return round(float(match["pct"]) / 100, 10)


def _atr_stop(match: re.Match[str], kind: StopKind, scan: Scan) -> Stop:
    return Stop(kind=kind, value=float(match["atr"]), period=_period(match, scan))


def _chandelier(scan: Scan) -> list[Stop]:
    match = scan.take(
        rf"(?:{ATR} )?chandelier\w*(?: exit| stop| ausstieg)?(?:{_GAP}\(? ?(?P<a>{NUM})(?: ?[,/x] ?| ?(?:bars?|days?|kerzen|tage),? ?(?:and |und |mit )?)(?P<b>{NUM})(?: ?x? ?atr)? ?\)?)?"
    )
    if match is None:
        return []
    numbers = sorted(float(match[name]) for name in ("a", "b") if match[name])
    value = float(match["atr"]) if match["atr"] else (numbers[0] if numbers else 3.0)
    period = int(numbers[-1]) if numbers else 22
    period = period if scan.within(period, 1, _LONGEST, "chandelier period") else 22
    return [Stop(kind="chandelier", value=value, period=period)]


def _breakeven(scan: Scan) -> list[Stop]:
    even = r"(?:break ?even|entry price|einstand\w*|einstieg(?:skurs|spreis)|kostendeckung)"
    match = scan.take(
        rf"[^.;,]{{0,40}}{even}[^.;,\d]{{0,25}}{R}|[^.;,]{{0,12}}(?:after|at|once|nach|ab|bei|sobald|up|when up){_GAP}(?P<r2>{NUM}) ?r\b[^.;,]{{0,40}}{even}[^.;,]{{0,12}}"
    )
    if match is None:
        return []
    return [Stop(kind="breakeven_after_r", value=float(match["r"] or match["r2"]))]


def _trailing(scan: Scan, frame: Frame) -> list[Stop]:
    found = []
    for pattern in _ATR_AT:
        while match := scan.take(pattern + _ATR_PERIOD):
            found.append(_atr_stop(match, "trailing_atr", scan))
    patterns = (
        rf"{PCT} {_TRAIL}(?:{_GAP}{STOP_WORD})?",
        rf"{_TRAIL}(?: {STOP_WORD})?{_TRAIL_GAP}{PCT}(?: {STOP_WORD})?",
        rf"{STOP_WORD}{_GAP}{PCT} (?:{_TRAIL}|hinter\w*|behind)\w*",
        rf"{STOP_WORD} {_GAP}{_TRAIL}{_GAP}{PCT}",
        rf"{PCT} (?:below|under|off|from|unter|vom|unterhalb) (?:the |dem |des |its |einem )?(?:peak|highest\w*(?: (?:high|close|price))?|high|höchst\w*(?: (?:hoch|kurs))?|hoch|top|höchststand)(?: since entry| seit einstieg)?",
    )
    for pattern in patterns:
        while match := scan.take(pattern):
            found.append(Stop(kind="trailing_pct", value=_share(match)))
    return found + _trail_expr(scan, frame)


def _trail_expr(scan: Scan, frame: Frame) -> list[Stop]:
    match = scan.find(
        rf"(?:{_TRAIL} ?(?:{STOP_WORD})?|{STOP_WORD} ?{_TRAIL}) (?:it )?(?:at|along|below|under|with|on|am|an|unter|entlang|mit|auf)(?: the| der| dem| den| des)? "
    )
    operand = _operand_after(scan, match, frame) if match else None
    return [Stop(kind="trail_expr", price=operand)] if operand else []


def _operand_after(scan: Scan, match: re.Match[str], frame: Frame) -> str | None:
    """The price level that directly follows a match, taken out of the text with it."""
    for mention in find_operands(scan.text, frame):
        near = 0 <= mention.start - match.end() <= 12  # noqa: PLR2004 - an article between
        if (
            near
            and mention.operand.kind in {"price", "channel"}
            and mention.operand.text != "close"
        ):
            scan.blank(match.start(), mention.end)
            return mention.operand.text
    return None


def _time(scan: Scan, frame: Frame) -> list[Stop]:
    for pattern in _TIME:
        match = scan.take(pattern)
        if match is not None:
            bars = frame.bars(float(match["n"]), unit_of(match["u"]))
            return [Stop(kind="time_bars", value=float(bars))]
    if scan.take(rf"{_LEAVE}(?: it| again| wieder)? {_NEXT}|{_NEXT} (?:wieder |again )?{_LEAVE}"):
        return [
            Stop(
                kind="time_bars",
                value=float(frame.bars(1, "day" if frame.timeframe is Timeframe.D1 else "bar")),
            )
        ]
    daily = frame.timeframe is Timeframe.D1
    if daily and scan.take(
        rf"{_LEAVE}[^.;,\d]{{0,14}} {_SAME_DAY}|{_SAME_DAY} (?:wieder )?{_LEAVE}"
    ):
        return [Stop(kind="time_bars", value=1.0)]
    return []


def _atr(scan: Scan) -> list[Stop]:
    patterns = (
        rf"{ATR} (?:wide |away |distance |initial |hard |weit\w* )?{STOP_WORD}{_ATR_PERIOD}",
        rf"{STOP_WORD}{_GAP}{ATR}{_ATR_PERIOD}",
        rf"atr ?{STOP_WORD} ?(?:of |at |bei |mit |von |: ?)?(?P<atr>{NUM})(?: ?x)?(?: ?atr)?{_ATR_PERIOD}",
        rf"atr ?{STOP_WORD} (?:with |mit |using |von |of )?(?:an? |the |einem |dem )?(?:factor|multiple|multiplier|faktor|multiplikator|vielfache\w*|abstand)(?: of| von)? (?P<atr>{NUM})(?! ?%){_ATR_PERIOD}",
        rf"atr ?{STOP_WORD} ?\( ?(?P<p1>\d+) ?[,/] ?(?P<atr>{NUM}) ?\)",
        rf"{ATR} (?:below|under|unter|unterhalb) (?:the |dem |des |my )?(?:entry|einstieg\w*|fill)",
    )
    for pattern in patterns:
        match = scan.take(pattern)
        if match is not None:
            return [_atr_stop(match, "atr", scan)]
    return []


def _level(scan: Scan, frame: Frame) -> list[Stop]:
    place = r"(?:just |knapp |kurz )?(?:at|below|under|beneath|on|am|an|unter|unterhalb|beim|bei|auf|is|=|:)"
    bar = r"(?:signal|entry|breakout|trigger|setup|einstieg\w*|ausbruch\w*|current|diese[rn]?) ?(?:bar|candle|day|kerze|tag)\w*"
    if scan.take(
        rf"{STOP_WORD} {place}(?: the| das| dem| der| des| of)? ?(?:low|tief\w*) (?:of|der|des) (?:the |that )?{bar}|{STOP_WORD} {place} (?:the |dem |der |das )?{bar}'?s? ?(?:low|tief\w*)"
    ):
        return [Stop(kind="price_expr", price="low")]
    if scan.take(
        rf"{STOP_WORD} {place}(?: the| last| dem| das| letzten| recent){{0,2}} ?swing ?(?:low|tief)\w*"
    ):
        return [Stop(kind="price_expr", price="lowest(low,10)")]
    if scan.take(
        rf"{STOP_WORD} {place}(?: the| das| dem| der| des)? ?(?:opening range(?: low)?|low of the (?:opening )?range|tief der (?:eröffnungs)?spanne)"
    ):
        return [Stop(kind="price_expr", price="opening_range_low(30)")]
    match = scan.find(rf"{STOP_WORD} {place}(?: the| der| dem| den| das| its)? ?")
    operand = _operand_after(scan, match, frame) if match else None
    if operand is None and (
        line := scan.find(
            rf"{STOP_WORD} {place}(?: the| der| dem)? ?(?:line|linie|indicator|indikator)"
        )
    ):
        operand = _line(scan, frame)
        scan.blank(line.start(), line.end())
    return [Stop(kind="price_expr", price=operand)] if operand else []


def _line(scan: Scan, frame: Frame) -> str | None:
    lines = [m.operand for m in find_operands(scan.whole, frame) if m.operand.kind == "price"]
    preferred = [item for item in lines if item.name in {"supertrend", "psar"}] or lines
    return preferred[0].text if preferred and preferred[0].text != "close" else None


def _percent(scan: Scan) -> list[Stop]:
    patterns = (
        rf"{PCT} (?:wide |hard |initial |fixed |protective |fest\w* |hart\w* )?{STOP_WORD}",
        rf"{STOP_WORD}[^.;,%\d§]{{0,20}} (?:enger|weiter|näher|lockerer|größer|kleiner|tighter|wider|closer|looser|larger|smaller|bigger)[,:]? ?(?:auf |bei |at |to |say |about |nämlich |etwa )?{PCT}",
        rf"{STOP_WORD}(?! höchstens| max| never| nie){_GAP}-?{PCT}(?: (?:below|under|unter|unterhalb|away|entfernt)[^.;,]{{0,20}}(?:entry|einstieg\w*|fill)?)?",
        rf"{PCT} (?:below|under|beneath|unter|unterhalb)(?: the| my| dem| des| vom)? ?(?:entry(?: price)?|einstieg\w*|einstand\w*|fill|purchase price|kaufpreis|kaufkurs)",
        rf"(?:cut|limit|stop|begrenz\w*|cap)[^.;,%\d]{{0,20}}loss\w*{_GAP}-?{PCT}",
        rf"(?:verlust\w*)[^.;,%\d]{{0,20}}{PCT}{_GAP}(?:begrenz\w*|abschneid\w*|stopp\w*|raus)",
        rf"(?:out|exit|sell|raus|verkauf\w*) (?:at|if|when|bei|wenn)[^.;,%\d]{{0,25}}(?:-{PCT.replace('pct', 'pct1')}|{PCT.replace('pct', 'pct2')} (?:loss|lower|down|verlust|tiefer|im minus))",
    )
    for pattern in patterns:
        match = scan.take(pattern)
        if match is not None:
            groups = match.groupdict()
            text = groups.get("pct") or groups.get("pct1") or groups.get("pct2") or "0"
            return [Stop(kind="pct", value=round(float(text) / 100, 10))] if float(text) else []
    return []


def read_stops(scan: Scan, frame: Frame) -> StopsFound:
    """Take every stop out of the text; the order of reading is from special to plain forms."""
    no_stop = scan.take(
        r"(?:with ?out|no|never use|don'?t (?:use|want)|skip the|kein\w*|ohne|nie(?:mals)?)(?: any| a| an| einen| ein| irgendeinen)? ?(?:hard |harten? )?"
        r"(?:stop ?loss(?:es)?|stops?|stopp?s?)(?! trading)"
    )
    found: list[Stop] = []
    found += _chandelier(scan) + _breakeven(scan) + _trailing(scan, frame)
    found += _atr(scan) + _percent(scan) + _level(scan, frame) + _time(scan, frame)
    if match := scan.take(bare(STOP_WORD)):
        scan.odd.append(f"stop {match['n']}")
    return StopsFound(tuple(dict.fromkeys(found)), no_stop is not None and not found)
