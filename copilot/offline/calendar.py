# ruff: noqa: E501 - a regular expression stays on one line
"""Trading hours, weekdays and nights in words -> session limits of a spec."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.limits import LimitValue
from copilot.offline.scan import Scan

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_WORDS: Final[dict[str, str]] = {
    "monday": "mon", "montag": "mon", "mon": "mon", "tuesday": "tue", "dienstag": "tue",
    "tue": "tue", "tues": "tue", "wednesday": "wed", "mittwoch": "wed", "wed": "wed",
    "thursday": "thu", "donnerstag": "thu", "thu": "thu", "thurs": "thu", "friday": "fri",
    "freitag": "fri", "fri": "fri", "saturday": "sat", "samstag": "sat", "sonnabend": "sat",
    "sunday": "sun", "sonntag": "sun",
}  # fmt: skip
_DAY: Final = "(?:" + "|".join(sorted(_DAY_WORDS, key=len, reverse=True)) + ")"
_ONE_DAY: Final = rf"(?P<d>{_DAY})(?:s|e|en)?"
_SESSIONS: Final[tuple[tuple[str, str], ...]] = (
    (r"(?:us|u\.s\.|new york|ny|american|wall street|nyse|amerikanische\w*) (?:cash |trading |handels)?(?:session|hours|market hours|handelszeit\w*|sitzung)|us handelszeit\w*|regular (?:trading |market )?hours|rth|cash session", "09:30-16:00"),
    (r"(?:london|uk|londoner|british) (?:trading )?(?:session|hours|handelszeit\w*)", "08:00-16:30"),
    (r"(?:european?|eu|frankfurt\w*|xetra|europäische\w*|deutsche\w*) (?:trading |cash )?(?:session|hours|handelszeit\w*|sitzung)|xetra handel", "09:00-17:30"),
    (r"(?:asian?|tokyo|asiatische\w*|japan\w*) (?:trading )?(?:session|hours|handelszeit\w*|sitzung)", "09:00-15:00"),
)  # fmt: skip
_CLOCK: Final = r"(?P<{h}>[01]?\d|2[0-4])(?::(?P<{m}>[0-5]\d))? ?(?:h\b|uhr|o'?clock)?"
_NO: Final = r"(?:no|not|never|none|without|skip|avoid|except|exclude|excluding|kein\w*|nicht|nie|außer|ohne|meide\w*)"


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hours(scan: Scan) -> str:
    first, last = _CLOCK.format(h="h1", m="m1"), _CLOCK.format(h="h2", m="m2")
    match = (
        scan.take(
            rf"(?:(?:only|nur|trade|handel\w*|trading|between|zwischen|from|von|session) )*{first} ?(?:-|to|until|till|bis|and|und) ?{last}(?: (?:only|handeln|local time|et|est))?"
        )
        if re.search(rf"{first} ?(?:-|to|until|till|bis|and|und) ?{last}", scan.text)
        else None
    )
    if match is None:
        return ""
    clocked = match["m1"] or match["m2"] or re.search(r"uhr|o'?clock|h\b", match[0])
    if not clocked:
        scan.text = scan.text[: match.start()] + match[0] + scan.text[match.end() :]
        return ""
    opened, closed = (
        f"{int(match[h]):02d}:{match[m] or '00'}" for h, m in (("h1", "m1"), ("h2", "m2"))
    )
    return f"{opened}-{closed}" if _minutes(opened) < _minutes(closed) else ""


def _session(scan: Scan) -> str:
    found = ""
    for words, hours in _SESSIONS:
        if scan.take(
            rf"(?:only |nur |during |während |in )*(?:the |der |des |die )?(?:{words})(?: only)?"
        ):
            found = hours
            break
    found = _hours(scan) or found
    early = scan.take(
        rf"(?:{_NO}|wait(?: for)?|wart\w*)[^.;,\d]{{0,30}}(?:first|ersten|opening) (?P<n>\d+) (?P<u>min\w*|hours?|stunden?)[^.;,]{{0,24}}|(?:the )?(?:first|ersten) (?P<n2>\d+) (?P<u2>min\w*|hours?|stunden?)[^.;,]{{0,20}}(?:{_NO}|pause|aussetzen|auslassen)"
    )
    late = scan.take(
        rf"{_NO}[^.;,\d]{{0,30}}(?:last|final|letzten) (?P<n>\d+) (?P<u>min\w*|hours?|stunden?)[^.;,]{{0,20}}"
    )
    if early or late:
        opened, closed = (found or "09:30-16:00").split("-")
        start, end = _minutes(opened), _minutes(closed)
        if early:
            start += _length(early["n"] or early["n2"], early["u"] or early["u2"])
        if late:
            end -= _length(late["n"], late["u"])
        found = f"{_clock(start)}-{_clock(end)}"
    return found


def _length(count: str, unit: str) -> int:
    return int(count) * (1 if unit.startswith("min") else 60)


def _span(first: str, last: str) -> tuple[str, ...]:
    start, end = DAYS.index(first), DAYS.index(last)
    if start <= end:
        return DAYS[start : end + 1]
    return tuple(day for day in DAYS if DAYS.index(day) >= start or DAYS.index(day) <= end)


def _days(scan: Scan, *, round_the_clock: bool) -> tuple[str, ...]:
    spanned = scan.take(
        rf"(?P<a>{_DAY})s? ?(?:-|to|through|thru|until|bis(?: einschließlich)?) ?(?P<b>{_DAY})s?"
    )
    if spanned:
        return _span(_DAY_WORDS[spanned["a"]], _DAY_WORDS[spanned["b"]])
    if scan.take(
        r"(?:only )?(?:on )?(?:weekdays|week days|working days|business days)(?: only)?|(?:nur )?(?:werktags?|an werktagen|wochentags|unter der woche)|(?:no|not on|skip|never on) (?:the )?weekends?|(?:nicht am|kein\w*|ohne) wochenende\w*"
    ):
        return DAYS[:5]
    listed = rf"{_ONE_DAY.replace('?P<d>', '?:')}(?:(?:, | and | und | or | oder | & |/){_ONE_DAY.replace('?P<d>', '?:')})*"
    without = scan.take(rf"{_NO}[^.;,\d§]{{0,22}}(?:on |at |am |an )?(?P<list>{listed})")
    if without:
        dropped = {_DAY_WORDS[word] for word in re.findall(_DAY, without["list"])}
        week = DAYS if round_the_clock or "sat" in dropped else DAYS[:5]
        return tuple(day for day in week if day not in dropped)
    only = scan.take(
        rf"(?:only|nur|just|ausschließlich) (?:trade |handeln |entries |einstiege )?(?:on |at |am |an )?(?P<list>{listed})(?! (?:kauf|buy|ein ?steig|einstieg|rein|verkauf|sell|entry|enter|go long|long))|(?P<list2>{listed}) (?:only|nur)"
    )
    if only:
        wanted = {_DAY_WORDS[word] for word in re.findall(_DAY, only["list"] or only["list2"])}
        return tuple(day for day in DAYS if day in wanted)
    return ()


def _night(scan: Scan) -> dict[str, LimitValue]:
    found: dict[str, LimitValue] = {}
    flat = scan.take(
        r"(?:flat|closed?(?: everything| all)?|out|exit(?: all)?|glatt\w*|alles (?:zu|schließen)|raus|geschlossen|schließ\w*|beend\w*)[^.;,\d]{0,24}(?:by|until|before|at|bis|um|vor|spätestens(?: um)?) (?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]\d)(?: uhr)?"
    )
    if flat:
        found["flat_by"] = f"{int(flat['h']):02d}:{flat['m']}"
        found["overnight"] = False
    if scan.take(
        r"(?:no|not|never|nothing|none|don'?t)[^.;,\d]{0,22}(?:overnight|over night)(?: (?:positions?|holds?|exposure|risk))?|(?:nicht|nie|nichts|kein\w*)[^.;,\d]{0,22}(?:über nacht|übernacht\w*|overnight\w*)|intraday only|only intraday|nur intraday|day ?trad(?:e|es|ing) only|(?:flat|out|closed?)(?: everything| all)? (?:at|by|before|into) (?:the )?(?:close\b|end of (?:the )?(?:day|session)|session end)|(?:am|zum|vor|bis) (?:tagesende|handelsende|handelsschluss|börsenschluss|sitzungsende)[^.;,\d]{0,24}(?:glatt|geschlossen|schließen|zu|raus|flat)|(?:alles |glatt |schließen |flat )(?:zum|am|vor|bis) (?:tagesende|handelsende|handelsschluss|börsenschluss)"
    ):
        found["overnight"] = False
    return found


def read_calendar(scan: Scan, *, round_the_clock: bool = False) -> dict[str, LimitValue]:
    """Take session, flat-by time, weekdays and overnight rule out of the text.

    Without its weekend a market has five days, and a day that is left out leaves four.
    """
    found = _night(scan)
    if session := _session(scan):
        found["session"] = session
    if days := _days(scan, round_the_clock=round_the_clock):
        found["days"] = days
    return found
