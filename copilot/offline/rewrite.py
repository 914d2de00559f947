# ruff: noqa: E501 - a regular expression stays on one line
"""Phrases that are put in a form the grammar reads: pairs of averages, arguments in the middle."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

_KIND: Final = (
    r"(?:exponential(?:ly)?(?: weighted)?(?: moving)?(?: averages?| mas?)?|exponentielle[rnms]?(?: gleitende[rnms]?)?(?: durchschnitte?n?s?)?|"
    r"emas?|smas?|simple(?: moving)?(?: averages?| mas?)?|moving averages?|mas?|averages?|"
    r"gleitende[rnms]? durchschnitte?n?|durchschnitte?n?|gd|hmas?|hull|wmas?|demas?|temas?|kamas?)"
)
_UNIT: Final = r"(?:bars?|days?|tage?s?|kerzen?|perioden?|periods?|hours?|stunden|weeks?|wochen|er)"
_CROSS: Final = r"(?:cross\w*|cross ?overs?|kreuz\w*|schnitt\w*|überkreuz\w*)"
_TWO: Final = rf"(?P<a>\d{{1,4}}) ?(?:{_UNIT} ?)?(?:/|and|und|vs\.?|over|x|&|mit|by|with|\|) ?(?:the |der |dem |den )?(?P<b>\d{{1,4}})(?!\d|\.\d|[:%])"
_PAIRS: Final = (
    rf"(?<![a-zäöüß])(?P<k>{_KIND}) ?(?:{_CROSS} ?)?(?:of |der |von |with |mit |periods? |perioden )*\(?(?P<a>\d{{1,4}}) ?(?:{_UNIT} ?)?(?:/|,|and|und|&|x|vs\.?) ?(?P<b>\d{{1,4}})(?!\d|\.\d|[:%]|,\d| ?[,/] ?\d)(?: ?{_UNIT})? ?\)?(?: ?{_CROSS})?(?![a-zäöüß])",
    rf"(?<![\d.,/(:]){_TWO} ?(?:{_UNIT} )?(?:(?P<k>{_KIND}) ?(?:line |linien )?(?:{_CROSS})?|(?P<c>{_CROSS})(?: (?:of |der |von )?(?P<k2>{_KIND}))?)(?![a-zäöüß(])",
    rf"(?<![a-zäöüß])(?P<k>{_KIND}) ?\(?(?P<a>\d{{1,4}}) (?P<b>\d{{1,4}})\)? ?{_CROSS}(?![a-zäöüß])",
    rf"(?<![a-zäöüß])(?P<c>{_CROSS}) (?:system |strategy |strategie )?(?:of |with |mit |von |aus |, )?\(?(?P<a>\d{{1,4}}) ?(?:/|and|und|,) ?(?P<b>\d{{1,4}})\)?(?!\d|\.\d|[:%])",
)
_SUFFIXED: Final = (
    (r"(macd) ?\((\d[\d., /]*)\) ?(hist\w*|signal ?(?:line|linie)?)", r"\1 \3(\2)"),
    (
        r"((?:bollinger\w*|bb|bbands?|keltner\w*|donchian\w*|kc)(?: ?(?:bands?|b[aä]nd(?:er|es|ern)?|channels?|kan[aä]le?s?))?) ?\((\d[\d., /]*)\)'?s? ?(upper|lower|middle|mid|top|bottom|obere[rnms]?|untere[rnms]?|mittlere[rnms]?)(?: (?:bands?|line|linie|b[aä]nd\w*|channel|kanal|edge))?",
        r"\3 \1(\2)",
    ),
    (
        r"((?:bollinger\w*|bb|bbands?|keltner\w*|donchian\w*|kc)(?: ?(?:bands?|b[aä]nd(?:er|es|ern)?|channels?|kan[aä]le?s?))?) (upper|lower|middle|mid|top|bottom)(?: ?(?:bands?|line))?",
        r"\2 \1",
    ),
    (r"(aroon) ?\((\d+)\) ?(up|down|hoch|tief)(?: ?(?:line|linie))?", r"\1 \3(\2)"),
    (r"(stoch\w*) ?\((\d+(?:[,/] ?\d+)*)\) ?(%k|%d|k|d)(?![a-z])", r"\3(\2)"),
    (r"(?<![a-z])(k|d)(\(\d+(?:[,/] ?\d+)*\))", r"%\1\2"),
)
_BAND: Final = r"(?P<side>upper|lower|middle|mid|obere[rnms]?|untere[rnms]?|mittlere[rnms]?) ?(?P<what>bands?|b[aä]nd(?:es|er)?|channel line|line|kanallinie|linie|channel|kanal)(?![a-zäöüß])"


def _kind(text: str) -> str:
    for found, name in (("hull", "hma"), ("hma", "hma"), ("wma", "wma"), ("dema", "dema"),
                        ("tema", "tema"), ("kama", "kama")):  # fmt: skip
        if found in text:
            return name
    return "ema" if text.startswith(("ema", "expo")) else "sma"


def _pair(match: re.Match[str]) -> str:
    groups = match.groupdict()
    kind = _kind(groups.get("k") or groups.get("k2") or "sma")
    first, second = sorted((int(groups["a"]), int(groups["b"])))
    if first == second or first < 1:
        return match[0]
    return f"{kind}({first}) cross {kind}({second})"


def average_kind(text: str) -> str:
    """`ema`, `sma`, ... for the first word of a kind of average in a text; empty without one."""
    match = re.search(rf"(?<![a-zäöüß]){_KIND}(?![a-zäöüß])", text)
    return _kind(match[0]) if match else ""


def _bands(text: str) -> str:
    """`the lower band` without a name is Bollinger's, or Keltner's or Donchian's if named before."""
    named = re.search(r"keltner|donchian|bollinger|(?<![a-z])kc(?![a-z])", text)
    name = {"kc": "keltner"}.get(named[0], named[0]) if named else "bollinger"
    if not named and not re.search(r"(?:lower|upper|unteren?|oberen?) ?b[aä]nd", text):
        return text
    args = re.search(
        rf"{name}\w*(?: ?b[aä]nd\w*| ?channels?| ?kan\w*)? ?\(?(\d+ ?[,/] ?\d+(?:\.\d+)?(?:[,/] ?\d+)?)\)?",
        text,
    )
    inner = f"({args[1]})" if args else ""

    def named_band(match: re.Match[str]) -> str:
        """The band by its name."""
        before, after = text[max(0, match.start() - 14) : match.start()], text[match.end() :]
        if re.search(r"(?:bollinger|keltner|donchian)\w* $", before) or re.match(r" ?\(", after):
            return match[0]
        return f"{match['side']} {name} band{inner}"

    return re.sub(rf"(?<![a-zäöüß]){_BAND}", named_band, text)


_OSC: Final = r"(?:rsi|mfi|stoch\w*|cci|williams ?%?r|%r|adx)"
_CHANNEL: Final = r"(?P<what>bollinger\w*|keltner\w*|donchian\w*)(?: ?(?:channels?|kan[aä]le?s?|b[aä]nd(?:er|s|es)?|bands?))*"
_ARGS: Final = r"(?: ?\(?(?P<args>\d+(?: ?[,/] ?\d+(?:\.\d+)?){0,2})\)?)?"
_DEVIATIONS: Final = (
    r"(?:standard deviations?|standardabweichung\w*|std ?devs?|stdevs?|sigmas?|sds?)"
)
_AVERAGE: Final = r"(?:simple |moving |gleitende\w* )*(?:average|mean|ma|sma|durchschnitt\w*|schnitt\w*|mittel\w*)"
_PHRASES: Final = (
    (
        rf"(\d+(?:\.\d+)?) {_DEVIATIONS} (?:below|under|unter|unterhalb)(?: (?:the|its|a|an|dem|des|der|seinem|ihrem|einem))* (\d+) ?{_UNIT}? ?{_AVERAGE}",
        r"z score(\2) below -\1",
    ),
    (
        rf"(\d+(?:\.\d+)?) {_DEVIATIONS} (?:above|over|über|oberhalb)(?: (?:the|its|a|an|dem|des|der|seinem|ihrem|einem))* (\d+) ?{_UNIT}? ?{_AVERAGE}",
        r"z score(\2) above \1",
    ),
    (
        r"(close|price|kurs|schlusskurs|it|er) (?:is|makes|marks|sets|prints|ist|markiert) (?:the |a |an |der |das |ein |einen |den )?(?:new )?(?=highest|höchste)",
        r"\1 above ",
    ),
    (
        r"(close|price|kurs|schlusskurs|it|er) (?:is|makes|marks|sets|prints|ist|markiert) (?:the |a |an |der |das |ein |einen |den )?(?:new )?(?=lowest|tiefste|niedrigste)",
        r"\1 below ",
    ),
    (
        r"((?:bollinger\w*|keltner\w*|donchian\w*)(?: ?(?:bands?|b[aä]nd(?:er)?|channels?|kanal))?) (?:unten|unterkante)",
        r"lower \1",
    ),
    (
        r"((?:bollinger\w*|keltner\w*|donchian\w*)(?: ?(?:bands?|b[aä]nd(?:er)?|channels?|kanal))?) (?:oben|oberkante)",
        r"upper \1",
    ),
    (
        r"(\d+) ?(days?|tages?|weeks?|wochen|months?|monats?|bars?) (?:line|linie)",
        r"\1 \2 average",
    ),
    (
        r"(\d+ ?/ ?\d+(?: (?:day|tage) ?)? ?(?:smas?|emas?|mas?|moving averages?)?) golden ?cross\w*",
        r"\1 cross",
    ),
    (r"golden ?cross\w*|golden(?:es|em|e) kreuz\w*", "sma(50) crosses above sma(200)"),
    (r"death ?cross\w*|todes ?kreuz\w*", "sma(50) crosses below sma(200)"),
    (
        rf"{_CHANNEL}{_ARGS} ?(?:break ?outs?|ausbr[uü]ch\w*){_ARGS.replace('args', 'late')}",
        "breakout",
    ),
    (
        rf"{_CHANNEL}{_ARGS} ?(?:mean )?(?:reversion|bounces?|reversals?|fade|rückkehr|umkehr){_ARGS.replace('args', 'late')}",
        "reversion",
    ),
)


def _band_phrase(match: re.Match[str], name: str) -> str:
    """`Keltner breakout (20, 10, 2)` in the words of the grammar."""
    args = match["args"] or match["late"]
    inner = f"({args})" if args else ""
    if name == "breakout":
        return f"price above upper {match['what']}{inner}"
    return f"price below lower {match['what']}{inner}"


def _fast_and_slow(match: re.Match[str]) -> str:
    kind = _kind(match["k"])
    return f"{kind}({match['a']}) cross {kind}({match['b']})"


_FAST_SLOW: Final = re.compile(
    rf"(?<![a-zäöüß])(?P<k>{_KIND})(?![a-zäöüß])(?P<between>[^.;\d]{{0,40}}?)[ :,(]+(?:fast|quick|short|schnell\w*|kurz\w*)(?: one| line| linie| ema| sma)?[ :=]*(?P<a>\d{{1,4}}),? ?(?:and |und |/ ?)?(?:the |der |die )?(?:slow|long|langsam\w*|lang\w*)(?: one| line| linie| ema| sma)?[ :=]*(?P<b>\d{{1,4}})(?!\d|%|\.\d)"
)


def _phrases(text: str) -> str:
    text = _FAST_SLOW.sub(lambda found: found["between"] + " " + _fast_and_slow(found), text)
    for pattern, written in _PHRASES:
        edged = rf"(?<![a-zäöüß])(?:{pattern})(?![a-zäöüß])"
        if written in {"breakout", "reversion"}:
            text = re.sub(edged, partial(_band_phrase, name=written), text)
        else:
            text = re.sub(edged, written, text)
    return text


def _thresholds(text: str) -> str:
    """`sell at RSI 70`: a large bare number after an oscillator is a level, not its window."""
    end = r"(?=\s*(?:[,.;!?]|$|and\b|or\b|und\b|oder\b|exit|sell|raus|verkauf|kauf|rein\b|buy|out\b|long\b|short\b|§|on §|auf §))"

    def level(match: re.Match[str]) -> str:
        """The level as a number."""
        return f"{match[1]} at {match[2]}" if abs(float(match[2])) > _LARGEST_WINDOW else match[0]

    text = re.sub(rf"(?<![a-zäöüß])({_OSC})\s+(?:of |von )?(-?\d+){end}", level, text)
    return re.sub(
        rf"(?<![a-zäöüß])({_OSC}(?: ?\(\d+\)| \d+(?= ))?) ?,? ?(?:at )?(?<!\d)(\d+) ?/ ?(\d+)(?![\d/.]|%)",
        _zones,
        text,
    )


def _zones(match: re.Match[str]) -> str:
    """`RSI 30/70`: bought below the one and sold above the other."""
    low, high = int(match[2]), int(match[3])
    if not 0 < low < _MIDDLE < high < 2 * _MIDDLE:
        return match[0]
    return f"buy {match[1]} below {low} , sell {match[1]} above {high}"


_MIDDLE: Final = 50


_LARGEST_WINDOW: Final = 21


def _means(text: str) -> str:
    """`back to the mean` is the middle of the bands, or zero of the z-score, that were named."""
    mean = r"(?<![a-zäöüß])(?:the |(?<!rückkehr )zum |to its |ihrem |seinem |den |dem |zur )(?:mean|mittelwert\w*|mittel|average|durchschnitt\w*|mitte)(?![a-zäöüß]| ?\(?\d| (?:of|von|der|reversion))"
    if "bollinger" in text or "keltner" in text:
        name = "bollinger" if "bollinger" in text else "keltner"
        return re.sub(mean, f" middle {name} ", text)
    if re.search(r"z ?score|z ?wert", text):
        return re.sub(
            rf"(?:reverts?|returns?|back|crosses|zurück|kehrt|gets? back|reaches|comes back|is back|at|bei|beim|am)[^.;,]{{0,14}}?{mean}",
            " z score at 0 ",
            text,
        )
    return text


def _arms(text: str) -> str:
    """`Aroon(14): up crosses above down`: the two lines by their full names."""
    if "aroon" not in text:
        return text
    window = re.search(r"aroon\w* ?\(?(\d+)\)?", text)
    inner = f"({window[1]})" if window else ""
    text = re.sub(
        r"(?<!aroon )(?<![a-z])up(?: ?line)?(?= (?:line |is |crosses|cross|above|over|below|under|>|<))",
        f"aroon up{inner}",
        text,
    )
    return re.sub(
        r"(?<=above )(?<!aroon )down(?: ?line)?(?![a-z])|(?<=over )down(?: ?line)?(?![a-z])|(?<=> )down(?![a-z])",
        f"aroon down{inner}",
        text,
    )


def rewrite(text: str, *, pairs: bool = True) -> str:
    """Normalised text with pairs of averages and arguments in the grammar's own order.

    `15/50 exponential crossover` becomes `ema(15) cross ema(50)`; a pair without the kind of
    average is a pair of simple ones.
    """
    for found, written in _SUFFIXED:
        text = re.sub(found, written, text)
    text = _arms(_means(_thresholds(_phrases(text))))
    text = _bands(text)
    if pairs:
        for pattern in _PAIRS:
            text = re.sub(pattern, _pair, text)
    return text
