# ruff: noqa: E501 - a regular expression stays on one line
"""Profit exits in words -> targets of a spec."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.operands import Frame, find_operands
from copilot.offline.scan import ATR, NUM, PCT, R, Scan
from copilot.offline.stops import bare
from engine.language.spec import Target

TARGET_WORD: Final = (
    r"(?:take ?profits?|tp(?: ?[1-4](?= (?:at|bei|@|=|:)))?|profit ?targets?|price targets?|targets?(?! vol)|gewinnziele?s?|kursziele?s?|"
    r"ziele?s?|gewinnmitnahmen?|profits?|gewinne? mitnehmen|gewinne?)"
)
_GAP: Final = r"(?:[^.;,%\d§]{0,28}?)"
_PART: Final = (
    r"(?P<part>half|die hälfte|hälfte|halbe position|a third|one third|1 third|1 drittel|ein drittel|drittel|a quarter|1 quarter|"
    r"ein viertel|viertel|two thirds|2 thirds|zwei drittel|2 drittel|three quarters|the rest|rest|den rest|"
    rf"der rest|the remainder|remainder|the other half|die andere hälfte|{NUM}%(?= (?:of|off|at|bei|der|des|position|verkauf|raus|out|close|sell)))"
)
_PARTS: Final[dict[str, float]] = {
    "half": 0.5, "die hälfte": 0.5, "hälfte": 0.5, "halbe position": 0.5, "a third": 1 / 3,
    "one third": 1 / 3, "1 third": 1 / 3, "1 drittel": 1 / 3, "ein drittel": 1 / 3,
    "drittel": 1 / 3, "a quarter": 0.25, "1 quarter": 0.25, "ein viertel": 0.25, "viertel": 0.25,
    "two thirds": 2 / 3, "2 thirds": 2 / 3, "zwei drittel": 2 / 3, "2 drittel": 2 / 3,
    "three quarters": 0.75, "the other half": 0.5, "die andere hälfte": 0.5,
}  # fmt: skip
_REST: Final = frozenset({"the rest", "rest", "den rest", "der rest", "the remainder", "remainder"})
_RATIO: Final = (
    rf"(?:reward|chance|gewinn)(?:/| to | zu | ?: ?)?(?:the )?(?:risk|risiko)?\w*(?: ?ratio| ?verhältnis)?(?: of| von| at| is)? ?(?P<r>{NUM})(?: ?(?::|to|zu) ?1)?(?!\d|%)",
    rf"(?:risk|risiko|chance risiko|crv|rr|r:r|r/r|rrr)(?:/| to | zu | ?: ?)?(?:reward|chance|verhältnis)?\w*(?: ?ratio| ?verhältnis)?(?: of| von| at| is)? ?1 ?(?::|to|zu) ?(?P<r>{NUM})(?!\d|%)",
    rf"(?P<r>{NUM}) ?(?::|to|zu) ?1 (?:reward|rr|r:r|chance|crv|target|payoff|profit|ratio|gewinn|ziel)\w*(?:[ /-](?:to[ -])?(?:risk|loss|risiko)\w*)?",
    rf"(?:crv|rr|r:r|reward|chance risiko verhältnis)(?: of| von| ratio| mindestens)? ?(?P<r>{NUM})(?: ?(?::|zu|to) ?1)?(?!\d|%)",
    rf"(?P<r>{NUM}) ?(?:x|times|mal) (?:the |my |das |des |mein )?(?:initial )?(?:risk|risiko|stop(?: distance)?|stopp?abstand\w*|stop size|einsatz)",
)


def _fraction(text: str | None, used: float) -> float:
    if text is None:
        return 1.0
    if text in _REST:
        return max(0.0, round(1 - used, 10)) or 1.0
    return _PARTS.get(text) or float(text.rstrip("%")) / 100


def _partials(scan: Scan) -> list[Target]:
    """`half at 1R, the rest at 3R`: targets for parts of the position, in order."""
    found: list[Target] = []
    used = 0.0
    pattern = rf"{_PART}(?: (?:off|out|of it|of the position|der position|position|verkaufen|schließen|raus|mitnehmen)){{0,2}}[^.;,%\d]{{0,18}}(?:{R}|(?P<atr>{NUM}) ?atr|\+?(?P<pct>{NUM})%)"
    for match in scan.take_all(pattern):
        share = round(_fraction(match["part"], used), 10)
        if not scan.within(share, 1e-6, 1, "share of the position"):
            continue
        used += share
        if match["r"]:
            found.append(Target(kind="r_multiple", value=float(match["r"]), close_fraction=share))
        elif match["atr"]:
            found.append(
                Target(kind="atr", value=float(match["atr"]), period=14, close_fraction=share)
            )
        else:
            value = round(float(match["pct"]) / 100, 10)
            found.append(Target(kind="pct", value=value, close_fraction=share))
    return found if used <= 1 + 1e-9 else []


def _multiples(scan: Scan) -> list[Target]:
    patterns = (
        rf"{TARGET_WORD}{_GAP}{R}",
        rf"{R} (?:as |als )?{TARGET_WORD}",
        rf"(?:out|exit|sell|close|raus|verkauf\w*|schließ\w*) (?:at|bei|after|nach) {R}",
        rf"{TARGET_WORD}{_GAP}(?P<r>{NUM}) ?(?:x|times|mal) (?:the |my |das |des |mein )?(?:initial )?(?:risk|risiko|stop(?: distance)?|stopp?abstand)",
        *_RATIO,
    )
    for pattern in patterns:
        match = scan.take(pattern)
        if match is not None:
            return [Target(kind="r_multiple", value=float(match["r"]))]
    return []


def _atr(scan: Scan) -> list[Target]:
    for pattern in (rf"{TARGET_WORD}{_GAP}{ATR}", rf"{ATR} {TARGET_WORD}"):
        match = scan.take(pattern)
        if match is not None:
            period = int((match["p1"] or match["p2"] or match["p3"] or "14")[:9])
            period = period if scan.within(period, 1, 2_000, "ATR period") else 14
            return [Target(kind="atr", value=float(match["atr"]), period=period)]
    return []


def _percent(scan: Scan) -> list[Target]:
    patterns = (
        rf"{TARGET_WORD}{_GAP}\+?{PCT}(?: (?:profit|gewinn|gain))?(?! (?:vol|risk|risiko|risk per|of (?:equity|capital)|des kapitals|(?:hard |fixed |trailing |feste\w* |harte\w* )?(?:stop|sl)\b(?![^.;,\d]{{0,12}}\d)))",
        rf"\+?{PCT} {TARGET_WORD}(?! vol)",
        rf"(?:out|exit|sell|close|raus|verkauf\w*|schließ\w*|nehm\w*|nimm)[^.;,%\d]{{0,22}}\+{PCT}",
        rf"(?:out|exit|sell|close|raus|verkauf\w*|schließ\w*|mitnehm\w*)[^.;,%\d]{{0,25}}{PCT} (?:profit|gain|up|higher|gewinn|plus|im plus|im gewinn|above entry|über (?:dem )?einstieg\w*)",
        rf"(?:bei|mit|nach) \+?{PCT} (?:gewinn|profit|plus)",
        rf"(?:up|gain of|gains?) {PCT}(?= (?:sell|exit|out|close|from entry))",
    )
    for pattern in patterns:
        match = scan.take(pattern)
        if match is not None:
            return [Target(kind="pct", value=round(float(match["pct"]) / 100, 10))]
    return []


def _level(scan: Scan, frame: Frame) -> list[Target]:
    word = r"(?:take ?profits?|tp|profit ?target|price target|target|gewinnziel|kursziel|ziel)"
    match = scan.find(
        rf"{word}(?: is| ist|:|=)?(?: at| am| an| on| bei| to)?(?: the| der| dem| das| die)? ?"
    )
    if match is None:
        return []
    for mention in find_operands(scan.text, frame):
        near = 0 <= mention.start - match.end() <= 10  # noqa: PLR2004 - an article between
        if (
            near
            and mention.operand.kind in {"price", "channel"}
            and mention.operand.text != "close"
        ):
            scan.blank(match.start(), mention.end)
            if mention.operand.kind == "channel":
                return [Target(kind="price_expr", price=mention.operand.text)]
            return [Target(kind="moving_expr", price=mention.operand.text)]
    return []


def read_targets(scan: Scan, frame: Frame) -> tuple[Target, ...]:
    """Take every profit target out of the text."""
    scan.take(
        rf"(?:no|without(?: a| any)?|skip the|drop the|kein\w*|ohne) {TARGET_WORD}(?!{_GAP}(?:except|sondern))"
    )
    found = _partials(scan)
    if not found:
        found = _multiples(scan) or _atr(scan) or _percent(scan) or _level(scan, frame)
    if not found and (match := scan.take(bare(TARGET_WORD))):
        scan.odd.append(f"target {match['n']}")
    return tuple(found)


def mentions_target(text: str) -> bool:
    """Whether a text speaks of a profit target at all (for edits that remove it)."""
    return re.search(TARGET_WORD, text) is not None
