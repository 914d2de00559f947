"""Arguments of operators: kinds, ranges, words, lags; and the example that fits what was given."""

from __future__ import annotations

import re
from typing import Final, Protocol

from engine.data.resample import divides
from engine.language.codes import Code
from engine.language.nodes import (
    Call,
    Lag,
    Name,
    Node,
    Text,
)
from engine.language.operators import NAMES
from engine.language.problems import Edit, Problem
from engine.language.rendering import canonical, number_text
from engine.language.repairs import whole_in
from engine.language.scope import Scope
from engine.language.signature import MAX_WINDOW, Arg, Kind, Operator
from engine.language.suggestions import nearest
from engine.language.units import Unit, comparable
from engine.market import Timeframe
from engine.text import did_you_mean

_SYMBOL: Final = re.compile(r"[A-Z0-9][A-Z0-9./:_-]{0,23}", re.ASCII)
_TIMEFRAME_NAMES: Final = {
    "2w": "1w", "1W": "1w", "w": "1w", "W": "1w", "weekly": "1w", "week": "1w", "7d": "1w",
    "1D": "1d", "d": "1d", "D": "1d", "daily": "1d", "day": "1d", "24h": "1d", "60m": "1h",
    "1H": "1h", "hourly": "1h", "60": "1h", "240": "4h", "4H": "4h", "3h": "4h", "1mo": "1M",
    "monthly": "1M", "M": "1M", "30d": "1M", "2d": "1d", "3d": "1d", "10m": "15m", "45m": "1h",
}  # fmt: skip


class Walker(Protocol):
    """The part of the inference that arguments need."""

    scope: Scope
    problems: list[Problem]

    def note(self, code: Code, node: Node, message: str, edit: Edit | None = None) -> None:
        """Add a problem."""
        ...

    def unit(self, node: Node) -> Unit | None:
        """Unit of a node."""
        ...

    def unit_on(self, node: Node, timeframe: Timeframe | None) -> Unit | None:
        """Unit of a node on bars of another timeframe."""
        ...

    def series_unit(self, node: Node) -> Unit | None:
        """Unit of a node that must be a number."""
        ...

    def condition(self, node: Node) -> None:
        """Demand a condition."""
        ...

    def unlike(self, node: Node, left: tuple[Node, Unit], right: tuple[Node, Unit]) -> None:
        """Two values that cannot be compared."""
        ...


def check_arguments(walker: Walker, node: Call, operator: Operator) -> tuple[Unit, ...] | None:
    """Units of the series arguments, None when one of the arguments is wrong."""
    before = len(walker.problems)
    units: list[Unit | None] = [
        walker.unit_on(given, _timeframe_of(node))
        if arg.kind is Kind.ANY and operator.name == "htf" and not isinstance(given, Text)
        else _argument(walker, operator, arg, given)
        for arg, given in zip(operator.args, node.args, strict=True)
    ]
    for place, arg in enumerate(operator.args):
        if arg.like is None:
            continue
        one, other = units[arg.like], units[place]
        if one is not None and other is not None and not comparable(one, other):
            walker.unlike(node, (node.args[arg.like], one), (node.args[place], other))
    if len(walker.problems) > before:
        return None
    found = [
        unit
        for arg, unit in zip(operator.args, units, strict=True)
        if arg.kind in {Kind.SERIES, Kind.ANY}
    ]
    # A let that is wrong itself has no unit and no new problem here.
    return None if None in found else tuple(unit for unit in found if unit is not None)


def _timeframe_of(node: Call) -> Timeframe | None:
    """The timeframe that a call of htf names, None when it is none."""
    word = node.args[0]
    known = [one for one in Timeframe if isinstance(word, Text) and one.value == word.value]
    return known[0] if known else None


def _argument(walker: Walker, operator: Operator, arg: Arg, given: Node) -> Unit | None:
    if arg.kind is Kind.WINDOW:
        _window(walker, operator, arg, given)
    elif arg.kind is Kind.NUMBER:
        _number(walker, operator, arg, given)
    elif arg.kind is Kind.WORD:
        _word(walker, operator, arg, given)
    elif isinstance(given, Text):
        walker.note(
            Code.ARGUMENT_KIND, given, f"`{operator.name}` takes {operator.shape}; got text.",
            Edit(given.span, arg.example),
        )  # fmt: skip
    elif arg.kind is Kind.CONDITION:
        walker.condition(given)
    elif arg.kind is Kind.SERIES:
        return walker.series_unit(given)
    else:
        return walker.unit(given)
    return None


def _is_unknown(walker: Walker, given: Node) -> bool:
    """A misspelt name where a constant stands: reported as such, with what was meant."""
    scope = walker.scope
    known = NAMES | scope.params.keys() | scope.lets.keys() | scope.later
    if isinstance(given, Name) and given.name not in known:
        walker.unit(given)
        return True
    return False


def _window(walker: Walker, operator: Operator, arg: Arg, given: Node) -> None:
    low, high = int(arg.low), int(arg.high)
    found = walker.scope.constant(given)
    if found is None and _is_unknown(walker, given):
        return
    text = canonical(given)
    wanted = f"a window of `{operator.name}` is a whole number from {low} to {high} or an int"
    if found is None:
        walker.note(
            Code.WINDOW_NOT_CONSTANT, given, f"{wanted} parameter; got `{text}`.",
            Edit(given.span, arg.example),
        )  # fmt: skip
    elif not found.whole:
        walker.note(
            Code.WINDOW_NOT_INTEGER, given, f"{wanted} parameter; got `{text}`.",
            Edit(given.span, whole_in(found.value, low, high)),
        )  # fmt: skip
    elif not (low <= found.low and found.high <= high and low <= found.value <= high):
        walker.note(
            Code.WINDOW_RANGE, given, f"{wanted} parameter; got `{text}`.",
            Edit(given.span, whole_in(found.value, low, high)),
        )  # fmt: skip


def _number(walker: Walker, operator: Operator, arg: Arg, given: Node) -> None:
    found = walker.scope.constant(given)
    if found is None and _is_unknown(walker, given):
        return
    if found is None:
        walker.note(
            Code.NUMBER_NOT_CONSTANT,
            given,
            f"`{operator.name}` needs a constant number or a parameter here, such as"
            f" {arg.example}; got `{canonical(given)}`.",
            Edit(given.span, arg.example),
        )
    elif not (arg.low <= found.low and found.high <= arg.high):
        walker.note(
            Code.RANGE,
            given,
            f"this number of `{operator.name}` lies from {number_text(arg.low)} to"
            f" {number_text(arg.high)}; got {number_text(found.value)}.",
            Edit(given.span, arg.example),
        )


def _word(walker: Walker, operator: Operator, arg: Arg, given: Node) -> None:
    if not isinstance(given, Text):
        walker.note(
            Code.ARGUMENT_KIND, given,
            f"`{operator.name}` takes a quoted word here, such as {arg.example}.",
            Edit(given.span, arg.example),
        )  # fmt: skip
    elif arg.words:
        _closed_word(walker, operator, arg, given)
    elif operator.name == "htf":
        _timeframe(walker, given)
    elif not _SYMBOL.fullmatch(given.value):
        walker.note(
            Code.SYMBOL_UNKNOWN, given,
            f'"{given.value}" is not a symbol: write capitals such as "BTC/USDT".',
        )  # fmt: skip


def _closed_word(walker: Walker, operator: Operator, arg: Arg, given: Text) -> None:
    if given.value in arg.words:
        return
    near = did_you_mean(given.value, list(arg.words))
    walker.note(
        Code.ARGUMENT_KIND,
        given,
        f'`{operator.name}` does not know "{given.value}": one of {", ".join(arg.words)}.',
        Edit(given.span, f'"{near[0]}"') if near else None,
    )


def _timeframe(walker: Walker, given: Text) -> None:
    known = {item.value: item for item in Timeframe}
    higher = known.get(given.value)
    if higher is None:
        near = _TIMEFRAME_NAMES.get(given.value) or nearest(given.value, known)
        walker.note(
            Code.TIMEFRAME_UNKNOWN,
            given,
            f'"{given.value}" is not a timeframe: {", ".join(known)}.',
            Edit(given.span, f'"{near}"') if near else None,
        )
        return
    base = walker.scope.timeframe
    if base is not None and not divides(base, higher):
        walker.note(
            Code.TIMEFRAME_PAIR,
            given,
            f'bars of {base.value} do not add up to bars of "{higher.value}": take a higher'
            f" timeframe that the base divides{_possible(base)}.",
        )


def _possible(base: Timeframe) -> str:
    found = [one.value for one in Timeframe if divides(base, one)]
    return f", {', '.join(found)}" if found else ""


def check_lag(walker: Walker, node: Lag) -> None:
    """A lag is a constant whole number from 0."""
    found = walker.scope.constant(node.bars)
    if found is None and _is_unknown(walker, node.bars):
        return
    text = canonical(node.bars)
    if found is None:
        walker.note(
            Code.LAG_NOT_CONSTANT, node.bars,
            f"a lag is a whole number or an int parameter; got `{text}`.",
            Edit(node.bars.span, "1"),
        )  # fmt: skip
    elif not found.whole:
        walker.note(
            Code.LAG_NOT_INTEGER, node.bars,
            f"a lag is a whole number or an int parameter; got `{text}`.",
            Edit(node.bars.span, whole_in(found.value, 0, MAX_WINDOW)),
        )  # fmt: skip
    elif found.low < 0 or found.value < 0:
        walker.note(
            Code.LAG_NEGATIVE, node.bars,
            f"the future does not exist here: `close[1]` is the previous bar; got `{text}`.",
            Edit(node.bars.span, whole_in(found.value, 0, MAX_WINDOW)),
        )  # fmt: skip
    elif found.high > MAX_WINDOW or found.value > MAX_WINDOW:
        walker.note(
            Code.WINDOW_RANGE, node.bars, f"a lag is at most {MAX_WINDOW} bars; got `{text}`.",
            Edit(node.bars.span, str(MAX_WINDOW)),
        )  # fmt: skip
