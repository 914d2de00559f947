"""Facts beside book and quote: what was done before, what the market is like, how prices moved.

Each is read fresh and handed in whole; the whole being None is unknown, and denies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from engine.market import InstrumentKind, Side

Closes = tuple[tuple[str, Decimal], ...]
"""Day (`2026-01-15`) and close of each day, quote currency, oldest first."""


@dataclass(frozen=True, slots=True)
class Act:
    """One released ticket: what it did and may still do.

    `at` is the time that windows and days are measured on: the market's in paper (a replay has its
    own clock), wall time elsewhere. `notional` is what filled, or all of
    it while it works, in quote currency; `refused` when no venue ever took it.
    """

    digest: str
    lineage_id: str
    symbol: str
    side: Side
    quantity: Decimal
    notional: Decimal
    reduce_only: bool
    refused: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Resting:
    """An order of ours that rests at the venue: a limit, or a stop that waits for its trigger."""

    symbol: str
    side: Side
    limit: Decimal | None
    trigger: Decimal | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What the account has done and been worth.

    Attributes:
        capital: what was paid in, quote currency.
        peak: the highest equity ever seen, never below the capital.
        acts: every released ticket that may still count.
        holdings: (lineage, symbol) that bought something which is still held.
        latched: lineages that are latched off until a risk officer lets them on again.
        resting: orders of ours that rest at the venue.
        reconciled: False while the venue's truth and our book differ.
    """

    capital: Decimal
    peak: Decimal
    acts: tuple[Act, ...] = ()
    holdings: frozenset[tuple[str, str]] = frozenset()
    latched: frozenset[str] = frozenset()
    resting: tuple[Resting, ...] = ()
    reconciled: bool = True


@dataclass(frozen=True, slots=True)
class MarketFacts:
    """The market beside its quote; what is None was not measured, and denies where it must be.

    Attributes:
        others: mid prices of the other sources.
        skew_ms: our clock less the venue's.
        volume: units traded in the last 24 hours.
        depth: units visible inside the collar.
        track: (time, mid) of the last twenty minutes, oldest first.
        alerted_at: when an alert sink last answered.
    """

    others: tuple[Decimal, ...] = ()
    skew_ms: int | None = None
    volume: Decimal | None = None
    depth: Decimal | None = None
    track: tuple[tuple[datetime, Decimal], ...] = ()
    alerted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tails:
    """Kinds and daily closes by symbol; a symbol without them is reckoned at its worst.

    `moves` and `logs` keep the returns that were made from the closes, so that each is made once.
    """

    kinds: Mapping[str, InstrumentKind] = field(default_factory=dict)
    closes: Mapping[str, Closes] = field(default_factory=dict)
    moves: dict[str, Mapping[str, int]] = field(default_factory=dict, compare=False, repr=False)
    logs: dict[str, Mapping[str, float]] = field(default_factory=dict, compare=False, repr=False)
