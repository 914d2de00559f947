# ruff: noqa: E501 - one row per pattern reads as a table
"""Phrases that are a whole condition by themselves: candles in a row, gaps, squeezes, weekdays."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from copilot.offline.scan import NUM
from copilot.offline.tree import Fixed, number_text

_RED: Final = r"(?:red|down|falling|bearish|losing|lower|negative|rote?[rn]?|fallende?[rn]?|negative?[rn]?|bärische?[rn]?|verlust)"
_GREEN: Final = r"(?:green|up|rising|bullish|winning|higher|positive|grüne?[rn]?|steigende?[rn]?|positive?[rn]?|bullische?[rn]?|gewinn)"
_BAR: Final = (
    r"(?:closes?|bars?|candles?|candlesticks?|days?|kerzen?|tagen?|tage|schlusskurse?n?|sessions?)"
)
_ROW: Final = r"(?:in a row|in succession|running|straight|consecutively|in folge|nacheinander|hintereinander|am stück|in serie)"
_CONSECUTIVE: Final = r"(?:consecutive |straight |successive |aufeinanderfolgende[nr]? )"
_WEEKDAYS: Final = {
    "monday": 0, "montag": 0, "tuesday": 1, "dienstag": 1, "wednesday": 2, "mittwoch": 2,
    "thursday": 3, "donnerstag": 3, "friday": 4, "freitag": 4, "saturday": 5, "samstag": 5,
    "sunday": 6, "sonntag": 6,
}  # fmt: skip
_ORDINALS: Final = {
    "firs": 1, "erst": 1, "seco": 2, "zwei": 2, "thir": 3, "drit": 3, "four": 4, "vier": 4, "fift": 5,
    "fünf": 5,
}  # fmt: skip
_DAY: Final = "(?P<day>" + "|".join(_WEEKDAYS) + ")"
_CANDLES: Final[tuple[tuple[str, str, int], ...]] = (
    (r"bullish engulfing|bullisches? engulfing|engulfing", "engulfing", 1),
    (r"bearish engulfing|bärisches? engulfing", "engulfing", -1),
    (r"bullish harami|harami", "harami", 1), (r"bearish harami", "harami", -1),
    (r"hammer", "hammer", 1), (r"shooting star", "shooting_star", -1), (r"doji", "doji", 1),
    (r"morning star|morgenstern", "morning_star", 1), (r"evening star|abendstern", "evening_star", -1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PatternFound:
    """A condition at its place; `family` is what it hints at."""

    start: int
    end: int
    tree: Fixed
    family: str = ""


_Builder = Callable[[re.Match[str]], Fixed]


def _streak(down: bool) -> _Builder:
    sign, mirror = ("<", ">") if down else (">", "<")

    def build(match: re.Match[str]) -> Fixed:
        """The condition of one match."""
        groups = match.groupdict()
        count = next(int(groups[key]) for key in ("n", "n2", "n3") if groups.get(key))
        closes = re.search(
            r"lower|higher|clos|schluss|tiefer|höher|fallend|steigend|down|up", match[0]
        )
        other = "close[1]" if closes else "open"
        return Fixed(
            f"all_of(close {sign} {other},{count})", f"all_of(close {mirror} {other},{count})"
        )

    return build


def _gap(down: bool) -> _Builder:
    def build(match: re.Match[str]) -> Fixed:
        """The condition of one match."""
        percent = float(match["pct"] or match["pct2"] or 0.5)
        below, above = (
            number_text(round(1 - percent / 100, 10)),
            number_text(round(1 + percent / 100, 10)),
        )
        under, over = f"open < {below}*close[1]", f"open > {above}*close[1]"
        return Fixed(under, over) if down else Fixed(over, under)

    return build


def _squeeze(match: re.Match[str]) -> Fixed:
    window = match["n"] or "125"
    low = f"any_of(bb_width(close,20,2) <= lowest(bb_width(close,20,2),{window}),10)"
    return Fixed(f"{low} and close > bb_upper(close,20,2)", f"{low} and close < bb_lower(close,20,2)",
                 "close < bb_mid(close,20,2)")  # fmt: skip


def _opening_range(match: re.Match[str]) -> Fixed:
    minutes = match["n"] or match["n2"] or "30"
    if re.search(r"hour|stunde", match[0]):
        minutes = str(int(minutes if match["n"] or match["n2"] else 1) * 60)
    return Fixed(f"close > opening_range_high({minutes})", f"close < opening_range_low({minutes})")


def _weekday(match: re.Match[str]) -> Fixed:
    day = _WEEKDAYS[match["day"]]
    return Fixed(f"dow == {day}", f"dow == {day}")


def _range_break(match: re.Match[str]) -> Fixed:
    share = number_text(float(match["k"]))
    return Fixed(
        f"close > open + {share}*(high[1] - low[1])", f"close < open - {share}*(high[1] - low[1])"
    )


def _fixed(text: str, mirrored: str, ended: str = "") -> _Builder:
    return lambda _match: Fixed(text, mirrored, ended)


def _turn_of_month(match: re.Match[str]) -> Fixed:
    last = int(match["n"] or 1) if match["n"] else 1
    text = f"trading_days_left_in_month < {last}"
    return Fixed(text, text)


def _month_start(match: re.Match[str]) -> Fixed:
    word = (match["o"] or "first")[:4]
    text = f"trading_day_of_month == {match['n'] or _ORDINALS.get(word, 1)}"
    return Fixed(text, text)


_TABLE: Final[tuple[tuple[str, str, _Builder], ...]] = (
    ("mean_reversion", rf"(?P<n>\d+) {_CONSECUTIVE}{_RED} {_BAR}|(?P<n2>\d+) {_RED}(?: +{_BAR})? +{_ROW}|(?P<n3>\d+) {_BAR} {_ROW} (?:{_RED}|tiefer\w*|fällt|falls)\w*", _streak(down=True)),
    ("momentum", rf"(?P<n>\d+) {_CONSECUTIVE}{_GREEN} {_BAR}|(?P<n2>\d+) {_GREEN}(?: +{_BAR})? +{_ROW}|(?P<n3>\d+) {_BAR} {_ROW} (?:{_GREEN}|höher\w*|steigt|rises)\w*", _streak(down=False)),
    ("mean_reversion", r"(?P<n>\d+) (?:lower|down|tiefere|fallende) (?:closes?|schlusskurse|kerzen|candles|bars)(?P<n2>)(?P<n3>)", _streak(down=True)),
    ("momentum", r"(?P<n>\d+) (?:higher|up|höhere|steigende) (?:closes?|schlusskurse|kerzen|candles|bars)(?P<n2>)(?P<n3>)", _streak(down=False)),
    ("mean_reversion", rf"(?:gaps? down|gap ?down|opens? lower|abwärts ?gap|gap nach unten|abwärtslücke|eröffnet tiefer)(?: (?:of|by|von|um|more than|at least|mindestens|mehr als))* ?(?P<pct>{NUM})?%?|(?P<pct2>{NUM})% (?:gap ?down|abwärts ?gap|abwärtslücke)", _gap(down=True)),
    ("momentum", rf"(?:gaps? up|gap ?up|opens? higher|aufwärts ?gap|gap nach oben|aufwärtslücke|eröffnet höher)(?: (?:of|by|von|um|more than|at least|mindestens|mehr als))* ?(?P<pct>{NUM})?%?|(?P<pct2>{NUM})% (?:gap ?up|aufwärts ?gap|aufwärtslücke)", _gap(down=False)),
    ("volatility", r"(?:bollinger ?(?:b[aä]nd(?:er|s|width)? ?)?)?squeeze(?: (?:break ?out|ausbruch|release|fires?))?(?: (?:of|over|über|in) (?P<n>\d+) \w+)?", _squeeze),
    ("breakout", r"(?:(?P<n>\d+) ?(?:min\w*|hours?|stunden?) )?(?:opening range|orb|eröffnungs ?spanne\w*|eröffnungs ?range)(?: ?\(?(?P<n2>\d+)\)? ?(?:min\w*)?)?(?: ?break\w*(?: ?out)?| ?ausbruch\w*)?(?! low| high| tief| hoch)|(?:break\w*|ausbruch) (?:of|above|over|aus|über) (?:the |der |die )?(?:(?:first|ersten) (?:\d+) min\w*|opening range|eröffnungsspanne)", _opening_range),
    ("seasonal", rf"{_DAY}(?:s|e|en)?(?:'s)?(?: (?:open|close|morning|evening|eröffnung|schluss|opening|morgen|abend))?|{_DAY.replace('day>', 'day_b>')}s?(?:'s)? (?:open|close|eröffnung|schluss)", _weekday),
    ("seasonal", r"(?:turn of (?:the )?month|month ?end|end of (?:the )?month|monatsende|monatswechsel|ultimo|(?:last|letzte\w*) (?:(?P<n>\d+) )?(?:trading |handels|börsen)?(?:day|tag)\w* (?:of|des|im|in) (?:the |each |every |jeden )?(?:month|monats?))", _turn_of_month),
    ("seasonal", r"(?:start of (?:the )?month|beginning of (?:the )?month|monatsanfang|(?P<o>first|erste\w*|second|zweite\w*|third|dritte\w*|fourth|vierte\w*|fifth|fünfte\w*|(?P<n>\d+)(?:st|nd|rd|th|\.)?) (?:trading |handels ?|börsen ?)(?:day|tag)\w*(?: (?:of|des|im) (?:the |each |every |jeden )?(?:month|monats?))?|(?:first|erste\w*|1\.) (?:day|tag)\w* (?:of|des|im) (?:the |each |every |jeden )?(?:month|monats?))", _month_start),
    ("volatility", rf"(?:the )?(?:open(?:ing)?(?: price)?|eröffnung(?:skurs|spreis)?)(?: of (?:the )?(?:day|bar))? ?(?:plus|\+|and|und)? ?(?P<k>{NUM})(?: ?(?:x|times|mal|\*))? ?(?:of |the |der |die |von )*(?:yesterday'?s?|previous(?: day'?s?| bar'?s?)?|prior(?: day'?s?| bar'?s?)?|gestrige[rn]?|vortages?|vorherige[rn]?|letzte[rn]?)? ?(?:range|spanne|handelsspanne|tagesspanne)(?: (?:of )?yesterday| von gestern| des vortags)?", _range_break),
    ("breakout", r"inside (?:bar|day|candle) break ?out(?: up| to the upside)?|ausbruch aus (?:einem |einer )?(?:inside|innen) ?(?:bar|kerze|stab)\w*", _fixed("high[1] < high[2] and low[1] > low[2] and close > high[1]", "high[1] < high[2] and low[1] > low[2] and close < low[1]")),
    ("other", r"inside (?:bar|day|candle)|innen ?(?:stab|kerze)", _fixed("high < high[1] and low > low[1]", "high < high[1] and low > low[1]")),
    ("breakout", r"nr ?7|narrow range ?7|narrowest range (?:of|in) (?:the last )?7 (?:bars|days)", _fixed("(high[1] - low[1]) <= lowest(high - low,7)[1] and close > high[1]", "(high[1] - low[1]) <= lowest(high - low,7)[1] and close < low[1]")),
    ("other", r"green (?:candle|bar|close|day)|bullish (?:candle|bar|close)|grüne[rn]? kerze|close above (?:the )?open", _fixed("close > open", "close < open")),
    ("other", r"red (?:candle|bar|close|day)|bearish (?:candle|bar|close)|rote[rn]? kerze|close below (?:the )?open", _fixed("close < open", "close > open")),
    ("trend_following", r"(?:in an? )?(?:rising|up ?trending|bull(?:ish)?|strong) (?:market|trend|markt)|(?:in an? )?(?:long ?term |overall |primary |übergeordneten? )?up ?trends?(?: only)?|(?:in (?:einem |dem |der )?)?(?:steigende[rnms]?|bullen) ?(?:markt\w*|trend\w*)|(?:im |in einem |langfristigen |intakten |übergeordneten )*aufwärts ?trend\w*|trend (?:is )?up|bull market|bullenmarkt", _fixed("close > sma(close,200)", "close < sma(close,200)", "close < sma(close,200)")),
    ("trend_following", r"(?:in an? )?(?:falling|bear(?:ish)?|down ?trending|weak) (?:market|trend)|(?:in an? )?(?:long ?term |overall )?down ?trends?|(?:in (?:einem |dem )?)?(?:fallende[rnms]?|bären) ?(?:markt\w*|trend\w*)|(?:im |in einem )*abwärts ?trend\w*|bear market|bärenmarkt", _fixed("close < sma(close,200)", "close > sma(close,200)", "close > sma(close,200)")),
)  # fmt: skip


def find_patterns(text: str) -> list[PatternFound]:
    """All known patterns of normalised text."""
    found = []
    for family, words, build in _TABLE:
        for match in re.finditer(rf"(?<![a-zäöüß0-9.])(?:{words})(?![a-zäöüß])", text):
            groups = match.groupdict()
            if "day_b" in groups:
                day = groups["day"] or groups["day_b"]
                tree = Fixed(f"dow == {_WEEKDAYS[day]}", f"dow == {_WEEKDAYS[day]}")
            else:
                tree = build(match)
            found.append(PatternFound(match.start(), match.end(), tree, family))
    for words, name, sign in _CANDLES:
        for match in re.finditer(
            rf"(?<![a-zäöüß])(?:{words})(?: (?:candle|pattern|kerze|muster))?(?![a-zäöüß])", text
        ):
            up, down = f'candle("{name}") > 0', f'candle("{name}") < 0'
            tree = Fixed(up, down) if sign > 0 else Fixed(down, up)
            found.append(PatternFound(match.start(), match.end(), tree, "other"))
    return found
