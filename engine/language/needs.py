"""What a spec needs from the data: every symbol that its expressions and forms look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.language.nodes import Call, Node, Text, walk
from engine.language.spec import StrategySpec
from engine.market import Symbol


def symbols_of(spec: StrategySpec, trees: Mapping[str, Node]) -> tuple[Symbol, ...]:
    """Traded symbols first, then those that are only looked at; each once.

    trees: JSON pointer -> resolved tree. Empty when the spec names a watch list alone.
    """
    return tuple(dict.fromkeys((*traded_symbols(spec), *seen_symbols(trees))))


def traded_symbols(spec: StrategySpec) -> tuple[Symbol, ...]:
    """Symbols that the spec may hold: its universe, the legs of a pair, the cash asset."""
    legs = () if spec.pair is None else (spec.pair.y, spec.pair.x)
    cash = spec.cross_section.cash_asset if spec.cross_section is not None else None
    rest = () if cash is None else (cash,)
    return tuple(dict.fromkeys((*spec.universe.symbols, *legs, *rest)))


def seen_symbols(trees: Mapping[str, Node]) -> Iterator[Symbol]:
    """Symbols that expressions name with `sym`."""
    for tree in trees.values():
        for node in walk(tree):
            if isinstance(node, Call) and node.name == "sym":
                word = node.args[0]
                if isinstance(word, Text):
                    yield word.value
