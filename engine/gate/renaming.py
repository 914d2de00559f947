"""Other names: a spec and its bars with every symbol called ASSET_07, ASSET_08 and so on.

New names keep the order of the old ones, because ranks break ties by symbol. Instruments keep
everything else (venue, calendar, steps, quote), so only the name itself can make a difference.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from engine.data.panel import Panel, panel_of
from engine.gate.subject import Subject
from engine.language.expressions import parse
from engine.language.nodes import Call, Node, Text, children, with_children
from engine.language.rendering import canonical
from engine.language.spec import StrategySpec
from engine.market import Instrument, Symbol
from engine.records import canonical as canonical_bytes
from engine.records import parse_record

FIRST_NUMBER: Final = 7
Names = Mapping[Symbol, Symbol]

_EXPRESSIONS: Final = frozenset({
    "expr", "when", "until", "entry", "exit", "price", "add_when", "score", "eligible",
})  # fmt: skip
"""Fields of a spec that hold an expression."""
_SYMBOLS: Final = frozenset({"symbols", "benchmark", "y", "x", "cash_asset"})
"""Fields of a spec that hold symbols."""


def other_names(subject: Subject, panel: Panel) -> dict[Symbol, Symbol]:
    """A new name for every symbol of the strategy and its bars, in the same order."""
    known = sorted({*subject.symbols, *panel.symbols})
    digits = max(2, len(str(FIRST_NUMBER + len(known))))
    return {old: f"ASSET_{n:0{digits}d}" for n, old in enumerate(known, start=FIRST_NUMBER)}


def renamed_panel(panel: Panel, names: Names) -> Panel:
    """The same bars of instruments with other names."""
    each = []
    for bars in panel.each:
        old = bars.instrument
        new = names.get(old.symbol, old.symbol)
        instrument = Instrument(**{**dict(old), "symbol": new, "base": new[:12]})
        each.append(replace(bars, instrument=instrument))
    return panel_of(each)


def renamed_subject(subject: Subject, names: Names) -> Subject:
    """The same strategy, and the same members, for instruments with other names."""
    form = subject.spec.ensemble
    order = () if form is None else tuple(member.strategy for member in form.members)
    members = [renamed_spec(subject.members[name].spec, names) for name in order]
    return Subject.of(renamed_spec(subject.spec, names), subject.costs, members)


def renamed_spec(spec: StrategySpec, names: Names) -> StrategySpec:
    """The spec with every symbol renamed, in its fields and in `sym` of its expressions."""
    document = _renamed(json.loads(canonical_bytes(spec)), "", names)
    return parse_record(StrategySpec, json.dumps(document))


def _renamed(part: object, field: str, names: Names) -> object:
    """A part of the document: symbols and expressions by the field that they stand in."""
    if isinstance(part, dict):
        return {key: _renamed(value, key, names) for key, value in part.items()}
    if isinstance(part, list):
        return [_renamed(item, field, names) for item in part]
    if isinstance(part, str) and field in _SYMBOLS:
        return names.get(part, part)
    if isinstance(part, str) and field in _EXPRESSIONS and "sym(" in part:
        return canonical(_tree(parse(part), names))
    return part


def _tree(node: Node, names: Names) -> Node:
    """The tree with the words of `sym` renamed."""
    parts = tuple(_tree(part, names) for part in children(node))
    if isinstance(node, Call) and node.name == "sym" and parts and isinstance(parts[0], Text):
        parts = (Text(names.get(parts[0].value, parts[0].value)), *parts[1:])
    return with_children(node, parts)
