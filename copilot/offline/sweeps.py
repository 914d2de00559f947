# ruff: noqa: E501 - a regular expression stays on one line
"""Ranges to try (`RSI length between 7 and 21 by 7s`) -> parameters of a spec."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.scan import NUM, Scan
from copilot.offline.slots import Sweep
from engine.language.spec import Parameter

_RANGE: Final = (
    rf"(?:between|from|zwischen|von|in the range|range|im bereich(?: von)?)? ?(?P<low>-?{NUM}) ?(?:and|to|bis|und|-|\.\.) ?(?P<high>-?{NUM})"
    rf",? ?(?:by|in steps? of|steps? of|step|in|in (?:schritten|abständen) von|schrittweite|mit schritt(?:weite)?|im abstand(?: von)?) ?(?P<step>{NUM})(?:'?e?r?s|er)?(?: ?(?:er )?(?:steps|schritten?|schritte))?"
)
_NOUNS: Final[tuple[tuple[str, str], ...]] = (
    ("window", r"(?:(?P<ind>rsi|ema|sma|cci|adx|atr|mfi|roc|z ?score|z ?wert|bollinger\w*|donchian\w*|channel|kanal)(?: ?-?))?(?:length|period|window|lookback|länge|periode|fenster|rückblick)\w*"),
    ("level", r"(?:entry |buy |einstiegs ?|kauf ?|oversold )?(?:level|threshold|schwelle|grenze|trigger|marke|niveau)\w*"),
    ("fast", r"(?:the )?(?:fast|short|schnelle\w*|kurze\w*)(?: (?:one|line|average|ema|sma|ma|linie|durchschnitt|length|period))?"),
    ("slow", r"(?:the )?(?:slow|long|langsame\w*|lange\w*)(?: (?:one|line|average|ema|sma|ma|linie|durchschnitt|length|period))?"),
)  # fmt: skip
_START: Final = rf"(?:start\w*|beginn\w*|default\w*|standard)(?: (?:at|with|bei|mit|wert\w*|values?|von|:))* ?(?P<a>-?{NUM})(?: ?(?:and|und|/|,) ?(?P<b>-?{NUM}))?"


def _default(low: float, high: float, step: float) -> float:
    """The grid point nearest to the middle."""
    middle = low + round((high - low) / 2 / step) * step
    return min(high, middle)


def read_sweeps(scan: Scan) -> tuple[Sweep, ...]:
    """Take all ranges out of the text and leave their start value where the range stood.

    The value that is left lets the grammar read an ordinary condition; `sweeps.bind` then puts
    the parameter's name in its place.
    """
    ranges = []
    for name, noun in _NOUNS:
        match = scan.find(rf"(?:the )?(?P<noun>{noun})[^.;,\d]{{0,14}}{_RANGE}")
        if match:
            ranges.append((match.start(), name, match))
            scan.blank(match.start(), match.end())
    if not ranges:
        return ()
    ranges.sort(key=lambda item: item[0])
    start = scan.take(_START)
    given = [float(start[key]) for key in ("a", "b") if start[key]] if start else []
    found, words = [], []
    for index, (_, name, match) in enumerate(ranges):
        low, high, step = (float(match[key]) for key in ("low", "high", "step"))
        if not (low < high and step > 0):
            scan.odd.append(f"{name} {low:g}..{high:g} step {step:g}")
            continue
        value = given[index] if index < len(given) else _default(low, high, step)
        whole = all(item.is_integer() for item in (low, high, step, value))
        kind = name if name != "window" else "length"
        parameter = Parameter(
            name=kind,
            type="int" if whole else "float",
            default=value,
            low=low,
            high=high,
            step=step,
        )
        found.append(Sweep(parameter, name))
        words.append(_words(name, match, value))
    scan.text += " ; " + " ".join(words)
    return tuple(found)


def _words(name: str, match: re.Match[str], value: float) -> str:
    if name == "window":
        return f"{match['ind'] or 'rsi'}({value:g})"
    return f"below {value:g}" if name == "level" else ""


def bind(text: str, sweep: Sweep) -> str:
    """Expression text with the parameter's name in the place of its default."""
    value, name = f"{sweep.parameter.default:g}", sweep.parameter.name
    if sweep.target == "level":
        return re.sub(
            rf"((?:<|>|<=|>=) ?|,){re.escape(value)}(?=$| and| or|\))",
            rf"\g<1>{name}",
            text,
            count=1,
        )
    return re.sub(rf"(?<=[(,]){re.escape(value)}(?=[,)])", name, text)
