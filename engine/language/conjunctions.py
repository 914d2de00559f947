"""Can a condition ever be true? Intervals and orders over what must hold at the same time.

Sound but not complete: what is reported is certain, what is silent may still be impossible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import NamedTuple

from engine.language.intervals import bounds, is_channel, never_below
from engine.language.nodes import Call, Comparison, Lag, Logic, Node, Number, children
from engine.language.rendering import canonical


class Verdict(NamedTuple):
    """What is certain about one comparison.

    Attributes:
        never, always: it can never, it must always be true.
        channel: it fails because a channel includes the present bar.
        outside: a constant lies outside the range of what it is compared with.
    """

    never: bool = False
    always: bool = False
    channel: bool = False
    outside: bool = False


def judge(node: Comparison) -> Verdict:
    """What is certain about a comparison in normal form (<, <=, ==, !=), taken alone."""
    (left_low, left_high), (right_low, right_high) = bounds(node.left), bounds(node.right)
    strict = node.sign == "<"
    constant = _against_constant(node)
    apart = left_high < right_low or right_high < left_low
    if node.sign in {"==", "!="}:
        equal = node.sign == "=="
        return Verdict(
            never=apart and equal, always=apart and not equal, outside=constant and apart
        )
    if strict and never_below(node.left, node.right):
        return Verdict(never=True, channel=is_channel(node.left) or is_channel(node.right))
    if not strict and never_below(node.right, node.left):
        return Verdict(always=True)
    never = left_low >= right_high if strict else left_low > right_high
    always = left_high < right_low if strict else left_high <= right_low
    return Verdict(never=never, always=always, outside=constant and apart)


def _against_constant(node: Comparison) -> bool:
    """A constant beside something whose range is bounded on both ends."""
    if isinstance(node.left, Number) == isinstance(node.right, Number):
        return False
    low, high = bounds(node.right if isinstance(node.left, Number) else node.left)
    return high - low < inf


class _Facts:
    """Intervals of expressions and orders between them that must hold together."""

    def __init__(self) -> None:
        self.low: dict[str, tuple[float, bool]] = {}
        self.high: dict[str, tuple[float, bool]] = {}
        self.below: dict[tuple[str, str], bool] = {}

    def add(self, node: Comparison) -> None:
        """Take one more comparison in normal form as given."""
        if node.sign == "!=":
            return
        if node.sign == "==":
            self.add(Comparison("<=", node.left, node.right))
            self.add(Comparison("<=", node.right, node.left))
            return
        strict = node.sign == "<"
        left, right = canonical(node.left), canonical(node.right)
        if isinstance(node.right, Number):
            self._at_most(left, node.left, node.right.value, strict=strict)
        elif isinstance(node.left, Number):
            self._at_least(right, node.right, node.left.value, strict=strict)
        else:
            self.below[left, right] = strict or self.below.get((left, right), False)

    def _at_most(self, text: str, node: Node, value: float, *, strict: bool) -> None:
        self.low.setdefault(text, (bounds(node)[0], False))
        now = self.high.get(text, (inf, False))
        self.high[text] = min(now, (value, strict), key=lambda end: (end[0], not end[1]))

    def _at_least(self, text: str, node: Node, value: float, *, strict: bool) -> None:
        self.high.setdefault(text, (bounds(node)[1], False))
        now = self.low.get(text, (-inf, False))
        self.low[text] = max(now, (value, strict), key=lambda end: (end[0], end[1]))

    def contradict(self) -> bool:
        """Whether what is given cannot hold together."""
        for text in self.low.keys() & self.high.keys():
            (low, low_open), (high, high_open) = self.low[text], self.high[text]
            if low > high or (low == high and (low_open or high_open)):
                return True
        return self._circle()

    def _circle(self) -> bool:
        """Whether some expression must be below itself."""
        above: dict[str, list[str]] = {}
        for left, right in self.below:
            above.setdefault(left, []).append(right)
        return any(
            left in _reachable(above, right)
            for (left, right), strict in self.below.items()
            if strict
        )


def _reachable(above: dict[str, list[str]], start: str) -> set[str]:
    """Everything that must be at or above an expression, itself included."""
    found = {start}
    waiting = [start]
    while waiting:
        for name in above.get(waiting.pop(), ()):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _implied(node: Node) -> Iterator[Comparison]:
    """Comparisons that must hold where a condition in normal form is true."""
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, Call) and node.name == "cross_above":
        left, right = node.args
        yield Comparison("<", right, left, node.span)
        one = Number(1)
        yield Comparison("<=", _lagged(left, one), _lagged(right, one), node.span)
    elif isinstance(node, Logic) and node.word == "and":
        for item in node.items:
            yield from _implied(item)


def _lagged(node: Node, bars: Number) -> Node:
    if isinstance(node, Number):
        return node
    if isinstance(node, Lag) and isinstance(node.bars, Number):
        return Lag(node.of, Number(node.bars.value + 1), node.span)
    return Lag(node, bars, node.span)


def contradiction(node: Logic) -> bool:
    """Whether the parts of an `and` in normal form exclude each other.

    Parts that are impossible by themselves are left to `judge`.
    """
    facts = _Facts()
    for comparison in _implied(node):
        if not judge(comparison).never:
            facts.add(comparison)
    return facts.contradict()


def excludes(part: Node, known: Sequence[Comparison]) -> bool:
    """Whether a condition in normal form cannot be true where all of `known` holds."""
    facts = _Facts()
    for comparison in (*_implied(part), *known):
        if judge(comparison).never:
            return True
        facts.add(comparison)
    return facts.contradict()


def judged(tree: Node) -> Iterator[tuple[Comparison, Verdict]]:
    """Every comparison of a tree in normal form with what is certain about it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Comparison):
            yield node, judge(node)
        elif isinstance(node, Call) and node.name == "cross_above":
            link = next(_implied(node))
            yield link, judge(link)._replace(always=False)
        waiting.extend(reversed(children(node)))
