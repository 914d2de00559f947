"""Looking for figures in bytes: every way in which a number may have been written."""

from __future__ import annotations

import re
from collections.abc import Iterable

TOKEN = re.compile(r"-?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
SIGNS_NEEDED = 4
"""Digits other than 0 that make a figure recognisable."""


def formats(value: float) -> set[str]:
    """How a figure may be written, with enough digits to be recognised."""
    texts = {repr(value)}
    for scale in (1.0, 100.0, 10_000.0, 1e8):
        for places in range(13):
            texts.add(f"{value * scale:.{places}f}")
            texts.add(f"{value * scale:,.{places}f}")
            texts.add(f"{value * scale:.{places}e}")
            texts.add(f"{value * scale:.{places}g}")
    texts |= {text.replace(",", " ").replace(".", ",").replace(" ", ".") for text in texts}
    texts |= {text.removeprefix("-") for text in texts}
    return {text for text in texts if len(set_digits(text)) >= SIGNS_NEEDED}


def set_digits(text: str) -> list[str]:
    """The digits of a number that say something."""
    return [sign for sign in text.partition("e")[0] if sign.isdigit() and sign != "0"]


def tokens(seen: str) -> set[str]:
    """Everything in a text that may be a number, without its sign."""
    return {found.removeprefix("-") for found in TOKEN.findall(seen)}


def leaked(secret: Iterable[float], open_: Iterable[float], seen: str) -> set[str]:
    """Formats of secret values that stand in a text and are no format of an open one."""
    allowed = {text for value in open_ for text in formats(value)}
    there = tokens(seen)
    return {text for value in secret for text in formats(value) - allowed if text in there}
