"""Expressions of a spec with their parameters left open, for sweeps."""

from __future__ import annotations

from engine.language.expressions import parse
from engine.language.nodes import Node
from engine.language.resolve import resolve
from engine.language.spec import StrategySpec


def open_trees(spec: StrategySpec) -> dict[str, Node]:
    """JSON pointer -> tree of every rule's entry and exit, lets written out, parameters as names.

    Raises:
        InputError: SYNTAX_* for a text that cannot be read.
    """
    lets: dict[str, Node] = {}
    for let in spec.lets:
        lets[let.name] = resolve(parse(let.expr), {}, lets)
    trees: dict[str, Node] = {}
    for place, rule in enumerate(spec.rules):
        for name, text in (("entry", rule.entry), ("exit", rule.exit)):
            if text is not None:
                trees[f"/rules/{place}/{name}"] = resolve(parse(text), {}, lets)
    return trees
