"""Digests of meaning: what makes two specs the same rule, and the same shape of rule.

rule_digest: names, prose and ids dropped, lets written out, parameter values put in, every
expression in normal form; the gate counts trials by it, so renaming buys no fresh trial.
shape_digest: the same with every number masked and without sizes and limits: one idea with other
numbers, one sweep and three risk profiles are one shape.
tree_digest: the shape without sizing and bar length and with its symbols numbered: inside one
market the same tree is one idea, whatever the instrument is called there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from engine.language.availability import bound_to
from engine.language.expressions import parse
from engine.language.masking import MASK, masked_tree, without_numbers
from engine.language.nodes import Node
from engine.language.normal import normal
from engine.language.rendering import canonical
from engine.language.resolve import number_of, resolve
from engine.language.spec import Rule, Stop, StrategySpec, Target
from engine.records import Digest, digest
from engine.records import canonical as canonical_bytes

Plain: TypeAlias = dict[str, object]


class _Writer:
    """The parts of one spec as canonical text and plain data; `masked` without their numbers."""

    def __init__(
        self, spec: StrategySpec, values: Mapping[str, Node], *, masked: bool = False
    ) -> None:
        self.values = values
        self.masked = masked
        self.lets: dict[str, Node] = {}
        for let in spec.lets:
            self.lets[let.name] = resolve(parse(let.expr), values, self.lets)

    def text(self, expression: str | None) -> str | None:
        """One expression as canonical text of its normal form."""
        if expression is None:
            return None
        tree = normal(resolve(parse(expression), self.values, self.lets))
        return canonical(normal(masked_tree(tree)) if self.masked else tree)

    def plain(self, part: Plain) -> Plain:
        """Plain data, without numbers when masked; before sorting, so order tells nothing."""
        if not self.masked:
            return part
        return {key: without_numbers(value) for key, value in part.items()}

    def places(self, numbers: list[int]) -> list[object]:
        """Places in the list of regimes: which one is meant is no number of the idea."""
        return [f"#{number}" if self.masked else number for number in numbers]


def _sorted(parts: list[Plain]) -> list[Plain]:
    unique = {canonical_bytes(part): part for part in parts}
    return [unique[key] for key in sorted(unique)]


def _level(part: Stop | Target, writer: _Writer) -> Plain:
    found: Plain = {
        "kind": part.kind,
        "value": part.value,
        "period": part.period,
        "price": writer.text(part.price),
    }
    if isinstance(part, Target):
        found["close_fraction"] = part.close_fraction
    return writer.plain(found)


def _rule(spec: StrategySpec, rule: Rule, writer: _Writer) -> Plain:
    names = [regime.name for regime in spec.regimes]
    places = sorted(
        names.index(name) if name in names else len(names) for name in set(rule.only_in_regimes)
    )
    order = rule.order
    found: Plain = {
        "side": rule.side,
        "entry": writer.text(rule.entry),
        "exit": writer.text(rule.exit),
        "order": [order.type, writer.text(order.price), order.valid_bars],
        "regimes": writer.places(places),
        "on_regime_end": rule.on_regime_end if places else "hold",
        "stops": _sorted([_level(stop, writer) for stop in spec.stops if bound_to(stop, rule)]),
        "targets": _sorted([_level(part, writer) for part in spec.targets if bound_to(part, rule)]),
    }
    return writer.plain(found)


def _regimes(spec: StrategySpec, writer: _Writer) -> list[object]:
    used = any(rule.only_in_regimes for rule in spec.rules) or spec.ensemble is not None
    if not used:
        return []
    return [[writer.text(r.when), writer.text(r.until), r.min_bars] for r in spec.regimes]


def _meaning(spec: StrategySpec, writer: _Writer) -> Plain:
    ranking = spec.cross_section
    adding = spec.pyramiding
    found: Plain = {
        "spec_version": spec.spec_version,
        "timeframe": spec.timeframe.value,
        "symbols": sorted(set(spec.universe.symbols)),
        "watchlist": spec.universe.watchlist,
        "max_symbols": spec.universe.max_symbols,
        "regimes": _regimes(spec, writer),
        "rules": _sorted([_rule(spec, rule, writer) for rule in spec.rules]),
        "pyramiding": adding
        and [adding.max_units, writer.text(adding.add_when), adding.stop_on_add],
        "cross_section": ranking
        and {
            **ranking.model_dump(exclude={"score", "eligible"}),
            "score": writer.text(ranking.score),
            "eligible": writer.text(ranking.eligible),
        },
        "pair": spec.pair,
        "ensemble": spec.ensemble,
    }
    return writer.plain(found)


def rule_digest(spec: StrategySpec) -> Digest:
    """Digest of the meaning of a spec.

    Raises:
        SpecError: SYNTAX_* when an expression cannot be read; check the spec first.
    """
    values = {param.name: number_of(param.default) for param in spec.params}
    writer = _Writer(spec, values)
    sizing = {**spec.sizing.model_dump(), "expr": writer.text(spec.sizing.expr)}
    limits = spec.limits.model_dump(exclude_defaults=True)
    return digest("peak/rule/v1", {**_meaning(spec, writer), "sizing": sizing, "limits": limits})


def shape_digest(spec: StrategySpec) -> Digest:
    """Digest of the meaning with every number masked, sizes and limits left out.

    Raises:
        SpecError: SYNTAX_* when an expression cannot be read; check the spec first.
    """
    writer = _Writer(spec, {param.name: MASK for param in spec.params}, masked=True)
    sizing = {"kind": spec.sizing.kind, "expr": writer.text(spec.sizing.expr)}
    return digest("peak/shape/v2", {**_meaning(spec, writer), "sizing": sizing})


def tree_digest(spec: StrategySpec) -> Digest:
    """Digest of the masked meaning without sizing, bar length and the names of its symbols.

    Raises:
        SpecError: SYNTAX_* when an expression cannot be read; check the spec first.
    """
    writer = _Writer(spec, {param.name: MASK for param in spec.params}, masked=True)
    left_out = ("timeframe", "symbols", "watchlist", "max_symbols")
    meaning = {key: part for key, part in _meaning(spec, writer).items() if key not in left_out}
    text = canonical_bytes(meaning).decode()
    pair = () if spec.pair is None else (spec.pair.y, spec.pair.x)
    named = dict.fromkeys((*pair, *spec.universe.symbols))
    numbered = {symbol: f"#{number}" for number, symbol in enumerate(named)}
    for symbol in sorted(numbered, key=len, reverse=True):
        text = text.replace(symbol, numbered[symbol])
    return digest("peak/tree/v1", text)
