"""Cells from figures: one place that gives a number its unit, sign, tone and fact key.

Colour is never the only sign: gains and losses carry their sign.
"""

from __future__ import annotations

import math
import re
from string import Formatter
from typing import Final

from engine.facts.numbers import NO_VALUE, format_value
from engine.facts.table import Unit
from engine.reports.blocks import Cell, Paragraph, Prose
from engine.reports.data import Language
from engine.reports.texts import text
from engine.text import clean_text

_NOT_KEY: Final = re.compile(r"[^a-z0-9_]+")
_STEPS: Final = (0.02, 0.05, 0.10)
_PLACES: Final = 8


def key_part(name: str) -> str:
    """A name from outside as one part of a fact key: `BTC/USDT` is `btc_usdt`."""
    return _NOT_KEY.sub("_", name.lower()).strip("_") or "x"


def words(written: str, tone: str = "") -> Cell:
    """Words, cleaned of control and direction characters."""
    return Cell(clean_text(written, 2_000), tone)


def code(written: str) -> Cell:
    """A code, a digest or a command."""
    return Cell(clean_text(written, 200), mono=True)


def figure(
    value: float | None, unit: Unit, language: Language, fact: str, *, signed: bool = False
) -> Cell:
    """A figure with its fact; `signed` shows a gain with its plus and its tone."""
    written = format_value(value, unit, language)
    if value is None:
        return Cell(NO_VALUE, "none", fact, None, unit)
    if not signed or written == format_value(0.0, unit, language):
        return Cell(written, "", fact, value, unit)
    if value > 0:
        return Cell(f"+{written}", "gain", fact, value, unit)
    return Cell(written, "loss", fact, value, unit)


def heat(value: float | None, language: Language, fact: str) -> Cell:
    """A percentage whose tone tells its size in four steps; nothing for None."""
    if value is None:
        return Cell("", "absent")
    cell = figure(value, "percent", language, fact, signed=True)
    size = 1 + sum(abs(value) >= step for step in _STEPS)
    tone = f"{cell.tone}-{size}" if cell.tone else ""
    return Cell(cell.text, tone, fact, value, "percent")


def sealed(unit: Unit | None, language: Language, fact: str) -> Cell:
    """The word in place of a figure that nobody may see."""
    return Cell(text("holdout.sealed", language), "sealed", fact, None, unit)


def price(value: float | None, language: Language, fact: str) -> Cell:
    """A price with six digits that mean something, two decimals at least, zeros kept."""
    if value is None or value <= 0:
        return figure(value, "price", language, fact)
    decimals = max(2, 5 - math.floor(math.log10(value)))
    written = format_value(round(value, decimals), "price", language)
    fraction = written.rpartition("," if language == "de" else ".")[2]
    padded = written + "0" * (min(decimals, _PLACES) - len(fraction))
    return Cell(padded, "", fact, value, "price")


def prose(key: str, language: Language, **values: Cell | str) -> Prose:
    """A sentence of the catalogue with cells in its places."""
    parts: list[Cell] = []
    for literal, name, _, _ in Formatter().parse(text(key, language)):
        if literal:
            parts.append(Cell(literal))
        if name is not None:
            value = values[name]
            parts.append(value if isinstance(value, Cell) else words(value))
    return tuple(parts)


def paragraph(key: str, language: Language, tone: str = "", **values: Cell | str) -> Paragraph:
    """A sentence of the catalogue as a block."""
    return Paragraph(prose(key, language, **values), tone)
