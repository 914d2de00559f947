"""The engine forms in words: rankings, pairs, ensembles, added units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from engine.language.spec import CrossSection, Ensemble, Member, Pyramiding, StrategySpec


class Writer(Protocol):
    """What a form needs to be put into words."""

    @property
    def table(self) -> Mapping[str, Any]:
        """Templates of the language."""
        ...

    def expression(self, text: str | None) -> str:
        """An expression in words."""
        ...

    def percent(self, value: float) -> str:
        """A fraction of one as percent."""
        ...


def form_lines(spec: StrategySpec, writer: Writer) -> Iterator[str]:
    """The sentences of every form that a spec has."""
    if spec.pyramiding is not None:
        yield from _units(spec.pyramiding, writer)
    if spec.cross_section is not None:
        yield from _ranking(spec.cross_section, writer)
    if spec.pair is not None:
        pair = spec.pair.model_dump()
        hedge = writer.table["hedges"][spec.pair.hedge].format(**pair)
        yield writer.table["pair"].format(**{**pair, "hedge": hedge})
    if spec.ensemble is not None:
        yield _ensemble(spec.ensemble, writer)


def _units(pyramiding: Pyramiding, writer: Writer) -> Iterator[str]:
    yield writer.table["pyramiding"].format(
        units=pyramiding.max_units, when=writer.expression(pyramiding.add_when)
    )
    yield writer.table["stop_on_add"][pyramiding.stop_on_add]


def _ranking(ranking: CrossSection, writer: Writer) -> Iterator[str]:
    table = writer.table
    picks = [
        table[name].format(count)
        for name, count in (("top", ranking.long_top), ("bottom", ranking.short_bottom))
        if count
    ]
    yield table["ranking"].format(
        score=writer.expression(ranking.score),
        rebalance=table["periods"][ranking.rebalance],
        picks=table["and"].join(picks) or table["no"],
    )
    if ranking.eligible is not None:
        yield table["eligible"].format(writer.expression(ranking.eligible))
    yield table["weighting"][ranking.weighting]
    if ranking.cash_asset is not None:
        yield table["cash_asset"].format(ranking.cash_asset)


def _ensemble(ensemble: Ensemble, writer: Writer) -> str:
    members = ", ".join(_member(member, writer) for member in ensemble.members)
    combine = writer.table["combine"][ensemble.combine]
    return str(writer.table["ensemble"].format(members=members, combine=combine))


def _member(member: Member, writer: Writer) -> str:
    text = f"{member.strategy} {writer.percent(member.weight)}"
    if not member.only_in_regimes:
        return text
    regimes = writer.table["or"].join(member.only_in_regimes)
    return text + str(writer.table["only_in"].format(regimes)).replace(";", ",")
