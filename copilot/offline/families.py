# ruff: noqa: E501 - a regular expression stays on one line
"""The idea behind a request: its family in words, or inferred from its conditions."""

from __future__ import annotations

import re
from typing import Final

from copilot.offline.scan import Scan
from copilot.offline.tree import Condition, Fixed, Joined, Tree, conditions
from engine.language.spec import Family

_WORDS: Final[tuple[tuple[Family, str], ...]] = (
    ("pairs", r"pairs? ?trad\w*|pairs? ?strateg\w*|spread ?trad\w*|stat(?:istical)? ?arb\w*|paar ?handel\w*|pair|paare"),
    ("rotation", r"rotat\w*|rotier\w*|dual momentum|sektor ?rotation|sector rotation|momentum rotation"),
    ("cross_sectional", r"cross ?section\w*|relative strength|relative stärke|rangliste\w*|ranking"),
    ("carry", r"carry|funding(?: rate)?s?"),
    ("ensemble", r"ensemble|(?:combine|mix|blend|kombinier\w*) (?:of )?(?:several|multiple|two|three|\d|mehrere) (?:strateg\w*|systems?)"),
    ("regime_switching", r"regime ?(?:switch\w*|wechsel\w*|based|filter\w*)|regimes?"),
    ("seasonal", r"seasonal\w*|saisonal\w*|seasonality|calendar effect|kalendereffekt|turn of (?:the )?month effect|wochentagseffekt"),
    ("mean_reversion", r"mean ?revers\w*|mean ?revert\w*|reversion|rückkehr zum (?:mittelwert|mittel|durchschnitt)|mittelwert ?rückkehr|gegenbewegung\w*|contrarian|antizyklisch\w*|buy(?:ing)? (?:the )?(?:dips?|weakness|fear|panic)|dips?|dip ?buy\w*|oversold|überverkauft\w*|weakness|schwäche|fade|fading|rücksetzer\w*|pullbacks?|snap ?back|bounces?|rebounds?"),
    ("breakout", r"break ?outs?(?: system| strategy)?|ausbruch\w*|ausbrüche\w*|ausbruchs ?strategie|turtles?|donchian\w*|channel system|kanal ?system|new highs?|neue hochs?"),
    ("volatility", r"volatility (?:break ?out|strategy|target\w*|trading)|vol ?target\w*|volatilitäts ?\w*"),
    ("momentum", r"momentum(?: system| strategy| strategie)?|time series momentum|tsmom|schwung|winners"),
    ("trend_following", r"trend ?follow\w*|trend ?folge\w*|trend ?system|trend ?strateg\w*|trend ?trading|trend|moving average cross\w*|ride (?:the |big )?(?:trends?|moves?)|crossover"),
)  # fmt: skip
_SAID: Final = r"mean ?revers\w*|reversion|rückkehr zum mittelwert|trend ?follow\w*|trend ?folge\w*|momentum (?:system|strategy|strategie)|ausbruchs ?strategie"
_EDGES: Final = frozenset({"bb_lower", "kc_lower", "bb_upper", "kc_upper"})
_CENTRED_TREND: Final = frozenset(
    {"macd", "macd_hist", "macd_signal", "slope", "cmf", "force_index"}
)


def family_said(text: str) -> Family | None:
    """The family that the words of a normalised text name; the more special one first."""
    scan = Scan(text)
    for family, words in _WORDS:
        if scan.has(words):
            return family
    return None


def families_said(text: str) -> tuple[Family, ...]:
    """All families that a text names, in the order of the table."""
    scan = Scan(text)
    return tuple(family for family, words in _WORDS if scan.has(words))


def without_family_words(scan: Scan) -> None:
    """Blank out words that name an idea and would be read as an indicator (`mean`, `momentum`)."""
    scan.take_all(_SAID)
    if not scan.has(
        r"(?:\d+ ?\w* )momentum|momentum ?(?:\(|\d|über|unter|above|below|over|under|>|<|positiv|negativ|is |ist |turns)"
    ):
        scan.take_all(r"(?:absolute |dual |relative |time series |price |kurs)?momentum")


def _of_condition(item: Condition) -> Family:
    left, right = item.left, item.right
    down = item.relation in {"<", "<=", "cross_below"}
    if left.name in {"plus_di", "minus_di", "adx", "aroon_up", "aroon_down"} and not down:
        return "trend_following"
    if left.kind in {"oscillator", "willr"}:
        lines = right is not None and right.kind != "number"
        if left.name in {"aroon_up", "aroon_down", "plus_di", "minus_di"}:
            return "trend_following"
        middle = 50 if left.kind == "oscillator" else -50
        low = right is not None and right.kind == "number" and right.value < middle
        return "mean_reversion" if down or low or lines else "momentum"
    if left.kind == "centred":
        if left.name in _CENTRED_TREND:
            return "trend_following"
        return "mean_reversion" if down else "momentum"
    return _of_price(item, down=down)


def _of_price(item: Condition, *, down: bool) -> Family:
    right = item.right
    names = {item.left.name, right.name if right else ""}
    text = right.text if right is not None else ""
    if names & _EDGES or (right is not None and right.kind == "channel"):
        return "mean_reversion" if down else "breakout"
    if down and (text.startswith("0.") or " - " in text or "vwap" in names):
        return "mean_reversion"
    if item.left.kind == "neutral":
        return "other"
    return (
        "breakout" if item.left.name == "close" and text.startswith("high[") else "trend_following"
    )


_SIGNS: Final[tuple[tuple[Family, tuple[str, ...]], ...]] = (
    ("seasonal", ("dow ==", "trading_day")),
    ("breakout", ("opening_range", "bb_width", "high[2]")),
    ("mean_reversion", ("low <=", "close < open", "close < close[1]", "open < ")),
    ("momentum", ("close > open", "close > close[1]", "open > ")),
    ("trend_following", ("sma(close,200)",)),
)


def _of_fixed(item: Fixed) -> Family:
    if item.text.startswith("all_of(") and re.search(r"ma\(close,\d+\),|> \w*ma\(", item.text):
        return "mean_reversion" if " < " in item.text else "trend_following"
    for family, signs in _SIGNS:
        if any(sign in item.text for sign in signs):
            return family
    return "other"


def _parts(tree: Tree) -> list[Family]:
    if isinstance(tree, Joined):
        return [family for item in tree.items for family in _parts(item)]
    return [_of_fixed(tree) if isinstance(tree, Fixed) else _of_condition(tree)]


_ORDER: Final[tuple[Family, ...]] = (
    "seasonal", "mean_reversion", "breakout", "momentum", "trend_following", "other",
)  # fmt: skip


def family_of(entry: Tree | None, *, short: bool = False) -> Family | None:
    """The family that an entry condition belongs to; the special part of it decides.

    A dip inside an up-trend is mean reversion, a channel break over an average is a breakout.
    """
    if entry is None:
        return None
    found = _parts(entry.mirror() if short else entry)
    crossings = [item for item in conditions(entry) if item.relation.startswith("cross")]
    if conditions(entry):
        found = [family for family in found if family != "seasonal"]
    averages = [
        item
        for item in crossings
        if item.right and item.right.kind == "price" and item.left.kind == "price"
    ]
    if averages and "breakout" not in found and "mean_reversion" not in found:
        return "trend_following"
    return next((family for family in _ORDER if family in found), "other")
