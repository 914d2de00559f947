"""Values of a case against values of a spec: percent against fractions, numbers within 1e-6."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

TOLERANCE: Final = 1e-6
_QUOTE: Final = "USDT"
_COINS: Final[dict[str, str]] = {
    "BITCOIN": "BTC", "XBT": "BTC", "ETHEREUM": "ETH", "ETHER": "ETH", "LITECOIN": "LTC",
    "MONERO": "XMR", "SOLANA": "SOL", "RIPPLE": "XRP", "CARDANO": "ADA", "DOGECOIN": "DOGE",
    "POLKADOT": "DOT", "AVALANCHE": "AVAX", "CHAINLINK": "LINK", "UNISWAP": "UNI",
}  # fmt: skip
_BARE: Final = frozenset(
    str.split("BTC ETH LTC XMR SOL XRP ADA DOGE DOT AVAX LINK UNI ATOM NEAR BNB TRX XLM BCH MATIC")
)
_WRITTEN_TOGETHER: Final = re.compile(r"^([A-Z]{2,5}?)[-_]?(USDT|USDC|EUR|USD|BTC)$")

One = TypeVar("One")
Other = TypeVar("Other")


def close_to(one: float, other: float) -> bool:
    """Whether two numbers are the same within a relative 1e-6."""
    return math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-12)


def same(wanted: float | None, value: float | None, factor: float = 1.0) -> bool:
    """Whether a value of the spec, times `factor`, is the one wanted; None wants nothing.

    Percent of a case against a fraction of a spec: factor 100.
    """
    if wanted is None:
        return True
    return value is not None and close_to(wanted, value * factor)


def symbol_of(name: str) -> str:
    """A symbol after the alias table: Bitcoin, btc and BTC-USDT are BTC/USDT."""
    upper = name.strip().upper()
    base, slash, quote = upper.partition("/")
    base = _COINS.get(base, base)
    if slash:
        return f"{base}/{quote}"
    together = _WRITTEN_TOGETHER.match(upper)
    if together and _COINS.get(together[1], together[1]) in _BARE:
        return f"{_COINS.get(together[1], together[1])}/{together[2]}"
    return f"{base}/{_QUOTE}" if base in _BARE else base


def counts(
    wanted: Sequence[One], given: Iterable[Other], agree: Callable[[One, Other], bool]
) -> tuple[int, int, int]:
    """(found, extra, missing): each wanted value takes the first given one that agrees."""
    left = list(given)
    found = 0
    for value in wanted:
        place = next((n for n, other in enumerate(left) if agree(value, other)), None)
        if place is not None:
            found += 1
            del left[place]
    return found, len(left), len(wanted) - found
