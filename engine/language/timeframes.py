"""Timeframes within timeframes: what is written out of lets must add up too."""

from __future__ import annotations

from collections.abc import Iterator

from engine.data.resample import divides
from engine.language.codes import Code
from engine.language.nodes import Call, Node, Text, children
from engine.language.problems import Problem
from engine.market import Timeframe


def nested_pairs(tree: Node, base: Timeframe | None) -> Iterator[Problem]:
    """TIMEFRAME_PAIR for each `htf` of a resolved tree whose base bars do not add up to it.

    A let is typed on the spec's own bars; inside another `htf` it stands on higher ones.
    base: None when the own timeframe is not known.
    """
    for part in children(tree):
        yield from nested_pairs(part, _base_of(tree, base))
    if isinstance(tree, Call) and tree.name == "htf":
        higher = _named(tree)
        if base is not None and higher is not None and not divides(base, higher):
            yield Problem(
                Code.TIMEFRAME_PAIR,
                tree.span,
                f'bars of {base.value} do not add up to bars of "{higher.value}" inside a higher'
                " timeframe: take it out of there.",
                hint="compare the two timeframes side by side",
            )


def _base_of(tree: Node, base: Timeframe | None) -> Timeframe | None:
    if isinstance(tree, Call) and tree.name == "htf":
        return _named(tree) or base
    return base


def _named(call: Call) -> Timeframe | None:
    word = call.args[0]
    known = [one for one in Timeframe if isinstance(word, Text) and one.value == word.value]
    return known[0] if known else None
