"""What a narrator may write about results: no figures of its own, no unknown facts, no wrong words.

The check reads the text with its placeholders unfilled. It is deliberately deaf to meaning: a
figure is refused wherever it stands unless the user wrote it, and a direction word is refused when
the facts named in the same sentence say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from engine.facts.directions import wrong_directions
from engine.facts.free_numbers import free_numbers
from engine.facts.placeholders import MAX_BODY, Token, tokens
from engine.facts.plain_text import FlatText, flatten, masked
from engine.facts.table import Fact, by_key
from engine.records import Record
from engine.text import clean_text, did_you_mean


class NarrationCode(StrEnum):
    """Why a narration is refused; closed."""

    NARRATION_FREE_NUMBER = "NARRATION_FREE_NUMBER"
    NARRATION_UNKNOWN_FACT = "NARRATION_UNKNOWN_FACT"
    NARRATION_DIRECTION = "NARRATION_DIRECTION"


class NarrationFinding(Record):
    """One refused passage: characters `start` to `end` of the text, and how to repair it."""

    code: NarrationCode
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]
    value: Annotated[str, Field(max_length=200)]
    message: Annotated[str, Field(max_length=500)]
    hint: Annotated[str, Field(max_length=500)]


def check(text: str, facts: Iterable[Fact], user_text: str = "") -> tuple[NarrationFinding, ...]:
    """All problems of a narration, from left to right; none means that it may be shown.

    Args:
        text: what the narrator wrote, placeholders unfilled.
        facts: the facts it may name; sealed ones may be named, but not described.
        user_text: the user's own words, whose figures may be repeated.

    Raises:
        InputError: FACT_REPEATED when two different facts have one key.
    """
    table = by_key(facts)
    flat = flatten(masked(text))
    found = [
        *_unknown(text, table),
        *_numbers(text, flat, flatten(masked(user_text))),
        *_directions(text, flat, table),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.start, finding.end, finding.code)))


def _unknown(text: str, table: Mapping[str, Fact]) -> Iterator[NarrationFinding]:
    for token in tokens(text):
        if token.key is None or token.key not in table:
            yield _unknown_finding(token.start, token.end, token.body, table)
    rest = masked(text)
    at = rest.find("{{")
    if at >= 0:
        yield _unknown_finding(at, at + 2, rest[at : at + MAX_BODY], table)


def _unknown_finding(
    start: int, end: int, body: str, table: Mapping[str, Fact]
) -> NarrationFinding:
    near = did_you_mean(body, list(table), 1)
    hint = f"did you mean {near[0]}?" if near else "name a fact that was handed in, as {{key}}"
    return NarrationFinding(
        code=NarrationCode.NARRATION_UNKNOWN_FACT,
        start=start,
        end=end,
        value=clean_text(body, MAX_BODY),
        message="no fact has this key",
        hint=hint,
    )


def _numbers(text: str, flat: FlatText, user: FlatText) -> Iterator[NarrationFinding]:
    for figure in free_numbers(flat, user):
        start, end = flat.span(figure.start, figure.end)
        yield NarrationFinding(
            code=NarrationCode.NARRATION_FREE_NUMBER,
            start=start,
            end=end,
            value=clean_text(text[start:end], 120),
            message="a figure that no fact stands behind",
            hint="name the fact as {{key}}, or leave the figure out",
        )


def _directions(text: str, flat: FlatText, table: Mapping[str, Fact]) -> Iterator[NarrationFinding]:
    named = tuple(_named(tokens(text), table))
    for word, keys in wrong_directions(flat, named):
        start, end = flat.span(word.start, word.end)
        yield NarrationFinding(
            code=NarrationCode.NARRATION_DIRECTION,
            start=start,
            end=end,
            value=clean_text(text[start:end], 120),
            message=clean_text(f"{', '.join(keys)} does not say this, or is sealed", 500),
            hint="state the fact without a direction, or the direction that it shows",
        )


def _named(found: tuple[Token, ...], table: Mapping[str, Fact]) -> Iterator[tuple[Token, Fact]]:
    for token in found:
        fact = table.get(token.key) if token.key is not None else None
        if fact is not None:
            yield token, fact
