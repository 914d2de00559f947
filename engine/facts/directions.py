"""Direction words against the facts of their own sentence: rose, below, besser, Verlust.

A word is only judged where the sentence names the figure it speaks of: a gain or loss against the
sign of the nearest signed figure, a comparison against the two figures around it, a change against
its "from" and "to". A direction about a sealed figure is refused, because nobody who may write it
can know it. What cannot be tied to a figure is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.facts.clauses import Assertion, Clause, Mention, mentions, sentences, whole
from engine.facts.direction_words import OPPOSITE, ORIGIN, REFERENCE, Claim
from engine.facts.metric_kinds import (
    comparable,
    is_signed,
    larger_is_better,
    magnitude,
    metric,
    relative,
    signed_value,
    smaller_is_better,
)
from engine.facts.placeholders import Token
from engine.facts.plain_text import MASK, FlatText
from engine.facts.table import Fact

Wrong = tuple[Assertion, tuple[str, ...]]
"""A direction word, and the keys of the facts that do not carry it."""


def wrong_directions(flat: FlatText, named: tuple[tuple[Token, Fact], ...]) -> tuple[Wrong, ...]:
    """Direction words that the facts named beside them contradict or keep sealed."""
    placed = mentions(flat, named)
    found: list[Wrong] = []
    for clauses in sentences(flat, placed):
        sentence = whole(clauses, flat.text)
        for clause in clauses:
            for item in clause.assertions:
                scope = clause if _suffices(clause, item) else _fallback(clause, sentence)
                found.extend(_judge(item, scope))
    return tuple(found)


def _suffices(clause: Clause, item: Assertion) -> bool:
    if item.claim in {"up", "down"} or item.against_zero:
        return bool(clause.mentions)
    return len(clause.mentions) > 1


def _fallback(clause: Clause, sentence: Clause) -> Clause:
    """The whole sentence, when this is the only direction word in it."""
    return sentence if len(sentence.assertions) == 1 else clause


def _judge(item: Assertion, scope: Clause) -> Iterator[Wrong]:
    if item.against_zero:
        yield from _against_zero(item, scope)
    elif item.claim in {"up", "down"}:
        yield from _change(item, scope)
    else:
        yield from _comparison(item, scope)


def _distance(item: Assertion, mention: Mention) -> int:
    return min(abs(mention.start - item.end), abs(item.start - mention.end))


def _nearest(item: Assertion, found: list[Mention]) -> Mention | None:
    return min(found, key=lambda mention: _distance(item, mention), default=None)


def _against_zero(item: Assertion, scope: Clause) -> Iterator[Wrong]:
    mention = _nearest(item, list(scope.mentions))
    if mention is not None:
        value = mention.fact.value
        grows = item.claim in {"more", "better", "up"}
        yield from _verdict(item, (mention.fact,), _signs(value, grows=grows))


def _signs(value: float | None, *, grows: bool) -> bool:
    if value is None:
        return False
    return value > 0 if grows else value < 0


def _change(item: Assertion, scope: Clause) -> Iterator[Wrong]:
    pair = _from_to(scope)
    if pair is not None:
        first, second = pair
        yield from _verdict(item, pair, _holds(item.claim, second, first))
        return
    mention = _nearest(item, [one for one in scope.mentions if is_signed(one.fact)])
    if mention is not None:
        true = _signs(signed_value(mention.fact), grows=item.claim == "up")
        yield from _verdict(item, (mention.fact,), true)


def _from_to(scope: Clause) -> tuple[Fact, Fact] | None:
    """The two figures of "from A to B", A first, when both measure the same."""
    two = 2
    if len(scope.mentions) != two:
        return None
    first, second = scope.mentions
    if metric(first.fact) != metric(second.fact) or not comparable(first.fact, second.fact):
        return None
    if ORIGIN.search(scope.text[: first.start - scope.start]):
        return first.fact, second.fact
    between = scope.text[first.end - scope.start : second.start - scope.start]
    return (second.fact, first.fact) if ORIGIN.search(between) else None


def _comparison(item: Assertion, scope: Clause) -> Iterator[Wrong]:
    pair = _pair(item, scope)
    if pair is None:
        yield from _advantage(item, scope)
        return
    left, right = pair
    if not comparable(left, right):
        return
    judged = item.claim in {"better", "worse"}
    if judged and not (_same_side(left, right) and metric(left) == metric(right)):
        return
    yield from _verdict(item, pair, _holds(item.claim, left, right))


def _same_side(left: Fact, right: Fact) -> bool:
    return (larger_is_better(left) and larger_is_better(right)) or (
        smaller_is_better(left) and smaller_is_better(right)
    )


def _pair(item: Assertion, scope: Clause) -> tuple[Fact, Fact] | None:
    """Subject and reference of a comparison: the order of the text, turned by "than" and kin."""
    before = [one for one in scope.mentions if one.end <= item.start]
    after = [one for one in scope.mentions if one.start >= item.end]
    if before and after:
        first, second = before[-1], after[0]
    elif len(before) > 1:
        first, second = before[-2], before[-1]
    elif len(after) > 1:
        first, second = after[0], after[1]
    else:
        return None
    lead = scope.text[: first.start - scope.start]
    marker = list(REFERENCE.finditer(lead))
    if marker and MASK not in lead[marker[-1].end() :]:
        return second.fact, first.fact
    return first.fact, second.fact


def _advantage(item: Assertion, scope: Clause) -> Iterator[Wrong]:
    """A comparison with one figure that is itself a difference, such as an excess return."""
    found = [one for one in scope.mentions if relative(one.fact) and is_signed(one.fact)]
    mention = _nearest(item, found)
    if mention is not None and len(scope.mentions) == 1:
        true = _signs(signed_value(mention.fact), grows=item.claim in {"more", "better"})
        yield from _verdict(item, (mention.fact,), true)


def _holds(claim: Claim, subject: Fact, reference: Fact) -> bool:
    """Whether the claim is true of the subject beside the reference."""
    left, right = magnitude(subject), magnitude(reference)
    if claim in {"better", "worse"} and smaller_is_better(subject):
        claim = OPPOSITE[claim]
    return left > right if claim in {"up", "more", "better"} else left < right


def _verdict(item: Assertion, facts: tuple[Fact, ...], true: bool) -> Iterator[Wrong]:
    unknown = any(fact.sealed or fact.value is None for fact in facts)
    if unknown or true == item.negated:
        yield item, tuple(fact.key for fact in facts)
