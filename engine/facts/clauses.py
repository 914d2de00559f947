"""Sentences and clauses of a flat text, with the facts and the direction words in each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from engine.facts.direction_words import CLAIM, NEGATION, NOT_A_CLAIM, OPPOSITE, ZERO, Claim
from engine.facts.placeholders import Token
from engine.facts.plain_text import MASK, FlatText
from engine.facts.table import Fact

_SENTENCE_END = re.compile(r"[.!?…](?=\s|\Z)|\n+|;")
_CLAUSE_END = re.compile(
    r"[,()\u2013\u2014]|(?<!\w)(?:but|aber|while|während|whereas|although|obwohl|doch|sondern|however|yet)(?!\w)"
)
_WORDS_BEFORE = 3
_WORDS_AFTER = 4


@dataclass(frozen=True)
class Mention:
    """A fact named in the text, at flat characters `start` to `end`."""

    start: int
    end: int
    fact: Fact


@dataclass(frozen=True)
class Assertion:
    """A direction word at flat characters `start` to `end`; `against_zero`: "above zero"."""

    start: int
    end: int
    claim: Claim
    negated: bool
    against_zero: bool


@dataclass(frozen=True)
class Clause:
    """A stretch of text with what it names and what it claims."""

    start: int
    text: str
    mentions: tuple[Mention, ...]
    assertions: tuple[Assertion, ...]


def mentions(flat: FlatText, named: tuple[tuple[Token, Fact], ...]) -> tuple[Mention, ...]:
    """The named facts with their places in the flat text."""
    return tuple(
        Mention(bisect_left(flat.index, token.start), bisect_left(flat.index, token.end), fact)
        for token, fact in named
    )


def sentences(flat: FlatText, named: tuple[Mention, ...]) -> Iterator[tuple[Clause, ...]]:
    """Each sentence as its clauses."""
    for start, end in _pieces(_SENTENCE_END, flat.text, 0, len(flat.text)):
        yield tuple(
            _clause(flat.text, left, right, named)
            for left, right in _pieces(_CLAUSE_END, flat.text, start, end)
        )


def whole(clauses: tuple[Clause, ...], text: str) -> Clause:
    """The clauses of a sentence as one."""
    start = clauses[0].start
    end = clauses[-1].start + len(clauses[-1].text)
    return Clause(
        start,
        text[start:end],
        tuple(mention for clause in clauses for mention in clause.mentions),
        tuple(item for clause in clauses for item in clause.assertions),
    )


def _pieces(pattern: re.Pattern[str], text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _clause(text: str, start: int, end: int, named: tuple[Mention, ...]) -> Clause:
    piece = text[start:end]
    return Clause(
        start,
        piece,
        tuple(mention for mention in named if start <= mention.start < end),
        tuple(_assertions(piece, start)),
    )


def _assertions(piece: str, offset: int) -> Iterator[Assertion]:
    idle = [match.span() for match in NOT_A_CLAIM.finditer(piece)]
    for match in CLAIM.finditer(piece):
        if any(left <= match.start() < right for left, right in idle):
            continue
        name = match.lastgroup
        claim: Claim | None = next((known for known in OPPOSITE if known == name), None)
        if claim is not None:
            yield Assertion(
                offset + match.start(),
                offset + match.end(),
                claim,
                negated=_negated(piece, match.start(), match.end()),
                against_zero=ZERO.match(piece, match.end()) is not None,
            )


def _negated(piece: str, start: int, end: int) -> bool:
    before = piece[:start].split()[-_WORDS_BEFORE:]
    after = piece[end:].partition(MASK)[0].split()[:_WORDS_AFTER]
    count = sum(1 for word in before if NEGATION.match(word))
    count += sum(1 for word in after if word.startswith(("nicht", "kaum")))
    return count % 2 == 1
