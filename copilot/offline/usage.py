# ruff: noqa: E501 - a regular expression stays on one line
"""What an idea or a bare indicator usually means when the user gives no conditions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from copilot.offline.operands import Frame
from copilot.offline.scan import UNIT, Scan
from copilot.offline.timeframes import unit_of
from copilot.offline.tree import CLOSE, ZERO, Condition, Fixed, Operand, Tree, number
from engine.language.spec import Family


@dataclass(frozen=True, slots=True)
class Idea:
    """Entry and exit of the long side, and which of the two was not said."""

    entry: Tree
    exit: Tree | None = None
    assumed_entry: bool = True
    assumed_exit: bool = True
    family: Family | None = None


_LOW_ENTRY: Final[dict[str, tuple[float, float]]] = {
    "rsi": (30, 50), "stoch_k": (20, 50), "stoch_d": (20, 50), "mfi": (20, 50), "willr": (-80, -50),
    "cci": (-100, 0), "zscore": (-2, 0), "stochrsi": (20, 50), "ultosc": (30, 50), "bb_pctb": (0, 0.5),
    "pct_rank": (10, 50),
}  # fmt: skip
_AVERAGES: Final = frozenset({"sma", "ema", "wma", "hma", "kama", "dema", "tema", "rma", "vwma"})


def _sibling(operand: Operand, name: str, *, extra: str = "") -> Operand:
    inner = operand.text[operand.text.index("(") : -1] + extra + ")"
    return Operand(name + inner, operand.kind, name)


def _crossing(left: Operand, right: Operand) -> Idea:
    entry = Condition(left, "cross_above", right)
    return Idea(entry, Condition(left, "cross_below", right))


def _oscillator(operand: Operand) -> Idea:
    low, out = _LOW_ENTRY[operand.name]
    return Idea(
        Condition(operand, "<", number(low)), Condition(operand, ">", number(out)),
        family="mean_reversion",
    )  # fmt: skip


def _channel(operand: Operand) -> Idea:
    return Idea(Condition(CLOSE, ">", operand), family="breakout", assumed_entry=False)


def _band(operand: Operand, family: Family | None) -> Idea:
    prefix = operand.name[:2]
    lower, middle, upper = (
        _sibling(operand, f"{prefix}_{part}") for part in ("lower", "mid", "upper")
    )
    if prefix == "kc":
        middle = Operand(re.sub(r"\((\d+),.*\)", r"(\1)", middle.text), "price", "kc_mid")
    if family == "breakout" or operand.name.endswith("upper"):
        return Idea(Condition(CLOSE, ">", upper), Condition(CLOSE, "<", middle), family="breakout")
    return Idea(
        Condition(CLOSE, "<", lower), Condition(CLOSE, ">", middle), family="mean_reversion"
    )


def _vwap(operand: Operand) -> Idea:
    away = Operand(f"{operand.text} - 1*atr(14)", "price", "vwap")
    return Idea(
        Condition(CLOSE, "<", away), Condition(CLOSE, ">", operand), family="mean_reversion"
    )


def _pullback(operand: Operand) -> Idea:
    text = f"low <= {operand.text} and close > {operand.text} and close > sma(close,200)"
    mirrored = f"high >= {operand.text} and close < {operand.text} and close < sma(close,200)"
    end = f"close < {operand.text} - 1*atr(14)"
    back = f"close > {operand.text} + 1*atr(14)"
    return Idea(Fixed(text, mirrored), Fixed(end, back), family="mean_reversion")


_TWO_LINES: Final[dict[str, tuple[str, str]]] = {
    "macd": ("macd", "macd_signal"), "macd_signal": ("macd", "macd_signal"),
    "aroon_up": ("aroon_up", "aroon_down"), "aroon_down": ("aroon_up", "aroon_down"),
    "adx": ("plus_di", "minus_di"), "plus_di": ("plus_di", "minus_di"),
    "minus_di": ("plus_di", "minus_di"),
}  # fmt: skip


def _positive(operand: Operand) -> Idea:
    entry = Condition(operand, ">", ZERO)
    return Idea(entry, entry.negate(), family="momentum" if operand.name == "roc" else None)


def usual(operand: Operand, family: Family | None) -> Idea | None:
    """The usual rule of one indicator that stands alone; None when it has none."""
    name = operand.name
    if name in _LOW_ENTRY:
        return _oscillator(operand)
    if name in _TWO_LINES:
        first, second = _TWO_LINES[name]
        return _crossing(_sibling(operand, first), _sibling(operand, second))
    if name == "macd_hist":
        return _crossing(operand, ZERO)
    if name in {"roc", "slope", "cmf", "force_index"}:
        return _positive(operand)
    return _of_price(operand, family)


def _of_price(operand: Operand, family: Family | None) -> Idea | None:
    """The usual rule of a line in the price chart."""
    name = operand.name
    if name in {"supertrend", "psar"}:
        return _crossing(CLOSE, operand)
    if name in {"highest", "donchian_upper"}:
        return _channel(operand)
    if name.startswith(("bb_", "kc_")):
        return _band(operand, family)
    if name == "vwap" and family in {None, "mean_reversion"}:
        return _vwap(operand)
    return _level(operand) if operand.kind == "price" and name != "close" else None


def _level(operand: Operand) -> Idea:
    above = Condition(CLOSE, ">", operand)
    return Idea(above, above.negate(), family="trend_following")


def of_operands(operands: tuple[Operand, ...], family: Family | None) -> Idea | None:
    """The usual rule of the indicators that stand without a comparison."""
    found = tuple(dict.fromkeys(item for item in operands if item.name != "close"))
    averages = [item for item in found if item.name in _AVERAGES]
    if family == "mean_reversion" and len(averages) == 1:
        return _pullback(averages[0])
    if len(averages) >= 2:  # noqa: PLR2004 - two averages cross
        return _crossing(min(averages, key=_window), max(averages, key=_window))
    lines = [item for item in found if item.name in {"tenkan", "kijun"}]
    if len(lines) == 2:  # noqa: PLR2004 - tenkan and kijun cross
        return _crossing(*sorted(lines, key=lambda item: item.name == "kijun"))
    for operand in found:
        idea = usual(operand, family)
        if idea is not None:
            return idea
    return None


def _window(operand: Operand) -> int:
    numbers = re.findall(r"\d+", operand.text)
    return int(numbers[-1]) if numbers else 0


def _numbers(scan: Scan, frame: Frame) -> tuple[int | None, int | None, bool]:
    """Bars in and out of a channel, and whether it is called a channel."""
    named = scan.has(r"channel|donchian\w*|kanal\w*|turtles?")
    word = r"(?:channel|kanal|donchian|price|hoch|high|tief)?"
    out = scan.take(
        rf"(?P<n>\d+) ?(?P<u>{UNIT})? ?{word} ?(?:for|für|to|as|beim|zum|bei|on) ?(?:the |den |die |dem )?(?:exits?|ausstieg\w*|ausgang|out)|(?:exits?|ausstieg\w*|out|raus|ausgang) ?(?:after|at|on|with|mit|bei|by|=|:|of|the|im|am|über|nach)* ?(?:the )?(?P<n2>\d+) ?(?P<u2>{UNIT})?(?: {word}(?: ?break\w*)?)?"
    )
    entry = (
        scan.find(r"(?P<n>\d+) ?(?:/|,) ?(?P<out>\d+)(?!\d|\.\d|%)")
        or scan.find(
            rf"(?P<n>\d+) ?(?P<u>{UNIT})? ?(?:period )?{word} ?(?:break ?outs?|ausbr[uü]ch\w*|for (?:the )?entr\w*|für (?:den )?einstieg\w*|channel|kanal|donchian)"
        )
        or scan.find(
            rf"(?:break ?outs?|ausbr[uü]ch\w*|donchian\w*|channel|kanal\w*|turtles?|entr(?:y|ies)|einstieg\w*)[^.;,\d%]{{0,28}}(?P<n>\d+)(?!\d|\.\d|%) ?(?P<u>{UNIT})?"
        )
    )
    first = second = None
    if entry:
        groups = entry.groupdict()
        first = frame.bars(float(entry["n"]), unit_of(groups.get("u") or "bar"))
        if groups.get("out"):
            second = int(groups["out"])
    if out:
        second = frame.bars(float(out["n"] or out["n2"]), unit_of(out["u"] or out["u2"] or "bar"))
    return first, second, named


def _breakout(scan: Scan, frame: Frame) -> Idea:
    first, second, named = _numbers(scan, frame)
    entry_bars = first or 20
    exit_bars = second or max(2, entry_bars // 2)
    upper, lower = (
        ("donchian_upper(", "donchian_lower(") if named else ("highest(high,", "lowest(low,")
    )
    entry = Operand(f"{upper}{entry_bars})", "channel", upper.split("(")[0])
    out = Operand(f"{lower}{exit_bars})", "channel", lower.split("(")[0])
    return Idea(
        Condition(CLOSE, ">", entry), Condition(CLOSE, "<", out), first is None, second is None,
        "breakout",
    )  # fmt: skip


def of_family(family: Family, scan: Scan, frame: Frame) -> Idea | None:
    """The plainest rule of a family, for a request that names nothing but the idea."""
    if family == "breakout":
        return _breakout(scan, frame)
    return _PLAINEST.get(family)


def _squeeze() -> Idea:
    narrow = "any_of(bb_width(close,20,2) <= lowest(bb_width(close,20,2),125),10)"
    text = f"{narrow} and close > bb_upper(close,20,2)"
    mirrored = f"{narrow} and close < bb_lower(close,20,2)"
    end, back = "close < bb_mid(close,20,2)", "close > bb_mid(close,20,2)"
    return Idea(Fixed(text, mirrored, end), Fixed(end, back), family="volatility")


_MONTH_END: Final = "trading_days_left_in_month < 1"
_THIRD_DAY: Final = "trading_day_of_month == 3"
_PLAINEST: Final[dict[Family, Idea]] = {
    "trend_following": _crossing(
        Operand("ema(close,20)", "price", "ema"), Operand("ema(close,50)", "price", "ema")
    ),
    "mean_reversion": _oscillator(Operand("rsi(close,14)", "oscillator", "rsi")),
    "momentum": _positive(Operand("roc(close,90)", "centred", "roc")),
    "volatility": _squeeze(),
    "seasonal": Idea(
        Fixed(_MONTH_END, _MONTH_END), Fixed(_THIRD_DAY, _THIRD_DAY), family="seasonal"
    ),
}
