"""Fact: one number with key, unit and source. Text about results only names keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import StringConstraints

from engine.errors import InputError
from engine.quantities import Ratio
from engine.records import Digest, Record

FactKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")]
Unit = Literal["ratio", "percent", "count", "bars", "days", "money", "price", "number"]


class Fact(Record):
    """A figure: `value` is a fraction for unit percent; None reads "sealed" or "none".

    `source` is the digest of the record that it was taken from.
    """

    key: FactKey
    value: Ratio | None
    unit: Unit
    source: Digest
    sealed: bool = False


def by_key(facts: Iterable[Fact]) -> dict[str, Fact]:
    """The facts by their key.

    Raises:
        InputError: FACT_REPEATED when two facts with one key say different things.
    """
    table: dict[str, Fact] = {}
    for fact in facts:
        if table.setdefault(fact.key, fact) != fact:
            raise InputError(
                "FACT_REPEATED",
                "two different facts have the same key",
                value=fact.key,
                hint="name each figure once",
            )
    return table
