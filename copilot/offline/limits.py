# ruff: noqa: E501 - a regular expression stays on one line
"""Limits in words -> fields of a spec's limits. Percentages become fractions of one."""

from __future__ import annotations

import re
from typing import Final

from pydantic import ValidationError

from copilot.offline.operands import Frame
from copilot.offline.scan import NUM, PCT, UNIT, Scan
from copilot.offline.timeframes import unit_of
from engine.language.spec import SpecLimits

LimitValue = float | int | str | bool | tuple[str, ...]

_GAP: Final = r"(?:[^.;,%\d§]{0,30}?)"
_MOST: Final = r"(?:at most|max(?:imum|imal\w*)?\.?(?: of)?|no more than|not more than|up to|höchstens|nicht mehr als|bis zu|only|nur|just|limit(?:ed)? to|immer nur|always)?"
_TRADES: Final = r"(?:trades?|entries|entry|einstiege?|signals?|signale?|orders?|geschäfte?|handel|transaktionen|positions?|positionen|abschlüsse?|round trips?)"
_PER_DAY: Final = r"(?:(?:per|a|each|every|pro|am|je|in 1|im|/) ?(?:day|tag)|daily|täglich)"
_PER_WEEK: Final = r"(?:(?:per|a|each|every|pro|in der|je|/) ?(?:week|woche)|weekly|wöchentlich)"
_DRAWDOWN: Final = (
    r"(?:draw ?downs?|dd|rückgang|wertverlust|rückschlag|kapitalrückgang|gesamtverlust|total loss)"
)
_DAILY_LOSS: Final = r"(?:daily (?:max )?loss(?: limit)?|loss (?:per|a|in a) day|daily stop|day loss|tagesverlust\w*|verlust (?:pro|am|je) tag|tägliche[rn]? verlust\w*|daily drawdown)"
_WORDS: Final = {"once": 1, "einmal": 1, "twice": 2, "zweimal": 2, "dreimal": 3}


def _share(text: str) -> float:
    return round(float(text) / 100, 10)


def _counts(scan: Scan) -> dict[str, LimitValue]:
    found: dict[str, LimitValue] = {}
    losses = (
        rf"(?:done|stop|quit|finish\w*|no more|pause|halt|schluss|aufhören|feierabend|ende|stopp?\w*)[^.;,\d]{{0,28}}(?:after|nach|at|bei) (?P<n>\d+) (?:losers?|losing trades?|loss(?:es)?|verlust\w*|fehltrades?|losing)[^.;,\d]{{0,24}}"
        rf"|(?:after|nach) (?P<n2>\d+) (?:losers?|losing trades?|loss(?:es)?|verlust\w*|fehltrades?)[^.;,\d]{{0,20}}(?:stop|done|pause|quit|no more|schluss|aufhören|ende|feierabend|stopp\w*|nicht mehr|kein\w*)[^.;,\d]{{0,24}}"
        rf"|{_MOST} ?(?P<n3>\d+) (?:losers?|losing trades?|losses|verlust(?:trades?|e)?n?) {_PER_DAY}"
    )
    if match := scan.take(losses):
        found["max_losses_per_day"] = int(match["n"] or match["n2"] or match["n3"])
    for name, per in (("max_trades_per_day", _PER_DAY), ("max_trades_per_week", _PER_WEEK)):
        match = scan.take(
            rf"{_MOST} ?(?:(?P<n>\d+) (?:new |neue[nr]? )?{_TRADES} {per}|(?P<w>once|twice|einmal|zweimal|dreimal) {per}|(?P<n2>\d+) ?(?:x|mal|times) {per})"
        ) or scan.take(rf"{_TRADES} {per}{_GAP}(?P<n>\d+)(?P<w>)(?P<n2>)(?!\d|\.\d|%)")
        if match:
            found[name] = _WORDS.get(match["w"] or "", 0) or int(match["n"] or match["n2"])
    positions = scan.take(
        rf"{_MOST} ?(?P<n>\d+) (?:open |concurrent |simultaneous |gleichzeitige?n? |offene?n? |parallele?n? )*(?:positions?|positionen|holdings?)(?! siz| of)(?: (?:open |at a time|at once|at the same time|gleichzeitig|offen|zugleich|at any time))*"
    ) or scan.take(
        r"(?:open |offene |max\w* )?(?:positions?|positionen)(?: ?limit)?[:=]? (?:max\w*|höchstens|at most|limit\w*) ?(?P<n>\d+)(?!\d|\.\d|%)"
    )
    if positions:
        found["max_positions"] = int(positions["n"])
    return found


def _losses(scan: Scan) -> dict[str, LimitValue]:
    found: dict[str, LimitValue] = {}
    daily = scan.take(
        rf"{_DAILY_LOSS}{_GAP}-?{PCT}|-?(?P<pct2>{NUM})% {_DAILY_LOSS}|(?:los\w+|verlier\w*|down|minus)[^.;,%\d]{{0,14}}-?(?P<pct3>{NUM})% (?:{_PER_DAY}|on the day|in a day|an einem tag|today)|(?:stop|pause|halt|aufhören|schluss)[^.;,%\d]{{0,20}}(?:for the day|am tag|den tag)[^.;,%\d]{{0,20}}-?(?P<pct4>{NUM})%"
    )
    if daily:
        groups = daily.groupdict()
        text = next(groups[name] for name in ("pct", "pct2", "pct3", "pct4") if groups[name])
        found["max_daily_loss_frac"] = _share(text)
    whole = scan.take(
        rf"(?:max(?:imum|imal\w*)?\.? |worst |largest |peak |höchst\w* |größt\w* )?{_DRAWDOWN}{_GAP}-?{PCT}|{_MOST} ?-?(?P<pct2>{NUM})% (?:max\w* |total |peak to trough )?{_DRAWDOWN}"
    )
    if whole:
        found["max_drawdown_frac"] = _share(whole["pct"] or whole["pct2"])
    return found


def _exposure(scan: Scan) -> dict[str, LimitValue]:
    found: dict[str, LimitValue] = {}
    if scan.take(
        r"(?:no|without|zero|never use|ohne|kein\w*) (?:any |jeglichen )?(?:leverage|margin|hebel|kredit)|unlevered|unleveraged|ungehebelt|spot only|nur spot"
    ):
        found["max_leverage"] = 1.0
    elif match := scan.take(
        rf"(?:leverage|hebel){_GAP}(?P<n>{NUM})(?: ?x| ?fach)?(?!%|\d)|(?P<n2>{NUM}) ?(?:x|mal|fold|times|fache\w*) (?:leverage|hebel|margin)|(?:leverage|hebel) ?(?P<n3>{NUM})"
    ):
        found["max_leverage"] = float(match["n"] or match["n2"] or match["n3"])
    if match := scan.take(rf"(?:correlat\w*|korrel\w*){_GAP}(?P<n>0\.\d+|\d+%)"):
        text = match["n"]
        found["max_correlation"] = _share(text[:-1]) if text.endswith("%") else float(text)
    distance = scan.take(
        rf"stopp?(?: ?loss)?(?: distance| abstand)? (?:never |not |nie |nicht |must not be )?(?:more than|wider than|further than|at most|höchstens|mehr als|weiter als|maximal|max\.?) ?{PCT}(?: (?:away|wide|entfernt|weit|abstand))?|max(?:imum|imal\w*)? stopp? ?(?:distance|abstand)?{_GAP}(?P<pct2>{NUM})%"
    )
    if distance:
        found["max_stop_distance_frac"] = _share(distance["pct"] or distance["pct2"])
    return found


def _cooldown(scan: Scan, frame: Frame) -> dict[str, LimitValue]:
    match = scan.take(
        rf"(?:wait\w*|pause\w*|cool(?:ing)? ?(?:down|off)?|sit out|rest|abkühl\w*|wart\w*|pausier\w*|sperr\w*|karenz\w*)(?: period| phase| zeit)?(?: of| for| von| mindestens| at least| dann| danach|:)* ?(?P<n>\d+) ?(?P<u>{UNIT})(?: (?:after|nach|between|zwischen)[^.;,]{{0,30}})?"
        rf"|(?P<n2>\d+) ?(?P<u2>{UNIT}) (?:cool ?down|pause|wartezeit|abkühl\w*|break|rest|sperre)(?: (?:after|nach|between|zwischen)[^.;,]{{0,30}})?"
        rf"|(?:no (?:new )?(?:entry|entries|trades?)|kein\w* (?:neue\w* )?(?:einstieg\w*|trades?))[^.;,\d]{{0,12}}(?:for|within|in|für|innerhalb von)? ?(?:the )?(?:next |nächsten )?(?P<n3>\d+) ?(?P<u3>{UNIT}) (?:after|nach|of)[^.;,]{{0,30}}"
    )
    if match is None:
        return {}
    groups = match.groupdict()
    count, unit = next(
        (groups[f"n{k}"], groups[f"u{k}"]) for k in ("", "2", "3") if groups[f"n{k}"]
    )
    return {"cooldown_bars": frame.bars(float(count), unit_of(unit))}


def _units(scan: Scan) -> dict[str, LimitValue]:
    match = scan.take(
        r"(?:pyramid\w*|add\w*|scale in|nachkauf\w*|aufstock\w*|aufbau\w*)[^.;\d]{0,30}(?:up to |bis zu |at most |max\w* |höchstens )?(?P<n>\d+) (?:units?|einheiten|mal|times|adds?|tranchen|lots)"
        r"|(?P<n2>\d+) (?:units|einheiten|tranchen)(?: max\w*)?"
    )
    return {"max_units": int(match["n"] or match["n2"])} if match else {}


def read_limits(scan: Scan, frame: Frame) -> dict[str, LimitValue]:
    """Take all numeric limits out of the text; keys are fields of `SpecLimits` and `max_units`."""
    found: dict[str, LimitValue] = {}
    found.update(_counts(scan))
    found.update(_losses(scan))
    found.update(_exposure(scan))
    found.update(_cooldown(scan, frame))
    found.update(_units(scan))
    return {key: value for key, value in found.items() if _fits(key, value, scan)}


def _fits(key: str, value: LimitValue, scan: Scan) -> bool:
    """Whether a limit lies in its field's range; else it is remembered as odd."""
    if key == "max_units":
        return scan.within(float(int(str(value))), 1, 20, key)
    try:
        SpecLimits.model_validate({key: value})
    except ValidationError:
        scan.odd.append(f"{key} {value}")
        return False
    return True


def clean_number(text: str) -> str:
    """A number without trailing zeros, for messages."""
    return re.sub(r"\.0+$", "", text)
