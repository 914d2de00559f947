"""Free numbers: figures in a text that no fact stands behind, in digits or in words.

Digits of every script count, fractions and circled digits too. What the user wrote may be
repeated: the same figure, and as a percentage only if the user wrote it as one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from engine.facts.number_words import IDLE, LARGE, MEASURED, PERCENT, RATIO, value_of
from engine.facts.plain_text import FlatText

_PERCENT_AFTER = re.compile(rf"[\s-]*{PERCENT}")
_SEPARATORS = frozenset(".,'\u2019\u066b\u066c\u00a0\u202f\u2009")
_GROUP = 3


@dataclass(frozen=True)
class Figure:
    """A number in a flat text: characters `start` to `end`, what it can mean, percentage or not."""

    start: int
    end: int
    readings: frozenset[str]
    percent: bool


def free_numbers(text: FlatText, user: FlatText) -> tuple[Figure, ...]:
    """The figures of `text` that `user` did not write, from left to right, without overlaps."""
    said = _figures(user.text)
    return tuple(figure for figure in _figures(text.text) if not _said(figure, said))


def _said(figure: Figure, said: tuple[Figure, ...]) -> bool:
    return any(
        figure.readings & other.readings and (other.percent or not figure.percent) for other in said
    )


def _figures(text: str) -> tuple[Figure, ...]:
    found = sorted(
        (*_digit_figures(text), *_word_figures(text)), key=lambda item: (item.start, -item.end)
    )
    kept: list[Figure] = []
    for figure in found:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    return tuple(kept)


def _word_figures(text: str) -> Iterator[Figure]:
    for pattern in (LARGE, MEASURED, RATIO):
        for match in pattern.finditer(text):
            if not IDLE.fullmatch(match.group()):
                yield Figure(
                    match.start(),
                    match.start() + len(match.group().rstrip()),
                    frozenset({value_of(match["number"])}),
                    percent=match["percent"] is not None,
                )


def _numeric(char: str) -> bool:
    return unicodedata.category(char)[0] == "N" or unicodedata.numeric(char, None) is not None


def _digit_figures(text: str) -> Iterator[Figure]:
    at = 0
    while at < len(text):
        if not _numeric(text[at]):
            at += 1
            continue
        end = _number_end(text, at)
        percent = _PERCENT_AFTER.match(text, end) is not None
        yield Figure(at, end, _readings(text[at:end]), percent=percent)
        at = end


def _number_end(text: str, at: int) -> int:
    end = at + 1
    while end < len(text):
        if _numeric(text[end]):
            end += 1
        elif text[end] in _SEPARATORS and end + 1 < len(text) and _numeric(text[end + 1]):
            end += 2
        else:
            break
    return end


def _readings(number: str) -> frozenset[str]:
    """What a written number can mean: `1.000` is one thousand or one, by the writer's habit."""
    plain = "".join("." if char in _SEPARATORS else _ascii(char) for char in number)
    head, dot, tail = plain.rpartition(".")
    whole = _trimmed(plain.replace(".", ""))
    if not dot:
        return frozenset({whole})
    broken = _trimmed(f"{head.replace('.', '')}.{tail}")
    if len(tail) != _GROUP:
        return frozenset({broken})
    return frozenset({whole}) if "." in head else frozenset({broken, whole})


def _ascii(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _trimmed(number: str) -> str:
    whole, _, rest = number.partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")
