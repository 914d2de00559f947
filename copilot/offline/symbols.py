# ruff: noqa: E501 - a regular expression stays on one line
"""Which instruments a message names, in the order of the text.

A symbol is taken by exact ASCII membership or by the form of a pair or ticker; look-alike letters
of other alphabets never match (`engine.market.Symbol` refuses them as well).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from copilot.offline.symbol_names import (
    COINS,
    CURRENCIES,
    CURRENCY_NAMES,
    INSTRUMENTS,
    NOT_TICKERS,
    PLAIN_WORD_COINS,
    QUOTE_WORDS,
    QUOTES,
)

DEFAULT_QUOTE: Final = "USDT"
MARK: Final = "\u00a7"
_FEW_WORDS: Final = 3
_FIRST: Final = 0xE000
PLACE: Final = r"§([\ue000-\ue0ff])§"
"""Pattern of the placeholder that stands for a symbol: a private character that nobody types."""


def mark(index: int) -> str:
    """The placeholder of the n-th symbol of a message."""
    return f"{MARK}{chr(_FIRST + index)}{MARK}"


def index_of(character: str) -> int:
    """Which symbol a placeholder's character stands for."""
    return ord(character) - _FIRST


_PAIR = re.compile(r"(?<![A-Za-z0-9/])([A-Za-z]{2,6})\s?/\s?([A-Za-z]{3,5})(?![A-Za-z0-9/])")
_JOINED = re.compile(
    r"(?<![A-Za-z0-9])([A-Za-z]{2,5}?)[-_]?(USDT|USDC|BUSD|EUR|USD|BTC|GBP|CHF|JPY)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_TICKER = re.compile(r"(?<![A-Za-z0-9$.%/+])\$?([A-Z]{1,5}(?:\.[A-Z])?)(?![A-Za-z0-9/%(])")
_QUOTE_AFTER = re.compile(
    rf"^\s*(?:in|gegen|against|vs\.?|versus|zu|to|/)\s+({'|'.join(sorted(QUOTE_WORDS, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_CHART = r"(?:\s+(?:on|auf|im|at|daily|hourly|weekly|täglich|stündlich|usdt|\d+\s?(?:h|m|d|min)\b|[1-9]\d?-?(?:hour|stunden)))"


@dataclass(frozen=True, slots=True)
class Found:
    """Symbols of a text and the text with each mention replaced by its placeholder."""

    symbols: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    symbol: str


@cache
def _names() -> re.Pattern[str]:
    words = {**COINS, **INSTRUMENTS, **CURRENCY_NAMES}
    inner = "|".join(
        re.escape(word).replace(r"\ ", r"[ -]") for word in sorted(words, key=len, reverse=True)
    )
    return re.compile(
        rf"(?<![A-Za-z0-9äöüß$/])(?:{inner})(?:s(?='| |$))?(?![A-Za-z0-9äöüß/])", re.IGNORECASE
    )


def _coin(base: str, rest: str) -> tuple[str, int]:
    """Symbol of a coin and how many characters of the rest name its quote."""
    named = _QUOTE_AFTER.match(rest)
    if named is None:
        return f"{base}/{DEFAULT_QUOTE}", 0
    return f"{base}/{QUOTE_WORDS[named[1].lower()]}", named.end()


def _pairs(text: str) -> list[_Hit]:
    hits = []
    for match in [*_PAIR.finditer(text), *_JOINED.finditer(text)]:
        base, quote = match[1].upper(), match[2].upper()
        base = COINS.get(base.lower(), base)
        known = base in CURRENCIES or base in COINS.values() or match.re is _PAIR
        if quote in QUOTES | CURRENCIES and known and base not in NOT_TICKERS and base != quote:
            hits.append(_Hit(match.start(), match.end(), f"{base}/{quote}"))
    return hits


def _named(text: str) -> list[_Hit]:
    hits = []
    for match in _names().finditer(text):
        word = re.sub(r"-", " ", match[0].lower())
        word = word if word in COINS or word in INSTRUMENTS or word in CURRENCY_NAMES else word[:-1]
        if word in PLAIN_WORD_COINS and not _is_coin(match, text):
            continue
        if word in COINS:
            symbol, used = _coin(COINS[word], text[match.end() :])
            hits.append(_Hit(match.start(), match.end() + used, symbol))
        else:
            symbol = INSTRUMENTS.get(word) or CURRENCY_NAMES[word]
            hits.append(_Hit(match.start(), match.end(), symbol))
    return hits


def _is_coin(match: re.Match[str], text: str) -> bool:
    """A word such as `link` or `near` is a coin in capitals, beside a chart word, or alone."""
    if match[0].isupper():
        return True
    before, after = text[: match.start()], text[match.end() :]
    alone = re.search(r"(?:^|[,;:.])\s*$", before) and re.match(r"\s*(?:[,;:.]|$)", after)
    lead = re.search(
        r"(?:\bon|\bauf|\bfor|\bfür|\btrade|\bhandle|\bbuy|\bwith|\bbei|\bto)\s+$",
        before,
        re.IGNORECASE,
    )
    chart = re.match(_CHART, after, re.IGNORECASE)
    return bool(alone or chart or (lead and re.match(r"\s*(?:[,;:.]|$)", after)))


def _tickers(text: str) -> list[_Hit]:
    letters = re.findall(r"[A-Za-z]", text)
    shouted = sum(char.isupper() for char in letters) > 0.6 * len(letters)
    if shouted and len(text.split()) > _FEW_WORDS:
        return []
    hits = []
    for match in _TICKER.finditer(text):
        dollar = match[0].startswith("$")
        if match[1] in NOT_TICKERS and not dollar:
            continue
        if len(match[1]) == 1 and not dollar:
            continue
        base = match[1]
        symbol = (
            _coin(COINS[base.lower()], text[match.end() :])[0] if base.lower() in COINS else base
        )
        hits.append(_Hit(match.start(), match.end(), symbol))
    return hits


def find_symbols(text: str) -> Found:
    """All instruments of a text; a longer reading wins over a shorter one inside it.

    Currency pairs and crypto pairs come out as BASE/QUOTE, everything else as its ticker.
    """
    text = "".join(char for char in text if not _FIRST <= ord(char) <= _FIRST + 0xFF)
    kept: list[_Hit] = []
    for hit in [*_pairs(text), *_named(text), *_tickers(text)]:
        if hit.symbol in CURRENCIES or hit.symbol in {"USDT", "USDC"}:
            continue
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    kept.sort(key=lambda hit: hit.start)
    symbols: list[str] = []
    pieces, at = [], 0
    for hit in kept:
        if hit.symbol not in symbols:
            symbols.append(hit.symbol)
        pieces += [text[at : hit.start], mark(symbols.index(hit.symbol))]
        at = hit.end
    pieces.append(text[at:])
    return Found(tuple(symbols), "".join(pieces))
